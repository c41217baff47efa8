/** In whose name a mail is sent: an organization's, and what it has said about its mails. */
export type Sender = {
  name: string;
  /** Where answers go. Null: to the address that mail is sent from. */
  replyTo: string | null;
  /** What stands beneath, line by line. Null: the name only. */
  signature: string | null;
  /** Of the button: #rrggbb. Null: ours. */
  color: string | null;
};

/** What a mail says, before it has a form. */
export type Letter = {
  to: { name: string; address: string };
  /** Null: it is sent in the server's name. */
  from: Sender | null;
  subject: string;
  paragraphs: readonly string[];
  /** What to do about it: a link, as a button where there are any. */
  action: { label: string; url: string } | null;
  /** What to know besides, in small letters. */
  asides: readonly string[];
};

/** A kind of mail, and how one is written when its time has come. Null: there is nothing to say any more. */
export type MailKind = {
  name: string;
  /** @param id the mail's own: the same whenever it is written again */
  compose(data: Readonly<Record<string, string>>, id: string): Promise<Letter | null>;
};

/** A mail as it leaves: complete, and the same whenever it is sent again. */
export type Mail = {
  /** Whoever gets it twice knows by this that it is one: the Message-ID is made of it. */
  id: string;
  /** Who sends it, as people know them. Under which address is the mailer's to say. */
  senderName: string;
  /** Where answers go. Null: to the address that it is sent from. */
  replyTo: string | null;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
};

/** Takes a mail to where mail goes. Throws when it could not. */
export type Mailer = { send(mail: Mail): Promise<void> };

/** The other side has refused the mail for good: to try again is no use. */
export class MailRefusedError extends Error {}
