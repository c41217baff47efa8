import { client, note, type Question, staff } from './agency.ts';
import { commonQuestions } from './questions.ts';

export const fabrikamQuestions: readonly Question[] = [
  ...commonQuestions.filter(({ subject }) => !subject.includes('{service}')),
  {
    subject: 'Original or copy for the register?',
    weight: 6,
    tags: ['notary'],
    lines: [
      client('Does the register want the original of the shareholder list, or is a copy enough?'),
      staff('A copy certified by a notary. We can arrange it, 38.50 per page.'),
      client('Please do. The notary in our street is on holiday.'),
    ],
  },
  {
    subject: 'Deadline for the reply',
    weight: 5,
    about: 'order',
    tags: ['deadline', 'court'],
    lines: [
      client('When exactly does the period for {order} end? Our board meets on Monday.'),
      note('Statutory, one month from service. No extension.'),
      staff('On the 28th at midnight. We file on the 25th at the latest.'),
    ],
  },
  {
    subject: 'Clause 9 once more',
    weight: 5,
    about: 'order',
    tags: ['privileged'],
    lines: [
      client('The other side comes back with a cap of ten times the fee. Is that still reasonable?'),
      staff('It is at the upper end. We would offer five times and settle at seven.'),
      client('Agreed, please write it like that.'),
      staff('Done, the marked version is in {order}.'),
    ],
  },
  {
    subject: 'Signature by a second director',
    weight: 3,
    lines: [
      client('Only one of our two directors is in Berlin. Can the other sign electronically?'),
      staff('For this document yes, with a qualified signature. I send the link to both.'),
    ],
  },
];
