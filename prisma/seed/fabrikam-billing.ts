import type { Billing } from './agency.ts';

export const fabrikamBilling: Billing = {
  taxes: [{ country: 'DE', percent: 19 }],
  coupons: [
    {
      code: 'ERSTMANDAT',
      description: 'Fifteen percent off the first matter.',
      type: 'PERCENTAGE',
      amount: 15,
      since: 540,
      newCustomers: true,
      singleUse: true,
    },
    {
      code: 'GRUENDER50',
      description: 'For one founder of the start-up evening.',
      type: 'FIXED',
      amount: 50,
      since: 545,
      limit: 1,
    },
    {
      code: 'FRIST30',
      description: 'Thirty euros off filings before the change of the register fees.',
      type: 'FIXED',
      amount: 30,
      services: ['Register filing', 'Trade mark application'],
      since: 400,
      expires: 180,
    },
    {
      code: 'DESK10',
      description: 'Ten percent off the contract desk for as long as it runs.',
      type: 'PERCENTAGE',
      amount: 10,
      services: ['Contract desk', 'Deadline watch'],
      since: 500,
      lasts: true,
    },
  ],
  extras: [
    { name: 'Court and register fees, as paid', price: 150 },
    { name: 'Certified translation, per page', price: 38.5, most: 8 },
    { name: 'Courier', price: 24.9 },
  ],
  errands: [
    { name: 'Advice by phone, half an hour', price: 140, most: 4 },
    { name: 'Notary fees, as paid', price: 262.4 },
    { name: 'Workshop: contracts without lawyers', price: 1100 },
  ],
  retainers: [
    {
      name: 'Address for service',
      price: 35,
      unit: 'MONTH',
      payments: 8,
      fate: 'ACTIVE',
      since: 9,
      atMonthEnd: true,
    },
    { name: 'Trade mark watch', price: 55, unit: 'MONTH', payments: 5, fate: 'WAITING', since: 6 },
    { name: 'Document archive', price: 240, unit: 'YEAR', payments: 1, fate: 'PAUSED', since: 30 },
    { name: 'Data protection officer', price: 190, unit: 'MONTH', payments: 4, fate: 'PAST_DUE', since: 3 },
    { name: 'Whistle-blower mailbox', price: 70, unit: 'MONTH', payments: 6, fate: 'CANCELED', since: 75 },
    { name: 'Board minutes', price: 120, unit: 'MONTH', payments: 2, fate: 'EXPIRED', since: 120 },
  ],
};
