import { Secret, TOTP } from 'otpauth';
import { now } from '../../src/kernel/time.ts';

/** What an authenticator with the secret shows at an instant. */
export function codeAt(secret: string, at: Date = now()): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });
}
