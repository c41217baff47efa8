import type { Tools } from '../kernel/command.ts';
import type { Settings } from '../kernel/env.ts';
import { defineJob, type Job } from '../kernel/jobs.ts';
import type { Log } from '../kernel/log.ts';
import { type MailKind, MailRefusedError } from '../kernel/mail.ts';
import { mailOf } from './rules.ts';

export type MailOptions = { tools: Tools; settings: Settings; kinds: readonly MailKind[]; log: Log };

type Payload = { id: string; kind: string; data: Record<string, string> };

/** Sends what was asked for with `queueMail`. What could not be sent is tried again later, for about three days. */
export function sendMails({ tools, settings, kinds, log }: MailOptions): Job {
  return defineJob('mail.send', async (payload) => {
    const { id, kind: name, data } = payload as Payload;
    const kind = kinds.find((known) => known.name === name);
    if (!kind) throw new Error(`There is no kind of mail called ${name}.`);
    const letter = await kind.compose(data, id);
    if (!letter) return log.debug({ mail: id, kind: name }, 'a mail had nothing to say any more');
    try {
      await tools.mailer.send(mailOf(id, letter, new URL(settings.publicUrl).hostname));
      log.info({ mail: id, kind: name }, 'mail sent');
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      log.warn({ mail: id, kind: name, reason: error.message }, 'a mail was refused for good');
    }
  });
}
