import type { Row } from '../../graphql/compiler/rows.ts';
import { where } from '../../graphql/compiler/where.ts';
import { extendByFlags } from '../../graphql/flags.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { deletedTickets, ticketsWithin, visibleTickets } from '../policy.ts';
import { Ticket } from '../schema.ts';

/** As `lockTicket` has it: a live ticket that is seen and reached. */
const reached =
  (permission: string, state: object = {}) =>
  (ticket: Row, viewer: Viewer) =>
    where(ticket, { AND: [visibleTickets(viewer), ticketsWithin(viewer, permission), state] });

/** Law 6. */
const unmerged = { mergedIntoId: null };

extendByFlags(Ticket, 'Ticket', 'viewerCan', {
  type: 'TicketViewerCan',
  description:
    'What the viewer may do with the ticket as it is now. Each is true when the mutation would not be refused.',
  columns: ['id', 'organizationId', 'clientId', 'deletedAt', 'mergedIntoId'],
  flags: {
    update: { description: 'Change it: `ticketUpdate`.', holds: reached('tickets.update', unmerged) },
    assign: {
      description: 'Give it to team members: `ticketUpdate` with `employeeIds`.',
      holds: reached('tickets.update', unmerged),
    },
    close: {
      description: 'End it: `ticketUpdate` with the status CLOSED.',
      holds: reached('tickets.update', unmerged),
    },
    merge: {
      description: 'Make one of it and another ticket of its client, in which the viewer may do so: `ticketMerge`.',
      holds: reached('tickets.merge', unmerged),
    },
    message: {
      description: 'Write into its conversation: `ticketMessageCreate`.',
      holds: reached('ticketMessages.create', unmerged),
    },
    delete: { description: 'Put it out of sight: `ticketDelete`.', holds: reached('tickets.delete') },
    restore: {
      description: 'Bring it back when it is deleted: `ticketRestore`.',
      holds: (ticket, viewer) => where(ticket, deletedTickets(viewer)),
    },
  },
});
