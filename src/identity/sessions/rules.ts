/**
 * The laws of sessions.
 *
 *  1. A session is one person's being signed in, at one device. Its token is told once; only a hash of it is kept.
 *  2. It ends after half an hour without use, and after 24 hours however much it is used. (The database says so: see
 *     `authenticate_session`.)
 *  3. It ends when its person signs out, and while its person may not act.
 *  4. Who is behind it is looked up for every request: what a role may do is never remembered by a session.
 */

/** Law 2. */
export const sessionHours = 24;

/** What is known about where somebody signed in. */
export type Device = { ipAddress: string | null; userAgent: string | null };

/** As much of it as there is room for. */
export function deviceColumns({ ipAddress, userAgent }: Device): Device {
  return { ipAddress: ipAddress?.slice(0, 45) ?? null, userAgent: userAgent?.slice(0, 500) ?? null };
}
