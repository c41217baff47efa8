/** The content of a demo organization, as people would describe it; the other files make rows of it. */
export type Agency = {
  organization: {
    name: string;
    slug: string;
    domain: string;
    notificationEmail: string;
    currency: string;
    timeZone: string;
    invoicePrefix: string;
    /** Who asks for the money, line by line. */
    invoiceSender: string;
    taxName: string;
    paymentTermDays: number;
    dunningDays: readonly number[];
    testPayments: boolean;
    /** Where its mails are answered, what stands beneath them, and the colour of their buttons. */
    mailReplyTo: string;
    mailSignature: string;
    mailColor: string;
  };
  groups: readonly string[];
  team: readonly Member[];
  statuses: readonly { code: number; name: string; kind: string }[];
  tags: readonly string[];
  crafts: Readonly<Record<string, Craft>>;
  services: readonly Item[];
  /** Work that was agreed on without a service. */
  customTitles: readonly string[];
  billing: Billing;
  ticketStatuses: readonly { code: number; name: string; kind: TicketStatusKind }[];
  questions: readonly Question[];
};

export type RoleName = 'Administrator' | 'Manager' | 'Contractor';

export type Member = { firstName: string; lastName: string; role: RoleName; group: string | null };

/** One kind of work: a folder of services, and everything that orders of it are made of. */
export type Craft = {
  folder: string;
  /** The group of the team that does it. */
  group: string;
  topics: readonly string[];
  tags: readonly string[];
  steps: readonly Step[];
  threads: readonly (readonly Line[])[];
  fields: readonly { name: string; type: string; values: readonly string[] }[];
  options: Readonly<Record<string, readonly string[]>>;
};

export type Step = {
  name: string;
  description?: string;
  /** Who does it and who sees it; the team alone unless said otherwise. */
  side?: 'PUBLIC' | 'CLIENT';
  hours?: number;
};

/** Who says it (a note is for the team's eyes only), and what. In braces: client, company, staff, mate, service, topic. */
export type Line = readonly ['client' | 'staff' | 'note', string];

export type Item = {
  craft: string;
  name: string;
  description: string;
  price?: number;
  /** Until an order of it is due. */
  days?: number;
  /** How well it sells, compared with the others. */
  weight: number;
  first?: Term;
  recurring?: Term & { action: 'NONE' | 'CREATE_ORDER' | 'REOPEN_ORDER' | 'CLIENT_REQUESTS' };
  /** Names of the services that it is an add-on of. */
  addonTo?: readonly string[];
  /** First names of those who are assigned by default. */
  employees?: readonly string[];
  currency?: string;
  isPublic?: boolean;
  /** So many requests of a client may be open at a time. */
  requests?: number;
  /** Sold since so many days, and until so many days ago. */
  since?: number;
  until?: number;
};

