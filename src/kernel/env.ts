import { z } from 'zod';
import { parseIssuers } from './issuers.ts';
import { parseEncryptionKeys } from './secrets.ts';

/** Reads with a function that throws what is wrong. */
function readBy<Value>(read: (text: string) => Value): (text: string, context: z.RefinementCtx) => Value {
  return (text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  };
}

/** As many characters as 24 random bytes have in base64. */
export const leastSecret = 32;

function originOf(text: string): string | null {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : null;
}

function originsIn(text: string, context: z.RefinementCtx): string[] {
  return text.split(',').map((entry, index) => {
    const origin = originOf(entry.trim());
    // A host may have a star in its name, but whoever writes one means something else.
    if (origin !== null && !origin.includes('*')) return origin;
    const message = `entry ${index + 1} must be http:// or https:// and a host, with nothing behind it`;
    context.addIssue({ code: 'custom', message });
    return '';
  });
}

function hostsIn(text: string, context: z.RefinementCtx): string[] {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  const wrong = hosts.findIndex((host) => !/^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host));
  if (wrong >= 0) context.addIssue({ code: 'custom', message: `entry ${wrong + 1} is no host, and no host:port` });
  return hosts;
}

// More than anything can ask for, and less than a number holds exactly.
const mostPoints = 1_000_000_000_000;

const plainVariables = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional(),
  /** Where the embedded database keeps its files when DATABASE_URL is not set. Relative to the project. */
  DATA_DIRECTORY: z.string().min(1).default('.data'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(10),
  /** What magic links are made with. Nobody else may know it. */
  SECRET: z.string().min(leastSecret, `must have at least ${leastSecret} characters`).optional(),
  /** Under which people reach the server: the beginning of links. An origin, because cookies are for all of one. */
  PUBLIC_URL: z
    .string()
    .refine((url) => originOf(url) !== null, 'must be http:// or https:// and a host, with nothing behind it')
    .transform((url) => originOf(url) ?? undefined)
    .optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** Origins, apart by commas, whose pages may use the API. Its own may in any case. */
  ALLOWED_ORIGINS: z.string().transform(originsIn).default([]),
  /** A file of operations by their SHA-256, and whether nothing but them is executed. */
  PERSISTED_OPERATIONS: z.string().min(1).optional(),
  PERSISTED_OPERATIONS_ONLY: z.stringbool().default(false),
  MAX_BODY_BYTES: z.coerce.number().int().min(1_000).max(100_000_000).default(1_000_000),
  MAX_CONNECTIONS: z.coerce.number().int().min(1).max(100_000).default(1_000),
  /** Points that a person or a token may spend in a minute, and whoever comes from one address without a credential. */
  RATE_LIMIT: z.coerce.number().int().min(1).max(mostPoints).default(600_000),
  RATE_LIMIT_ANONYMOUS: z.coerce.number().int().min(1).max(mostPoints).default(6_000),
  /** Points that one operation may cost. */
  COST_LIMIT: z.coerce.number().int().min(1).max(mostPoints).default(100_000),
  /** Query operations are compiled into one statement where they can be; `plain` turns that off. */
  READS: z.enum(['compiled', 'plain']).default('compiled'),
  /** `id:base64key,id2:…`: what the secrets of organizations are encrypted with. The first encrypts, all decrypt. */
  ENCRYPTION_KEYS: z.string().transform(readBy(parseEncryptionKeys)).optional(),
  /** Where Stripe's API is, and how long to wait for it. */
  STRIPE_URL: z.url({ protocol: /^https?$/, error: 'must be a http or https URL' }).default('https://api.stripe.com'),
  STRIPE_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(80).default(20),
  /** Hosts, as `host` or `host:port`, that may be called although they are in a private network: a company's own issuer. */
  OUTBOUND_PRIVATE_HOSTS: z.string().transform(hostsIn).default([]),
  /** How many proxies of the deployment's own a request comes through, each of which notes in `X-Forwarded-For` who asked it. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  /** Where mail goes, with user and password where they are needed. Unset: into files beside the embedded database. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be a smtp:// or smtps:// URL' }).optional(),
  /** Under which address mail is sent. */
  MAIL_FROM: z.email('must be an e-mail address').optional(),
  /** A JSON list of issuers that everybody may sign in with. */
  OIDC_ISSUERS: z.string().transform(readBy(parseIssuers)).default([]),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  SHUTDOWN_SECONDS: z.coerce.number().int().min(1).max(600).default(20),
});

const variables = plainVariables.refine(
  ({ SMTP_URL, MAIL_FROM }) => SMTP_URL === undefined || MAIL_FROM !== undefined,
  {
    path: ['MAIL_FROM'],
    message: 'must be there when SMTP_URL is: the address that mail is sent under',
  },
);

export type Env = z.infer<typeof variables>;

/** What the environment says that commands need to know. */
export type Settings = {
  /** The origin under which people reach the server. */
  readonly publicUrl: string;
  /** Null where there is none: what needs it is refused. */
  readonly secret: string | null;
};

export class EnvError extends Error {}

/** Reads the process's environment once; one message names every wrong variable. An empty one counts as unset. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = variables.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new EnvError(`These environment variables are wrong:\n${lines.join('\n')}`);
}
