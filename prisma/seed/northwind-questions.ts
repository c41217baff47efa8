import { client, note, type Question, staff } from './agency.ts';
import { commonQuestions } from './questions.ts';

export const northwindQuestions: readonly Question[] = [
  ...commonQuestions,
  {
    subject: 'Offer for twelve articles',
    weight: 4,
    tags: ['new client'],
    lines: [
      client('We would like one article a month for a year. Is there a better price than twelve single ones?'),
      staff('For twelve we take ten percent off, and you get the same writer all year.'),
      client('Sounds good. Can we start in the first week of next month?'),
      note('Reserve Hannah for it.'),
      staff('We can. I put a draft of the invoice into your portal.'),
    ],
  },
  {
    subject: 'Do you also translate into Dutch?',
    weight: 2,
    tags: ['translation'],
    lines: [
      client('We open a branch in Utrecht and need our main pages in Dutch.'),
      staff('Yes, by a copywriter who lives there. How many words are they, roughly?'),
      client('About 6,000, if we leave the blog out.'),
    ],
  },
  {
    subject: 'Typo on the published page',
    weight: 5,
    about: 'order',
    tags: ['rush'],
    lines: [
      client('Third paragraph: it must be “its”, not “it’s”. The page is live already!'),
      staff('Corrected, and I read the rest once more. Sorry, that should not happen.'),
      client('Thanks for being so quick.'),
    ],
  },
  {
    subject: 'Photo credits',
    weight: 3,
    about: 'order',
    lines: [
      client('Where do the photos of {order} come from, and whom must we name?'),
      staff('Two are from the agency with a licence, one is your own. The names stand in the file properties.'),
    ],
  },
  {
    subject: 'Rankings dropped overnight',
    weight: 3,
    tags: ['technical', 'rush'],
    lines: [
      client('Since Tuesday we are gone from the first page. Did something happen?'),
      note('robots.txt of their new test server went live. {mate} confirmed.'),
      staff(
        'Your test server’s robots.txt was published and tells search engines to stay out. Remove one line and it is over.',
      ),
      client('Removed. Our IT is very sorry.'),
      staff('Give it two or three days; we keep an eye on it.'),
    ],
  },
  {
    subject: 'More rounds than agreed?',
    weight: 3,
    about: 'order',
    tags: ['second round'],
    lines: [
      client('Our board has new wishes for {service}. Is a third round included?'),
      staff('Two are. A third costs 90 dollars, or we take it from your plan.'),
      client('Take it from the plan, please.'),
    ],
  },
  {
    subject: 'Newsletter went to the wrong list',
    weight: 2,
    tags: ['newsletter', 'vip'],
    lines: [
      client('The last issue went to all contacts instead of customers only. How can we prevent that?'),
      note('It was scheduled by them, not by us. Be kind.'),
      staff('We now name the list in the approval mail, so that you see it before it goes out.'),
      client('Good idea. It was our mistake.'),
    ],
  },
  {
    subject: 'Raw files of the video',
    weight: 3,
    about: 'order',
    tags: ['motion'],
    lines: [
      client('Could we have the raw files of {order} for our archive?'),
      staff('Yes, 61 GB. The link works for fourteen days.'),
      client('Downloading over night. Thank you!'),
    ],
  },
  {
    subject: 'Feedback on the workshop',
    weight: 2,
    tags: ['workshop'],
    lines: [
      client('Everybody liked the day. Could we get the photos of the wall with the notes?'),
      staff('Attached, together with the clean version of the plan. It was fun!'),
    ],
  },
  {
    subject: 'Cookie banner covers the form',
    weight: 3,
    tags: ['landing', 'technical'],
    lines: [
      client('On small phones the cookie banner hides the button of our form.'),
      staff('Seen and fixed: it now moves up when the keyboard is open.'),
      client('Works on my phone. On the old tablet it still jumps a bit.'),
      note('Ancient tablet. Ask whether it matters.'),
    ],
  },
];
