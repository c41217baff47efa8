import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { singleField } from '../../graphql/queries.ts';
import { decodeId } from '../../kernel/id.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { visibleOrders } from '../policy.ts';
import * as formFields from './commands.ts';

const FormFieldType = enumType('FormFieldType', 'What a form asked for.', {
  TEXT: 'One line of text. SPP: `text`.',
  TEXTAREA: 'Text of several lines. SPP: `textarea`.',
  CHECKBOX: 'Yes or no. SPP: `checkbox`.',
  DATA_DROPDOWN: 'One of several choices. SPP: `data-dropdown`.',
  DATA_SPREADSHEET: 'A table. SPP: `data-spreadsheet`.',
  FILE: 'A file: the value is its address or id. SPP: `file`.',
});

export const FilledFormField = objectType('FilledFormField', 'FilledFormField', {
  description: 'One answer of a form, filed under an order. SPP: `form_data`.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('FilledFormField'),
    order: field.relation('order', 'The order that it belongs to. SPP: `order_id`.'),
    name: field.column('name', 'The question.'),
    type: field.code('type', FormFieldType, 'What was asked for.'),
    value: field.column('value', 'The answer, as text.'),
    formFieldId: field.column(
      'formFieldId',
      'The field of the form definition. Null for answers that come by the API. SPP: `form_field_id`, `field_id`, `onboarding_field_id`.',
    ),
    onboardingFormId: field.column('onboardingFormId', 'The form definition. Null for answers that come by the API.'),
    formableType: field.column(
      'formableType',
      'The kind of object that owns the form definition. Null for answers that come by the API.',
    ),
    formableId: field.column(
      'formableId',
      'The object that owns the form definition. Null for answers that come by the API.',
    ),
    submittedAt: field.column('submittedAt', 'When it was submitted.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was filed.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

const visible = (viewer: Viewer) => ({ order: visibleOrders(viewer) });

nodeType('FilledFormField', 'FilledFormField', visible);

export const filledFormFields = connectionType(FilledFormField, 'answers of forms');

singleField('filledFormField', {
  description: 'One answer of a form. SPP: retrieve filled form field (3.3).',
  model: 'FilledFormField',
  type: FilledFormField,
  permission: 'orders.read',
  idDescription: 'The answer.',
  find: (viewer, { id }) => {
    const uuid = decodeId('FilledFormField', id ?? '');
    return uuid === null ? null : { AND: [visible(viewer), { id: uuid }] };
  },
});

const returns = {
  filledFormField: { type: FilledFormField, model: 'FilledFormField', description: 'The answer as it is now.' },
} as const;

mutation('filledFormFieldCreate', {
  description: 'Files an answer under an order. SPP: create filled form field (3.2).',
  command: formFields.create,
  input: (t) => ({
    orderId: t.id({ required: true, description: 'The order, by id or number.' }),
    name: t.string({ required: true, description: 'The question: 1 to 255 characters.' }),
    type: t.field({ type: FormFieldType, required: true, description: 'What was asked for.' }),
    value: t.string({ required: true, description: 'The answer, as text; may be empty.' }),
  }),
  ids: { orderId: 'Order' },
  errors: ['InvalidInputError'],
  returns,
});

mutation('filledFormFieldUpdate', {
  description: 'Changes an answer. Question, type and order never change. SPP: update filled form field (3.4).',
  command: formFields.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The answer.' }),
    value: t.string({ required: true, description: 'The new answer.' }),
    expectedVersion: t.int({ description: 'Refuse when the answer has another version by now.' }),
  }),
  ids: { id: 'FilledFormField' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('filledFormFieldDelete', {
  description: 'Removes an answer for good. SPP: delete filled form field (3.5).',
  command: formFields.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The answer.' }) }),
  ids: { id: 'FilledFormField' },
  errors: ['NotFoundError'],
  removes: 'FilledFormField',
});
