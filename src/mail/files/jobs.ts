import fs from 'node:fs/promises';
import path from 'node:path';
import type { Mail, Mailer } from '../../kernel/mail.ts';

/** Mail for a server that nobody has told where to send any: files to read, in the order in which they were asked for. */
export function fileMailer(directory: string): Mailer {
  return {
    send: async (mail) => {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 });
      await write(path.join(directory, `${mail.id}.html`), mail.html);
      await write(path.join(directory, `${mail.id}.txt`), textOf(mail));
    },
  };
}

function textOf({ id, senderName, replyTo, to, subject, text }: Mail): string {
  const head = [
    `Message-ID: ${id}`,
    `From: ${senderName}`,
    ...(replyTo === null ? [] : [`Reply-To: ${replyTo}`]),
    `To: ${`${to.name} <${to.address}>`.trimStart()}`,
    `Subject: ${subject}`,
  ];
  return `${head.join('\n')}\n\n${text}`;
}

// Whoever looks meanwhile sees all of it or nothing. Links that let people in are the owner's alone to read.
async function write(file: string, text: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await fs.rm(unfinished, { force: true });
  await fs.writeFile(unfinished, text, { mode: 0o600 });
  await fs.rename(unfinished, file);
}
