import { Client } from '../../clients/schema.ts';
import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { extendType, objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { newestFirst } from '../../graphql/pagination.ts';
import { attachedPaymentMethods, visiblePaymentMethods } from '../policy.ts';
import * as methods from './commands.ts';

const PaymentProcessor = enumType('PaymentProcessor', 'Who can charge a payment method.', {
  STRIPE: 'Stripe, through the organization’s own account.',
  TEST: 'The built-in test processor, which moves no money. For organizations whose test payments are switched on.',
});

export const PaymentMethod = objectType('PaymentMethod', 'PaymentMethod', {
  description: 'A card, or the like, that a client has left with a processor. What is known of it here is no secret.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('PaymentMethod'),
    client: field.relation('client', 'Whose it is.', { type: Client }),
    processor: field.code('processor', PaymentProcessor, 'Who can charge it.'),
    processorId: field.column('processorId', 'The processor’s own id, such as pm_…. SPP: `payment_method_id`.'),
    brand: field.column('brand', 'The card’s brand, or another kind of method. Null when unknown.'),
    last4: field.column('last4', 'The last four characters of its number. Null without one.'),
    expiryMonth: field.column('expiryMonth', 'The month that it expires with, 1 to 12. Null when it never does.'),
    expiryYear: field.column('expiryYear', 'The year of that. Null when it never does.'),
    isDefault: field.column('isDefault', 'Whether it pays unless another is named.'),
    version: field.column('version', 'How often it was changed.'),
    createdAt: field.column('createdAt', 'When it was attached.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
    detachedAt: field.column('detachedAt', 'When it was taken away. Null while it can pay.'),
  }),
});

nodeType('PaymentMethod', 'PaymentMethod', visiblePaymentMethods);

const paymentMethods = connectionType(PaymentMethod, 'payment methods');

extendType(Client, 'User', (field) => ({
  paymentMethods: field.connection<'PaymentMethod'>(
    'paymentMethods',
    'What the client can pay with, newest first. Without those that were detached.',
    { type: paymentMethods, where: attachedPaymentMethods, order: newestFirst },
  ),
}));

// ------------------------------------------------------------------ mutations

const returns = {
  paymentMethod: { type: PaymentMethod, model: 'PaymentMethod', description: 'The method as it is now.' },
} as const;

mutation('paymentMethodAttach', {
  description:
    'Keeps a payment method for a client, who gave it to the processor before: a page with the publishable key makes one. The first becomes the default. One that is attached already stays.',
  command: methods.attach,
  input: (t) => ({
    clientId: t.id({ description: 'Whose it is: required, but for clients, who attach their own.' }),
    token: t.string({
      required: true,
      description:
        'The processor’s id of the method: pm_…. Of the test processor: pm_test_success, pm_test_declined, pm_test_authentication.',
    }),
    processor: t.field({
      type: PaymentProcessor,
      description: 'Which processor has it. Without it Stripe, where the organization has an account there.',
    }),
    isDefault: t.boolean({ description: 'Whether it becomes the default, even if there is one.' }),
  }),
  ids: { clientId: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns,
});

mutation('paymentMethodSetDefault', {
  description: 'Makes a payment method the one that pays unless another is named.',
  command: methods.setDefault,
  input: (t) => ({ id: t.id({ required: true, description: 'The payment method, attached still.' }) }),
  ids: { id: 'PaymentMethod' },
  errors: ['NotFoundError'],
  returns,
});

mutation('paymentMethodDetach', {
  description:
    'Takes a payment method away from its client, at the processor too. What it paid stays. If it was the default, the newest of the others becomes it.',
  command: methods.detach,
  input: (t) => ({ id: t.id({ required: true, description: 'The payment method, attached still.' }) }),
  ids: { id: 'PaymentMethod' },
  errors: ['NotFoundError', 'InvalidStateError'],
  returns,
});
