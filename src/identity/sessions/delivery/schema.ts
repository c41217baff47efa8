import type { FieldMap, InputFieldBuilder } from '@pothos/core';
import type { Types } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { now } from '../../../kernel/time.ts';
import { cookieFor, isOwnPage } from '../../authentication.ts';
import type { Surroundings } from '../../passwords/commands.ts';
import type { NewSession } from '../commands.ts';

/** What a command answers that signs somebody in, or on: null where there was no session to go on with. */
export type SessionAnswer = { id: string; session: (Omit<NewSession, 'secret'> & { secret: string | null }) | null };

/** Puts the token into the browser's cookie where a page of this server asks: no script ever sees it there. */
export function deliverSession<Answer extends { id: string; session: NewSession | null }>(
  answer: Answer,
  { header, settings, exchange }: Context,
): Answer {
  const { session } = answer;
  if (!session || !isOwnPage(header, settings.publicUrl)) return answer;
  exchange.cookies.push(cookieFor(settings.publicUrl, session, now()));
  return { ...answer, session: { ...session, secret: null } };
}

/** Takes the cookie out of the browser. */
export function forgetSession({ header, settings, exchange }: Context): void {
  if (isOwnPage(header, settings.publicUrl)) exchange.cookies.push(cookieFor(settings.publicUrl, null, now()));
}

type AnswerFields = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, SessionAnswer>) => FieldMap;

/** What is told of a session to whoever has just got it. */
export const sessionFields: AnswerFields = (t) => ({
  token: t.string({
    nullable: true,
    description:
      'The session’s bearer token. It is told only here: keep it safe. Null where a browser keeps it in a cookie, which it does for pages of this server, and where there was no session.',
    resolve: ({ session }) => session?.secret ?? null,
  }),
  expiresAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the session ends, however much it is used. Null where there was none.',
    resolve: ({ session }) => session?.expiresAt ?? null,
  }),
});

/** How a device may be called. */
export function deviceName(t: InputFieldBuilder<Types, 'InputObject'>) {
  return t.string({
    description:
      'How the device is to be called among the `sessions`, such as "Anna’s phone": at most 100 characters. Without it: as it is, or as the program says.',
  });
}

/** Where a request comes from, and what the server was told: what comes with an input. */
export function surroundings({ ipAddress, header, settings }: Context): Surroundings {
  return { device: { ipAddress, userAgent: header('user-agent') }, settings };
}
