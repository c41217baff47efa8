import nodemailer from 'nodemailer';
import { type Mailer, MailRefusedError } from '../../kernel/mail.ts';

export type SmtpOptions = {
  /** `smtp://` or `smtps://`, with user and password where they are needed. */
  url: string;
  /** Under which address mail is sent. */
  from: string;
  timeoutMs?: number;
};

/** Mail as it goes through the world. */
export function smtpMailer({ url, from, timeoutMs = 20_000 }: SmtpOptions): Mailer & { close(): Promise<void> } {
  const transport = nodemailer.createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing that a mail says makes this process read files or other servers.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    send: async ({ id, senderName, replyTo, to, subject, text, html }) => {
      try {
        await transport.sendMail({
          messageId: `<${id}@${domain}>`,
          from: { name: senderName, address: from },
          replyTo: replyTo ?? undefined,
          to,
          envelope: { from, to: to.address },
          subject,
          text,
          html,
          // Answers of machines, such as "I am away", are not wanted.
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw refusal(error) ?? error;
      }
    },
    close: async () => transport.close(),
  };
}

// Codes from 500 on are for good. What was said may have the address in it, which belongs in no log.
function refusal(error: unknown): MailRefusedError | null {
  const { responseCode, command } = error as { responseCode?: number; command?: string };
  if (responseCode === undefined || responseCode < 500 || !/^(RCPT TO|DATA)/.test(command ?? '')) return null;
  return new MailRefusedError(`${command?.split(' ')[0]} was answered ${responseCode}`);
}
