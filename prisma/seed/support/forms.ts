import type { Studio } from '../catalogue.ts';
import { fill, type Wording } from '../wording.ts';

const fields = [
  { name: 'Topic', type: 'DATA_DROPDOWN', values: ['An order', 'An invoice', 'My account', 'Something else'] },
  { name: 'How urgent is it?', type: 'DATA_DROPDOWN', values: ['Today, please', 'This week', 'No hurry'] },
  { name: 'Company', type: 'TEXT', values: ['{company}'] },
  { name: 'Screenshot', type: 'FILE', values: ['https://files.{slug}.example/uploads/screenshot-1.png'] },
  { name: 'You may call me back', type: 'CHECKBOX', values: ['Yes', 'No'] },
];

/** What somebody filled in who came by the contact form. */
export function writeContactForm(studio: Studio, ticketId: string, at: Date, wording: Wording): void {
  const { random, writer, organizationId, agency } = studio;
  for (const field of random.sample(fields, random.int(2, 4))) {
    writer.write('filled_form_fields', {
      id: random.uuid(at),
      organization_id: organizationId,
      order_id: null,
      ticket_id: ticketId,
      name: field.name,
      type: field.type,
      value: fill(random.pick(field.values), { ...wording, slug: agency.organization.slug }),
      submitted_at: at,
      created_at: at,
      updated_at: at,
    });
  }
}
