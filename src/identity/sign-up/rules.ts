/**
 * The laws of signing up.
 *
 *  1. Whoever signs up is answered the same, and after the same work, whether or not there is an account with the address: "look
 *     at your mail". To an address that has one, the mail says so.
 *  2. Nothing comes into being before the address is proven. It takes both the link and the password that was chosen: so nobody
 *     gets an account with a password of somebody else's, who knew the address only.
 *  3. Then account, organization and its first administrator come into being at once, or not at all, and the person is signed
 *     in. A link makes one account, and an address has one.
 */

/** Law 2: the link is good, the password is not the one that came with it. */
export const signUpName = (email: string) => `sign-up ${email}`;
