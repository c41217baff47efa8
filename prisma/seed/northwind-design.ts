import { type Craft, client, note, staff } from './agency.ts';
import { list } from './wording.ts';

export const site = {
  name: 'Website',
  type: 'TEXT',
  values: ['https://{domain}', 'https://www.{domain}/en', 'https://shop.{domain}'],
};

export const northwindDesignCrafts: Readonly<Record<string, Craft>> = {
  design: {
    folder: 'Design & brand',
    group: 'Design & Video',
    topics: list(
      'the anniversary|our trade fair booth|the new packaging|a calmer look|the spring campaign|recruiting posters|our second location|the annual report|vehicle lettering',
    ),
    tags: ['rebrand', 'launch', 'portfolio', 'second round'],
    steps: [
      {
        name: 'Collect brand assets',
        description: 'Logo as vector, fonts, colours, photos.',
        side: 'CLIENT',
        hours: 48,
      },
      { name: 'Mood board', side: 'PUBLIC', hours: 48 },
      { name: 'First directions', side: 'PUBLIC', hours: 96 },
      { name: 'Choose a direction', side: 'CLIENT', hours: 72 },
      { name: 'Refine and check contrast', description: 'Readable on a phone in the sun.', hours: 48 },
      { name: 'Export all formats', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        staff('Three directions for {topic} are attached. My favourite is the second.'),
        client('Ours too! Could the green be a little darker?'),
        staff('Sure, and that helps the contrast as well.'),
      ],
      [
        client('Do you have the logo without the claim?'),
        staff('Yes, it is in the folder "compact", in black, white and colour.'),
      ],
      [
        note('They sent the logo as a photo of a business card. I redraw it, half an hour.'),
        staff('We redrew your logo as a vector, so that it stays sharp at any size.'),
      ],
      [
        client('My colleague thinks it looks too empty.'),
        staff('The empty space is what makes the headline work. I send a denser variant to compare.'),
        client('You were right, we stay with the first.'),
      ],
      [staff('Print or screen only? The colours depend on it.'), client('Both, please.')],
    ],
    fields: [
      {
        name: 'Brand colours',
        type: 'TEXT',
        values: ['#1d3557 and #f1faee', 'Dark green and cream', 'See style guide', 'Open to ideas'],
      },
      {
        name: 'Where will it be used?',
        type: 'TEXTAREA',
        values: [
          'Website, business cards and a booth',
          'Mostly on social networks',
          'Printed on packaging, two colours at most',
        ],
      },
      { name: 'Existing style guide', type: 'FILE', values: ['https://files.northwind.example/brands/{slug}.zip'] },
      { name: 'We own the fonts', type: 'CHECKBOX', values: ['Yes', 'No'] },
    ],
    options: { 'Source files': ['Included', 'Not needed'], Rounds: ['2', '3', '4'] },
  },
  video: {
    folder: 'Video & audio',
    group: 'Design & Video',
    topics: list(
      'the assembly in one minute|episode on leadership|the customer interview|our factory tour|the conference talk|a question-and-answer session|the onboarding for new staff',
    ),
    tags: ['motion', 'captions', 'portfolio', 'translation'],
    steps: [
      { name: 'Upload the raw material', side: 'CLIENT', hours: 72 },
      { name: 'Script or cut list', side: 'PUBLIC', hours: 48 },
      { name: 'Rough cut', side: 'PUBLIC', hours: 72 },
      { name: 'Feedback with time codes', side: 'CLIENT', hours: 48 },
      { name: 'Sound, colour, captions', description: 'Loudness -16 LUFS for podcasts, -14 for video.', hours: 48 },
      { name: 'Render and deliver', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        client('The raw files are 48 GB. Is the upload link still good?'),
        staff('Yes, it stays open until Friday. Resume works if it breaks.'),
      ],
      [
        staff('Rough cut of {topic} is up. Please comment with time codes.'),
        client('00:14 wrong logo, 00:41 the name is Søren with ø, rest is great.'),
        staff('Both fixed.'),
      ],
      [
        note('Microphone 2 clipped for four minutes. {mate} can repair most of it.'),
        staff('One microphone was too loud for a while; we repaired it as far as possible.'),
        client('I hardly hear it. Well done.'),
      ],
      [client('Can we have a square version too?'), staff('That comes with the pack, no extra charge.')],
    ],
    fields: [
      { name: 'Length', type: 'TEXT', values: ['60 seconds', 'Around 45 minutes', 'As short as possible'] },
      { name: 'Music', type: 'DATA_DROPDOWN', values: ['Calm', 'Upbeat', 'None', 'We bring our own'] },
      {
        name: 'Speakers',
        type: 'TEXTAREA',
        values: ['Our founder and one guest', 'Three people, names in the file', 'Voice-over only'],
      },
      { name: 'Captions', type: 'CHECKBOX', values: ['Yes', 'Yes', 'No'] },
    ],
    options: { Format: ['16:9', '9:16', '1:1'], Captions: ['Burned in', 'Separate file', 'None'] },
  },
  web: {
    folder: 'Websites',
    group: 'Design & Video',
    topics: list(
      'the booking page|our new location|the spare-parts shop|the careers page|the winter offer|the download area|a page for dealers',
    ),
    tags: ['landing', 'technical', 'launch', 'translation'],
    steps: [
      { name: 'Give access to the site', side: 'CLIENT', hours: 48 },
      { name: 'Wireframe and copy', side: 'PUBLIC', hours: 72 },
      { name: 'Design', side: 'PUBLIC', hours: 72 },
      { name: 'Build', hours: 72 },
      { name: 'Accessibility and speed check', description: 'Keyboard, contrast, images, fonts.', hours: 24 },
      { name: 'Go live', side: 'PUBLIC', hours: 24 },
    ],
    threads: [
      [
        staff('The staging site for {topic} is online, same password as before.'),
        client('Looks great on the laptop. On my old phone the menu overlaps.'),
        staff('Thanks for checking; corrected for small screens.'),
      ],
      [
        client('Who changes the DNS, you or our IT?'),
        staff('Your IT; I wrote down the two records they need.'),
        client('They say it is done.'),
      ],
      [
        note('Their hosting runs a very old PHP. Quote the upgrade separately.'),
        staff('Your hosting needs an update before we go live. I explain the options in the attached note.'),
      ],
      [staff('Speed went from 41 to 96 points on the start page.'), client('Incredible, thank you!')],
    ],
    fields: [
      site,
      { name: 'System', type: 'DATA_DROPDOWN', values: ['WordPress', 'Shopify', 'Webflow', 'Do not know'] },
      {
        name: 'Purpose of the page',
        type: 'TEXTAREA',
        values: [
          'People should book a call about {topic}',
          'Explain {topic} and collect addresses',
          'Replace an old page that nobody finds',
        ],
      },
      { name: 'Login details sent', type: 'CHECKBOX', values: ['Yes', 'No'] },
    ],
    options: { Languages: ['1', '2', '3'], Hosting: ['Ours', 'Yours'] },
  },
};
