import { client, note, type Question, staff } from './agency.ts';

/** What clients of any organization write about. In braces also: order, its number, and invoice, the order's. */
export const commonQuestions: readonly Question[] = [
  {
    subject: 'Cannot log in any more',
    weight: 5,
    lines: [
      client('Hello, the portal says that my link has expired. Could you send me a new one?'),
      staff('Hi {client}, of course. The links work once and for two hours; a fresh one is on its way.'),
      client('It worked, thank you.'),
    ],
  },
  {
    subject: 'A second login for my colleague',
    weight: 4,
    lines: [
      client('My colleague takes over at {company} while I am away. Can she see our orders too?'),
      staff('Yes. What is her e-mail address, and should she see invoices as well?'),
      client('Only the orders, please. I send the address in a separate message.'),
      staff('She is invited. You can take the access back under Team at any time.'),
    ],
  },
  {
    subject: 'New billing address',
    weight: 6,
    lines: [
      client('We moved to a new office. Please put the new address on all invoices from now on.'),
      staff('Done. Invoices that were sent before keep the old one, as they should.'),
      client('Perfect, that is what our accountant wanted.'),
    ],
  },
  {
    subject: 'Copy of last month’s invoice',
    weight: 5,
    lines: [
      client('Our bookkeeping cannot find your last invoice. Could you send it again as a PDF?'),
      staff('You find it under Invoices, with a download button. I also attach it here.'),
    ],
  },
  {
    subject: 'Paid twice by mistake',
    weight: 2,
    tags: ['vip'],
    lines: [
      client('I think we paid the same invoice by card and by transfer. Could you check?'),
      note('Confirmed: card on the 3rd, transfer on the 5th.'),
      staff('You are right, both arrived. Shall we send one back, or keep it as credit for your next order?'),
      client('Keep it as credit, please. We order again next week anyway.'),
    ],
  },
  {
    subject: 'Our VAT number is missing',
    weight: 3,
    lines: [
      client('Without our VAT number on the invoice we cannot book it. It is in our profile.'),
      staff('Thank you for the hint. It is on there from the next one on; I add it to the note of the open one.'),
    ],
  },
  {
    subject: 'Which address do your e-mails come from?',
    weight: 2,
    lines: [
      client('Our mail filter eats your messages. Which sender should our IT let through?'),
      staff('Everything comes from the domain in our signature. That one line is enough.'),
      client('They changed it. Let us see.'),
    ],
  },
  {
    subject: 'All of us are away next week',
    weight: 3,
    lines: [
      client('Just so that you know: nobody at {company} can approve anything next week: the whole office is closed.'),
      staff('Thanks for telling us. We plan around it and write again when you are back.'),
    ],
  },
  {
    subject: 'Card was declined',
    weight: 3,
    lines: [
      client('My card was declined although there is money on the account. What can I do?'),
      staff('The bank wants you to confirm the payment. Please try again and have your phone at hand.'),
      client('That was it. The bank had sent me a code, I just did not see it.'),
    ],
  },
  {
    subject: 'Please pause our plan for a month',
    weight: 3,
    lines: [
      client('Our budget is frozen until the board meets. Could we pause for a month?'),
      staff('Yes. It is paused, nothing is charged meanwhile. Tell us when you want to go on.'),
      note('Call {client} in four weeks.'),
    ],
  },
  {
    subject: 'When will {service} be ready?',
    weight: 9,
    about: 'order',
    lines: [
      client('Could you tell me when order {order} will be ready? We would like to announce it.'),
      staff('We are on schedule. You will have it before the due date that the order shows.'),
      client('Great, then I announce it for the week after.'),
    ],
  },
  {
    subject: 'Change to order {order}',
    weight: 8,
    about: 'order',
    lines: [
      client('One thing changed on our side: it should now be about {topic}. Is it too late?'),
      staff('Not at all, {client}. I told {mate}, who works on it.'),
      note('Brief updated. No extra charge, they are long-standing clients.'),
      client('You are the best, thank you.'),
    ],
  },
  {
    subject: 'Question about invoice {invoice}',
    weight: 5,
    about: 'order',
    lines: [
      client('There is a line on {invoice} that I do not recognize. What is it for?'),
      staff('That is what we agreed on in order {order}, in the third message. I can send you the sentence.'),
      client('Found it. Sorry, I had forgotten.'),
    ],
  },
  {
    subject: 'Link to the files does not open',
    weight: 5,
    about: 'order',
    tags: ['blocked'],
    lines: [
      client('The link in order {order} leads to an empty page.'),
      staff('Sorry about that. The file was moved; here is the right link.'),
      client('Now it opens.'),
    ],
  },
  {
    subject: 'Who is our contact now?',
    weight: 2,
    lines: [
      client('We always wrote to {staff}. Is that still right?'),
      staff('Yes, and when I am away {mate} answers.'),
    ],
  },
  {
    subject: 'Congratulations! Your site ranks on page 7',
    weight: 2,
    about: 'spam',
    lines: [client('Dear webmaster, we have 4,000 links of highest quality for you. Answer within 24 hours!!!')],
  },
  {
    subject: 'Invoice overdue FINAL NOTICE open attachment',
    weight: 1,
    about: 'spam',
    lines: [client('See attachement for the unpaid amount and transfer today to avoid the court.')],
  },
];

/** What nobody asks about, but the team writes down about a client. */
export const activityTexts: readonly string[] = [
  'Called {client}: happy with the last delivery, thinks about a larger package for next year.',
  'Left a message on the answering machine. Try again on Thursday.',
  'Met {client} at the trade fair. Wants an offer until the end of the month.',
  'Sent the offer for the yearly plan. Decision in about two weeks.',
  '{company} has a new managing director. Introduce ourselves.',
  'Asked for a reference. {client} agrees, but wants to see the text first.',
  'Reminder for the open invoice by phone. Will be paid on Friday.',
  'Birthday on the 12th, send a card.',
  'Satisfaction call: 9 out of 10. Point off for the late start.',
  'Complaint about the tone of the last message. Apologized, all good again.',
  'Budget for the next two quarters is approved, about the same as before.',
  'Contact changes: from next month on {client} shares the work with somebody in Lyon.',
  'Yearly review:\n- more orders than last year, smaller ones\n- likes fixed prices\n- wants everything in the portal, nothing by mail',
  'Do not send offers before the end of their fiscal year.',
  '{mate} takes over while I am on leave.',
  'They tried an in-house team for a while and came back. Do not rub it in.',
  'Recommended us to a supplier. Send a thank-you.',
  'Prices discussed: the new list holds for them from next quarter on.',
];
