import { z } from 'zod';
import { safeUrlOf } from './input.ts';

/** Who vouches for people, by OpenID Connect, to everybody who uses this deployment. */
export type OfferedIssuer = {
  /** In addresses, such as `google`. */
  readonly id: string;
  /** On its button. */
  readonly name: string;
  /** Where it tells about itself, letter by letter as it calls itself. */
  readonly address: string;
  /** What it calls us: OAuth's client id. */
  readonly applicationId: string;
  /** Null: it asks for none. */
  readonly applicationSecret: string | null;
};

/** Those that need no more than what they call us. */
const presets: Readonly<Record<string, { name: string; address: string }>> = {
  google: { name: 'Google', address: 'https://accounts.google.com' },
};

const entry = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
    name: z.string().trim().min(1).max(100).optional(),
    address: z
      .string()
      .max(500)
      .refine((text) => isIssuerAddress(text), 'must be an https address without ? and #')
      .optional(),
    applicationId: z.string().min(1).max(255),
    applicationSecret: z.string().min(1).max(500).nullish(),
  })
  .transform(({ id, name, address, applicationId, applicationSecret }, context): OfferedIssuer => {
    const preset = presets[id];
    const known = { name: name ?? preset?.name, address: address ?? preset?.address };
    for (const [field, value] of Object.entries(known)) {
      if (value === undefined) context.addIssue({ code: 'custom', path: [field], message: 'is missing' });
    }
    return {
      id,
      name: known.name ?? '',
      address: known.address ?? '',
      applicationId,
      applicationSecret: applicationSecret ?? null,
    };
  });

/** Whether an issuer may be there: it is reached safely, and nothing stands behind its path. */
export function isIssuerAddress(text: string): boolean {
  return safeUrlOf(text) !== null && !/[?#\s]/.test(text);
}

/** Reads a JSON list of issuers. What is wrong is told without what they are told to keep secret. */
export function parseIssuers(text: string): OfferedIssuer[] {
  const result = z.array(entry).safeParse(parsed(text));
  if (!result.success) {
    const [issue] = result.error.issues as [z.core.$ZodIssue];
    const [index, ...path] = issue.path.map(String);
    throw new Error(
      index === undefined
        ? 'must be a JSON list of objects'
        : `entry ${Number(index) + 1}${path.length > 0 ? `, ${path.join('.')}` : ''}: ${issue.message}`,
    );
  }
  const twice = result.data.find(({ id }, index) => result.data.findIndex((other) => other.id === id) !== index);
  if (twice) throw new Error(`the id ${twice.id} is there twice`);
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
