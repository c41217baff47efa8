import { type Craft, client, note, staff } from './agency.ts';
import { northwindDesignCrafts, site } from './northwind-design.ts';
import { list } from './wording.ts';

const delivery = { Delivery: ['Standard', 'Standard', 'Express'] };

export const northwindCrafts: Readonly<Record<string, Craft>> = {
  writing: {
    folder: 'Content writing',
    group: 'Editorial',
    topics: list(
      'how to choose the right supplier|our sustainability report|mistakes first-time buyers make|the new summer range|hiring in a small town|' +
        'what a fair price is|ten years of {company}|a day behind the counter|winter maintenance|safe storage at home|the history of our workshop',
    ),
    tags: ['long read', 'interview', 'evergreen', 'quality check', 'second round'],
    steps: [
      {
        name: 'Check the brief',
        description: 'Audience, angle, length, links. Ask before writing, not after.',
        hours: 24,
      },
      { name: 'Answer open questions', side: 'CLIENT', hours: 48 },
      { name: 'Outline', description: 'Headings with one sentence each.', side: 'PUBLIC', hours: 24 },
      { name: 'First draft', side: 'PUBLIC', hours: 72 },
      { name: 'Edit and fact check', description: 'By somebody who did not write it.', hours: 24 },
      { name: 'Deliver final text', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        staff('The outline is up, {client}. Does the angle on {topic} work for you?'),
        client('Yes, but please move the part about prices to the end.'),
        staff('Moved. I start with the draft now.'),
      ],
      [
        client('Could you mention our new shop in the second paragraph?'),
        staff('Done, with a link to the opening hours.'),
      ],
      [
        staff('First draft is ready. I marked two figures that I could not verify.'),
        client('The first is right. Leave the second out, we never published it.'),
        note('Legal question avoided. Figure removed from the draft.'),
      ],
      [
        note('Draft reads a little dry. {mate}, could you warm up the introduction?'),
        note('Introduction rewritten, have a look.'),
      ],
      [
        client('The tone is a bit too formal for us.'),
        staff('Thanks, that helps. I send a lighter version tomorrow.'),
        client('Much better. That sounds like {company}.'),
      ],
    ],
    fields: [
      {
        name: 'Working title',
        type: 'TEXT',
        values: ['Everything about {topic}', 'A short guide to {topic}', 'Why it pays to think about {topic}'],
      },
      { name: 'Tone of voice', type: 'DATA_DROPDOWN', values: ['Friendly', 'Expert', 'Playful', 'Matter-of-fact'] },
      {
        name: 'Audience',
        type: 'TEXTAREA',
        values: [
          'Shop owners who buy for the first time',
          'Returning customers between 30 and 50',
          'Engineers; they hate marketing language',
          'Families in our region',
        ],
      },
      { name: 'Brief', type: 'FILE', values: ['https://files.northwind.example/briefs/{slug}.pdf'] },
    ],
    options: { 'Word count': ['800', '1,000', '1,500', '2,000'], ...delivery },
  },
  seo: {
    folder: 'SEO',
    group: 'Growth',
    topics: list(
      'the category pages|local searches around the shop|the new product line|our help centre|seasonal searches|the blog archive|the English pages|questions people ask before buying',
    ),
    tags: ['technical', 'local', 'evergreen', 'retainer'],
    steps: [
      { name: 'Get access to analytics', description: 'Read access is enough.', side: 'CLIENT', hours: 48 },
      { name: 'Crawl the site', hours: 24 },
      { name: 'Collect keywords and rankings', hours: 48 },
      { name: 'Write recommendations', side: 'PUBLIC', hours: 72 },
      { name: 'Review by a second specialist', hours: 24 },
      { name: 'Hand over the report', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        staff('Could you invite us to your analytics? The address is growth@northwind.example.'),
        client('Invitation sent. It may land in your spam.'),
        staff('Found it, thank you. The data goes back two years, which is great.'),
      ],
      [
        staff('We found 214 pages with the same title, most of them from {topic}.'),
        client('Those come from the old shop. Can they simply go?'),
        staff('Better redirect them. I added a list with old and new addresses.'),
      ],
      [
        client('Our developer asks which fixes come first.'),
        staff('Items 1 to 4 in the report; the rest can wait for the next release.'),
      ],
      [
        note('Rankings dropped after their relaunch in spring. Mention it gently.'),
        note('Redirects are missing for the whole /shop folder.'),
      ],
      [
        client('Is position 11 good or bad?'),
        staff('It is the top of page two. With a better title it should move up within weeks.'),
      ],
    ],
    fields: [
      site,
      {
        name: 'Main competitors',
        type: 'TEXTAREA',
        values: [
          'Two larger chains and one online-only shop',
          'Nobody local, mostly marketplaces',
          'See the list in our annual plan',
        ],
      },
      {
        name: 'Target countries',
        type: 'DATA_DROPDOWN',
        values: ['United States', 'Germany', 'United Kingdom', 'European Union', 'Worldwide'],
      },
      { name: 'Seed keywords', type: 'DATA_SPREADSHEET', values: ['keyword,priority\n{topic},1\n{company},2'] },
    ],
    options: { Pages: ['Up to 50', 'Up to 200', 'Up to 1,000'], Report: ['Written', 'Written and call'] },
  },
  social: {
    folder: 'Social media',
    group: 'Growth',
    topics: list(
      'the product launch|life behind the scenes|customer stories|the job offers|our sponsorship|the autumn sale|our new team members|tips from the workshop',
    ),
    tags: ['seasonal', 'launch', 'retainer', 'waiting for client'],
    steps: [
      { name: 'Grant access to the accounts', side: 'CLIENT', hours: 48 },
      { name: 'Review past posts', hours: 24 },
      { name: 'Plan themes and dates', side: 'PUBLIC', hours: 48 },
      { name: 'Write posts', hours: 72 },
      { name: 'Approve the plan', side: 'CLIENT', hours: 48 },
      { name: 'Schedule everything', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        staff('The plan for {topic} is ready: twelve posts, three with short clips.'),
        client('Post 7 must wait until the press release is out.'),
        staff('Moved to the 24th.'),
      ],
      [
        client('Somebody complained under yesterday’s post. Do you answer, or we?'),
        staff('We answered politely and asked for a direct message. All calm now.'),
        note('Log it in the community report.'),
      ],
      [staff('Reach went up by a third since we post in the evening.'), client('Good to hear! Let us keep that.')],
      [
        note('Their photos are rarely in focus. Offer the clip package.'),
        staff('Could you send us a few unedited photos of {topic}? Phone quality is fine.'),
        client('Uploaded twenty. Use what you like.'),
      ],
    ],
    fields: [
      {
        name: 'Networks',
        type: 'TEXT',
        values: ['Instagram and LinkedIn', 'LinkedIn only', 'Facebook, Instagram, TikTok'],
      },
      { name: 'Goal', type: 'DATA_DROPDOWN', values: ['Awareness', 'Applications', 'Sales', 'Service'] },
      {
        name: 'Words we avoid',
        type: 'TEXTAREA',
        values: ['cheap, guarantee, best', 'No exclamation marks please', 'None'],
      },
    ],
    options: { Networks: ['1', '2', '3'], 'Posts per week': ['2', '3', '5'] },
  },
  email: {
    folder: 'Email & CRM',
    group: 'Editorial',
    topics: list(
      'the monthly news|the loyalty programme|abandoned baskets|the invitation to the open day|a thank-you to customers|the price change|our holiday hours',
    ),
    tags: ['newsletter', 'automation', 'seasonal', 'retainer'],
    steps: [
      { name: 'Send notes and links', side: 'CLIENT', hours: 24 },
      { name: 'Write the text', hours: 24 },
      { name: 'Build and preview', side: 'PUBLIC', hours: 24 },
      { name: 'Test in eight mail programs', description: 'Dark mode too.', hours: 12 },
      { name: 'Approve the preview', side: 'CLIENT', hours: 24 },
      { name: 'Schedule the dispatch', side: 'PUBLIC', hours: 12 },
    ],
    threads: [
      [
        staff('Preview of {topic} is in your inbox. Two subject lines to choose from.'),
        client('The first one. Send on Tuesday at nine, please.'),
        staff('Scheduled.'),
      ],
      [client('How did the last issue do?'), staff('41 % opened it and 6 % clicked, both above your average.')],
      [
        note('List has 300 addresses without consent on record. Do not mail those.'),
        staff('About 300 contacts have no recorded consent. We left them out; shall we ask them?'),
        client('Yes please, a short and honest one.'),
      ],
      [client('The button looks odd on my phone.'), staff('Fixed; it was the dark mode of your mail program.')],
    ],
    fields: [
      { name: 'Tool', type: 'DATA_DROPDOWN', values: ['Mailchimp', 'Brevo', 'Klaviyo', 'HubSpot'] },
      {
        name: 'Dispatch date',
        type: 'TEXT',
        values: ['First Tuesday of the month', 'As soon as approved', 'Two weeks before the fair'],
      },
      {
        name: 'Main message',
        type: 'TEXTAREA',
        values: [
          'It is about {topic}, in three sentences at most',
          'Say thank you first, then {topic}',
          'Show the numbers, link to the page',
        ],
      },
    ],
    options: { Segments: ['All contacts', 'Customers only', 'Two segments'], ...delivery },
  },
  strategy: {
    folder: 'Strategy & consulting',
    group: 'Growth',
    topics: list(
      'the next two quarters|entering a new market|one voice across five teams|fewer but better posts|the budget for next year|moving from print to online',
    ),
    tags: ['workshop', 'vip', 'interview', 'needs brief'],
    steps: [
      { name: 'Fill in the questionnaire', side: 'CLIENT', hours: 96 },
      { name: 'Interviews', side: 'PUBLIC', hours: 120 },
      { name: 'Analysis', hours: 72 },
      { name: 'Workshop', side: 'PUBLIC' },
      { name: 'Write the plan', hours: 96 },
      { name: 'Present the results', side: 'PUBLIC', hours: 48 },
    ],
    threads: [
      [
        staff('Who should be in the room for {topic}? Six people is a good number.'),
        client('Sales, support, our founder and me. And somebody from production.'),
        staff('Good mix. I send the questionnaire to all of them.'),
      ],
      [
        client('Can the workshop be remote?'),
        staff('Yes, in two half days. We tried both and remote works well with breaks.'),
      ],
      [
        note('The founder decides in the end. Prepare one page for him.'),
        staff('Before the presentation I send you a one-page summary for your management.'),
      ],
      [
        staff('The interviews showed that support knows more about customers than anybody else.'),
        client('That surprises me, and then again it does not. Please put it into the plan.'),
      ],
    ],
    fields: [
      {
        name: 'Biggest challenge',
        type: 'TEXTAREA',
        values: [
          'We publish a lot and nobody reads it',
          'Everybody writes differently',
          'No time, no plan',
          'It is mainly {topic}',
        ],
      },
      { name: 'Team size', type: 'TEXT', values: ['3', '8', '15', '40 in four countries'] },
      { name: 'Format', type: 'DATA_DROPDOWN', values: ['On site', 'Remote', 'Mixed'] },
    ],
    options: { Format: ['On site', 'Remote'], Participants: ['Up to 6', 'Up to 12'] },
  },
  ...northwindDesignCrafts,
};
