/**
 * The laws of sessions.
 *
 *  1. A session is one person's being signed in, at one device. Its token is told once; only a hash of it is kept.
 *  2. It ends when it was not used for as long as its organization says, half an hour at first, and so long after it began,
 *     24 hours at first, however much it is used. (The database says so: see `authenticate_session`.)
 *  3. It ends when its person signs out, and while its person may not act. Whoever is given another role, or one beside
 *     their own, or loses that, signs in anew.
 *  4. Who is behind it is looked up for every request: what a role may do is never remembered by a session.
 *  5. Its token can be replaced: the old one ends with that, of several at once who replace it one does. It lasts no longer.
 *  6. Everybody sees and ends their own sessions, and nobody else's.
 */

/** What is known about where somebody signed in. */
export type Device = { ipAddress: string | null; userAgent: string | null; name?: string | null };

/** As much of it as there is room for, and what it means to people. */
export function deviceColumns({
  ipAddress,
  userAgent,
  name,
}: Device): Omit<Device, 'name'> & { device: string | null } {
  return {
    ipAddress: ipAddress?.slice(0, 45) ?? null,
    userAgent: userAgent?.slice(0, 500) ?? null,
    device: name ?? (userAgent === null ? null : deviceOf(userAgent)),
  };
}

// The first that is found. Nearly everything says of itself that it is Mozilla and Safari, too.
const programs: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\b(Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** A user agent for people: "Firefox on Windows"; null where nothing of it is known. */
export function deviceOf(userAgent: string): string | null {
  const nameIn = (known: typeof programs) => known.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [program, system] = [nameIn(programs), nameIn(systems)];
  if (program && system) return `${program} on ${system}`;
  return program ?? system ?? null;
}
