import type { Row } from '../../graphql/compiler/rows.ts';
import { where } from '../../graphql/compiler/where.ts';
import { extendByFlags } from '../../graphql/flags.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { deletedOrders, ordersWithin, visibleOrders } from '../policy.ts';
import { Order } from '../schema.ts';

/** As `lockOrder` has it: a live order that is seen and reached. */
const reached = (permission: string) => (order: Row, viewer: Viewer) =>
  where(order, { AND: [visibleOrders(viewer), ordersWithin(viewer, permission)] });

extendByFlags(Order, 'Order', 'viewerCan', {
  type: 'OrderViewerCan',
  description:
    'What the viewer may do with the order as it is now. Each is true when the mutation would not be refused.',
  columns: ['id', 'organizationId', 'clientId', 'deletedAt'],
  flags: {
    update: { description: 'Change it: `orderUpdate`.', holds: reached('orders.update') },
    assign: {
      description: 'Give it to team members: `orderUpdate` with `employeeIds`.',
      holds: reached('orders.update'),
    },
    complete: { description: 'End it: `orderUpdate` with the status COMPLETED.', holds: reached('orders.update') },
    createTask: { description: 'Add a task: `orderTaskCreate`.', holds: reached('orderTasks.create') },
    message: {
      description: 'Write into its conversation: `orderMessageCreate`.',
      holds: reached('orderMessages.create'),
    },
    delete: { description: 'Put it out of sight: `orderDelete`.', holds: reached('orders.delete') },
    restore: {
      description: 'Bring it back when it is deleted: `orderRestore`.',
      holds: (order, viewer) => where(order, deletedOrders(viewer)),
    },
  },
});
