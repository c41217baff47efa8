import type { Colleague, SoldItem } from './catalogue.ts';
import type { Client } from './clients.ts';
import type { Life } from './life.ts';
import type { Renewal } from './money/desk.ts';
import type { Wording } from './wording.ts';

/** One order while its rows are written. */
export type Story = {
  order: { id: string; number: string };
  life: Life;
  /** Null for work that was agreed on without a service. */
  item: SoldItem | null;
  client: Client;
  /** Who is assigned, the one in charge first. */
  people: readonly Colleague[];
  wording: Wording;
  /** What the order came of, where it was not placed but renewed. */
  renewal: Renewal | null;
  /** Whether to write everything: longer conversations, more tasks, forms and the whole history. */
  detailed: boolean;
};
