import type { GraphQLResolveInfo } from 'graphql';
import type { Row } from '../graphql/compiler/rows.ts';
import { identifier, sql } from '../graphql/compiler/sql.ts';
import { connectionType } from '../graphql/connections.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { type Beneath, listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import type { Viewer } from '../kernel/viewer.ts';
import * as formFields from './commands.ts';
import { answersBeneath } from './loaders.ts';

const FormFieldType = enumType('FormFieldType', 'What a form asked for.', {
  TEXT: 'One line of text. SPP: `text`.',
  TEXTAREA: 'Text of several lines. SPP: `textarea`.',
  CHECKBOX: 'Yes or no. SPP: `checkbox`.',
  DATA_DROPDOWN: 'One of several choices. SPP: `data-dropdown`.',
  DATA_SPREADSHEET: 'A table. SPP: `data-spreadsheet`.',
  FILE: 'A file: the value is its address or id. SPP: `file`.',
});

export const FilledFormField = objectType('FilledFormField', 'FilledFormField', {
  description: 'One answer of a form, filed under an order or a ticket. SPP: `form_data`.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('FilledFormField'),
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

export const filledFormFields = connectionType(FilledFormField, 'answers of forms');

// ------------------------------------------------------------------ what answers are filed under

type VisibleParents = (viewer: Viewer) => object;
const visibleParents = new Map<formFields.ParentName, VisibleParents>();

/** Lets answers be filed under a kind of object, and be seen by whoever sees the object. */
export function filesAnswers(
  name: formFields.ParentName,
  { visible, ...parent }: formFields.Parent & { visible: VisibleParents },
): void {
  visibleParents.set(name, visible);
  formFields.addParent(name, parent);
}

/** `formData` of such an object: the answers that are stored with it, and over them those that are filed under it. */
export function formDataField(name: formFields.ParentName) {
  const key = `${name}Id` as const;
  const column = identifier(`${name}_id`);
  const formDataInSql = (parent: Row) => sql`${parent.column('formData')} || coalesce(
    (select jsonb_object_agg(answer.name, answer.value order by answer.created_at, answer.id)
      from filled_form_fields answer where answer.${column} = ${parent.column('id')}), '{}')`;
  return {
    type: 'JSONObject',
    nullable: false,
    description: `The answers of forms, question → answer: those filed as form fields over those stored with the ${name}. SPP: \`form_data\`.`,
    select: { id: true, formData: true },
    extensions: {
      read: { kind: 'computed', columns: ['id', 'formData'], expression: formDataInSql } satisfies Declaration,
    },
    // By hand: it merges a column with rows, and a second look at `formFields` would cost a statement per object.
    resolve: async (
      parent: { id: string; formData: object },
      _: object,
      context: Context,
      info: GraphQLResolveInfo,
    ) => ({
      ...parent.formData,
      ...(await answersBeneath(key, parent.id, context, info)),
    }),
  };
}

function visibleIn(name: formFields.ParentName, viewer: Viewer): object {
  const visible = visibleParents.get(name);
  if (!visible) throw new Error(`Nobody says who sees the answers of a ${name}.`);
  return visible(viewer);
}

const visibleAnswers = (viewer: Viewer) => ({
  OR: [...visibleParents.keys()].map((name) => ({ [name]: visibleIn(name, viewer) })),
});

nodeType('FilledFormField', 'FilledFormField', visibleAnswers);

function beneath(name: formFields.ParentName, type: 'Order' | 'Ticket'): Beneath<'FilledFormField'> {
  return {
    type,
    description: `The ${name} that they are filed under, by id or number.`,
    where: (viewer, named) => ({
      // Said once more of the answers themselves: so their index is the way to them.
      ...('id' in named ? { [`${name}Id`]: named.id } : {}),
      [name]: { AND: [visibleIn(name, viewer), named] },
    }),
  };
}

listField('filledFormFields', {
  description:
    'The answers that are filed under one order or one ticket, newest first: give one of the two. Empty when there is no such object, or none that the viewer may see. SPP: list filled form fields (3.1).',
  model: 'FilledFormField',
  type: filledFormFields,
  permission: 'formFields.read',
  // Who sees what they are filed under sees them all.
  visible: () => ({}),
  beneath: { orderId: beneath('order', 'Order'), ticketId: beneath('ticket', 'Ticket') },
});

singleField('filledFormField', {
  description: 'One answer of a form. SPP: retrieve filled form field (3.3).',
  model: 'FilledFormField',
  type: FilledFormField,
  permission: 'formFields.read',
  idDescription: 'The answer.',
  find: (viewer, { id }) => {
    const uuid = decodeId('FilledFormField', id ?? '');
    return uuid === null ? null : { AND: [visibleAnswers(viewer), { id: uuid }] };
  },
});

const returns = {
  filledFormField: { type: FilledFormField, model: 'FilledFormField', description: 'The answer as it is now.' },
} as const;

mutation('filledFormFieldCreate', {
  description: 'Files an answer under an order or a ticket. SPP: create filled form field (3.2).',
  command: formFields.create,
  input: (t) => ({
    orderId: t.id({ description: 'The order, by id or number. Give this or `ticketId`. SPP: `order`.' }),
    ticketId: t.id({ description: 'The ticket, by id or number. SPP: `ticket`.' }),
    name: t.string({ required: true, description: 'The question: 1 to 255 characters.' }),
    type: t.field({ type: FormFieldType, required: true, description: 'What was asked for.' }),
    value: t.string({ required: true, description: 'The answer, as text; may be empty.' }),
  }),
  ids: { orderId: 'Order', ticketId: 'Ticket' },
  errors: ['InvalidInputError', 'InvalidStateError'],
  returns,
});

mutation('filledFormFieldUpdate', {
  description:
    'Changes an answer. Question, type and what it is filed under never change. SPP: update filled form field (3.4).',
  command: formFields.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The answer.' }),
    value: t.string({ required: true, description: 'The new answer.' }),
    expectedVersion: t.int({ description: 'Refuse when the answer has another version by now.' }),
  }),
  ids: { id: 'FilledFormField' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns,
});

mutation('filledFormFieldDelete', {
  description: 'Removes an answer for good. SPP: delete filled form field (3.5).',
  command: formFields.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The answer.' }) }),
  ids: { id: 'FilledFormField' },
  errors: ['NotFoundError', 'InvalidStateError'],
  removes: 'FilledFormField',
});
