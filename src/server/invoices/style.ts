/** How the pages of an invoice look: on a screen, on a telephone, on paper without colours. */
export const style = `
:root { --ink: #15181e; --soft: #59606c; --line: #d8dbe1; --ground: #f2f3f5; --paper: #fff; --paid: #17683f; --refunded: #8a5300; --cancelled: #59606c; }
* { box-sizing: border-box; }
body {
  margin: 0; padding: 3rem 1.5rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums lining-nums; -webkit-text-size-adjust: 100%;
}
h1, h2, p, dl, dd, address, table { margin: 0; }
address { font-style: normal; }
a { color: inherit; text-underline-offset: .2em; }
a:focus-visible { outline: 2px solid; outline-offset: 3px; }
.actions { max-width: 54rem; margin: 0 auto 1rem; display: flex; justify-content: flex-end; }
.button { display: inline-block; padding: .6rem 1.15rem; border: 1px solid var(--ink); border-radius: .5rem; background: var(--ink); color: var(--paper); font-weight: 600; text-decoration: none; }
/* Wider only for numbers that need it. */
.sheet { max-width: 54rem; min-width: min-content; margin: 0 auto; padding: 4rem; background: var(--paper); border-radius: .75rem; box-shadow: 0 1px 2px #15181e14, 0 12px 40px #15181e12; }
.head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2rem; align-items: start; }
h1 { font-size: 2.5rem; line-height: 1.1; font-weight: 650; letter-spacing: -.02em; }
.number { margin-top: .35rem; color: var(--soft); font-size: 1.125rem; overflow-wrap: anywhere; }
.sender { max-width: 20rem; text-align: right; overflow-wrap: anywhere; }
.lead { font-weight: 650; }
.line { display: block; }
.parties { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, auto); gap: 2rem; margin-top: 3rem; }
h2, .details dt { color: var(--soft); font-size: .875rem; font-weight: 400; line-height: 1.55rem; }
.recipient { overflow-wrap: anywhere; }
.details { display: grid; grid-template-columns: auto auto; column-gap: 1.75rem; align-content: start; }
.details dd { text-align: right; overflow-wrap: anywhere; }
table { width: 100%; border-spacing: 0; }
th, td { padding: 0; }
.lines { margin-top: 3rem; }
.lines th { padding: 0 0 .5rem 1.25rem; border-bottom: 1.5px solid var(--ink); color: var(--soft); font-size: .875rem; font-weight: 400; text-align: right; vertical-align: bottom; white-space: nowrap; }
.lines td { padding: .8rem 0 .8rem 1.25rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
.lines .position { width: 1%; padding-left: 0; padding-right: .85rem; color: var(--soft); text-align: left; }
.lines .what { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
.lines .what { width: 99%; min-width: 8rem; }
.name { font-weight: 600; }
.description, .note p { white-space: pre-line; }
.description, .options { color: var(--soft); font-size: .9375rem; }
.options { display: grid; grid-template-columns: fit-content(45%) minmax(0, 1fr); column-gap: .75rem; margin-top: .15rem; }
.off { display: block; }
.off small { display: block; color: var(--soft); font-size: .8125rem; max-width: 9rem; margin-left: auto; white-space: normal; overflow-wrap: anywhere; }
.end { display: grid; grid-template-columns: minmax(0, 1fr) minmax(17rem, 24rem); gap: 2rem; margin-top: 1.25rem; break-inside: avoid; }
.sums th { padding: .3rem 1.5rem .3rem 0; font-weight: 400; text-align: left; overflow-wrap: anywhere; }
.sums td { padding: .3rem 0; text-align: right; white-space: nowrap; }
.sums .total > * { padding-top: .7rem; border-top: 1px solid var(--line); font-weight: 650; }
.sums .due > * { padding-top: .7rem; border-top: 1.5px solid var(--ink); font-size: 1.25rem; font-weight: 700; }
.sums tr:has(+ .total) > *, .sums tr:has(+ .due) > * { padding-bottom: .7rem; }
.stamp { justify-self: start; align-self: start; margin: 1.5rem 0 0 .5rem; padding: .35rem 1.1rem .4rem; border: .1875rem double; border-width: .3rem; border-radius: .5rem; font-weight: 750; font-size: 1.6rem; line-height: 1.2; letter-spacing: .12em; text-transform: uppercase; transform: rotate(-6deg); text-align: center; }
.stamp small { display: block; font-size: .75rem; font-weight: 500; letter-spacing: .04em; text-transform: none; }
.paid { color: var(--paid); } .refunded { color: var(--refunded); } .cancelled { color: var(--cancelled); }
.note { margin-top: 3rem; overflow-wrap: anywhere; }
.card { max-width: 34rem; margin: 8vh auto 0; }
.card h1 { margin-bottom: 1rem; }
.card .from { margin-bottom: 2.5rem; font-weight: 650; overflow-wrap: anywhere; }
.card .message { font-size: 1.125rem; overflow-wrap: anywhere; }
.card .links { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; margin-top: 2rem; }
@media screen and (max-width: 56rem) {
  body { padding: 1rem .75rem 2rem; }
  .sheet { padding: 1.75rem 1.25rem 2rem; }
  .head, .parties, .end { grid-template-columns: minmax(0, 1fr); }
  .head, .parties { gap: 1.5rem; }
  .parties, .lines, .note { margin-top: 2rem; }
  .sender { max-width: none; text-align: left; }
  .details { grid-template-columns: auto minmax(0, 1fr); }
  .lines thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .lines, .lines tbody { display: block; border-top: 1.5px solid var(--ink); }
  .lines tbody { border: 0; }
  .lines tr { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; column-gap: .85rem; padding: .9rem 0; border-bottom: 1px solid var(--line); }
  .lines td { padding: 0; border: 0; }
  .lines .position, .lines .what { padding: 0; width: auto; min-width: 0; }
  .lines .what { grid-column: 2 / 4; }
  .lines .quantity, .lines .unit, .lines .discount, .lines .sum { grid-column: 2 / 4; display: flex; justify-content: space-between; gap: 1rem; }
  .lines .quantity::before, .lines .unit::before, .lines .discount::before, .lines .sum::before { content: attr(data-label); color: var(--soft); }
  .lines .quantity { margin-top: .35rem; }
  .lines .sum { font-weight: 600; }
  .lines .none { display: none; }
  .end { gap: 0; }
  .sums { grid-row: 1; }
  .stamp { justify-self: center; margin-top: 2rem; }
}
@page { size: A4; margin: 18mm 18mm 20mm; @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9pt "DejaVu Sans", sans-serif; } }
@media print {
  :root { font-size: 9.5pt; }
  body { padding: 0; background: none; }
  .actions { display: none; }
  .sheet { max-width: none; padding: 0; border-radius: 0; box-shadow: none; }
  .lines thead { display: table-header-group; }
  .lines tr, .parties, .note p { break-inside: avoid; }
  .sums, .stamp { break-before: avoid; }
}
`;
