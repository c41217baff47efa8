/**
 * The laws of belonging to organizations.
 *
 *  1. Whoever is signed in to an account may found organizations. The founder is the first administrator, and the owner. An
 *     account owns five at most, archived ones among them.
 *  2. Switching gives a session in the other organization and ends the one at hand: it lasts no longer by that than it would have.
 *  3. Whoever leaves is a person of the organization no more, but what they did there stays. A team member may not act any more; a
 *     client stays one, without an account. Their sessions there end, and so do their tokens.
 *  4. Ownership is handed on with the password, where the account has one: being signed in is not enough.
 */

/** Law 1. */
export const mostOwned = 5;
