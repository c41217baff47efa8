import fs from 'node:fs';
import path from 'node:path';
import { deliverEvents } from '../../src/kernel/events.ts';
import type { MailKind } from '../../src/kernel/mail.ts';
import { sendMails } from '../../src/mail/jobs.ts';
import { settings } from './client.ts';
import { testDatabase } from './db.ts';
import { mailDirectory, toolsOf } from './tools.ts';
import type { World } from './world.ts';

export type SentMail = { from: string; to: string; subject: string; text: string; html: string };

/** Sends what is queued, and answers what has ever been sent to the address, oldest first. */
export async function mailTo(world: World, address: string, kinds: readonly MailKind[]): Promise<SentMail[]> {
  const { database, log } = await testDatabase();
  const tools = toolsOf(database);
  await world.runJobs([sendMails({ tools, settings, kinds, log }), deliverEvents(database, [], log)]);
  return sentMail().filter(({ to }) => to.endsWith(`<${address}>`));
}

/** Everything that was sent, oldest first. */
export function sentMail(): SentMail[] {
  if (!fs.existsSync(mailDirectory)) return [];
  const names = fs.readdirSync(mailDirectory).filter((name) => name.endsWith('.txt'));
  return names.sort().map((name) => {
    const file = path.join(mailDirectory, name);
    const [head = '', ...body] = fs.readFileSync(file, 'utf8').split('\n\n');
    const field = (label: string) => new RegExp(`^${label}: (.*)$`, 'm').exec(head)?.[1] ?? '';
    return {
      from: field('From'),
      to: field('To'),
      subject: field('Subject'),
      text: body.join('\n\n'),
      html: fs.readFileSync(file.replace(/txt$/, 'html'), 'utf8'),
    };
  });
}

/** The token in the link of a mail. */
export function tokenIn({ text }: SentMail): string {
  const token = /[?&]token=([\w-]+)/.exec(text)?.[1];
  if (token === undefined) throw new Error(`There is no link in this mail:\n${text}`);
  return token;
}