export type Term = { price: number; length: number; unit: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR' };

/** What an organization asks money for besides its services, and what it lets go. */
export type Billing = {
  /** Who pays a tax: clients of the country, or of one of its states only. */
  taxes: readonly { country: string; state?: string; percent: number }[];
  coupons: readonly Offer[];
  /** Goes on an invoice beside the ordered work. */
  extras: readonly Extra[];
  /** Is invoiced by itself, without an order. */
  errands: readonly Extra[];
  retainers: readonly Retainer[];
};

export type Extra = {
  name: string;
  /** Of one. */
  price: number;
  /** So many at most; one unless given. */
  most?: number;
};

export type Offer = {
  code: string;
  description: string;
  type: 'PERCENTAGE' | 'FIXED';
  amount: number;
  /** Names of the services that it is for; all unless given. */
  services?: readonly string[];
  /** So many days ago. */
  since: number;
  /** So many days ago, or, below zero, in so many days. */
  expires?: number;
  deleted?: number;
  newCustomers?: boolean;
  singleUse?: boolean;
  singleQuantity?: boolean;
  lasts?: boolean;
  limit?: number;
  minimum?: number;
  /** Only for clients whom one of the others brought. */
  referred?: boolean;
};

/** A subscription that was agreed on without a service, with what is to have become of it by the demo's today. */
export type Retainer = {
  name: string;
  price: number;
  unit: Term['unit'];
  /** How often it has been paid. */
  payments: number;
  fate: 'ACTIVE' | 'ENDING' | 'WAITING' | 'PAST_DUE' | 'PAUSED' | 'CANCELED' | 'EXPIRED';
  /** So many days ago what the fate says happened, or the running period began. */
  since: number;
  /** Begun on the last day of a long month. */
  atMonthEnd?: boolean;
};

export type TicketStatusKind = 'OPEN' | 'PENDING' | 'CLOSED' | 'SNOOZED' | 'SPAM';

/** What a client writes to the team about. */
export type Question = {
  subject: string;
  /** How often it comes up, compared with the others. */
  weight: number;
  /** Without one of these it makes no sense. */
  about?: 'order' | 'spam';
  tags?: readonly string[];
  lines: readonly Line[];
};

export const client = (text: string): Line => ['client', text];
export const staff = (text: string): Line => ['staff', text];
export const note = (text: string): Line => ['note', text];

/** How a conversation starts, whatever the work. */
export const openings: readonly (readonly Line[])[] = [
  [
    client('Hi, just ordered {service}. It is about {topic}. Tell me if the brief leaves anything open.'),
    staff('Hi {client}, thank you! The brief is clear. I start tomorrow morning and keep you posted here.'),
  ],
  [
    staff(
      'Welcome aboard, {client}. I am {staff} and look after this order. Could you confirm who signs things off at {company}?',
    ),
    client('Hello {staff}, that would be me. Please put everything into this thread, not into e-mail.'),
  ],
  [
    client('This one is about {topic}. The sooner the better, but quality first.'),
    staff('Understood. I will send a first version as early as I can.'),
  ],
  [
    client('Same set-up as last time please, only the topic is new: {topic}.'),
    staff('Got it, {client}. I reuse your style guide and the contacts from the last order.'),
    note('Returning client. The style guide is in the shared drive under {company}.'),
  ],
  [
    staff('Hi {client}, I read through your form. One question before we begin: who is the audience for {topic}?'),
    client('Mostly people who know us already and want a reason to come back.'),
  ],
  [
    client('Payment went through just now. Looking forward to it!'),
    staff('Thanks {client}, I can see it. You will hear from us within one working day.'),
  ],
];

/** How it ends once the work is delivered. */
export const closings: readonly (readonly Line[])[] = [
  [
    staff('All final files are attached to this order. It was a pleasure, {client}.'),
    client('Wonderful, thank you! The team loves it.'),
  ],
  [
    client('Approved. We publish on Monday.'),
    staff('Great news. I close this order now; it stays here for reference.'),
  ],
  [
    staff('Delivered. Should anything need a second look, reply here within 14 days.'),
    client('Looks good to us. Thanks {staff}!'),
  ],
  [
    client('Signed off by everybody at {company}. Really happy with how it turned out.'),
    note('Good candidate for a testimonial. Ask again in two weeks.'),
  ],
  [
    staff('Final version is up. I included the small changes from your last message.'),
    client('Perfect, exactly what we wanted.'),
  ],
];

/** What the team says among itself. */
export const asides: readonly Line[] = [
  note('{mate}, can you take the first half? I am out on Thursday afternoon.'),
  note('Client prefers short answers and no calls before noon.'),
  note('We went over the estimate by two hours here. Keep it in mind for the next quote.'),
  note('I asked {mate} for a second pair of eyes before this goes out.'),
  note('Waiting for the assets from {company}. Reminded them this morning.'),
  note('Careful: their competitor ordered something similar last quarter. No reuse.'),
  note('Invoice contact is somebody else, see the client note.'),
  note('Nice one to show in the portfolio if {client} agrees.'),
  note('Moved to next week together with {mate}; the client knows.'),
];

/** Reasons that stop an order. */
export const stops: Readonly<Record<'ON_HOLD' | 'CANCELLED', readonly (readonly Line[])[]>> = {
  ON_HOLD: [
    [
      client('Could we pause this? Our budget round ends next week and I must wait for it.'),
      staff('Of course. I put the order on hold; write here when you are ready.'),
    ],
    [
      staff('We still need your input to go on, so I put this on hold for now.'),
      client('Sorry, crazy weeks here at {company}. You will have it soon.'),
    ],
  ],
  CANCELLED: [
    [
      client('Bad news: the project behind it was stopped, so we have to cancel.'),
      staff('Sorry to hear that, {client}. I cancelled the order; the unused part goes to your balance.'),
    ],
    [
      client('This was ordered twice by accident. Please cancel this one.'),
      staff('Done. The other order goes on as planned.'),
    ],
  ],
};
