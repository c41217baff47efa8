import type { DocumentLine, Entry, InvoiceDocument, Stamp, Thanks } from '../../invoices/document/rules.ts';
import { html, type Markup } from '../../kernel/html.ts';
import { type Page, pageOf } from '../html.ts';
import { style } from './style.ts';

/** The invoice, for a screen and for a printer. The links are relative, so they hold under any address. */
export function invoicePage(document: InvoiceDocument, { download }: { download: string }): Page {
  const title = `Invoice ${document.number} · ${document.organization}`;
  return pageOf({
    title,
    style,
    body: html`<nav class="actions"><a class="button" href="${download}">Download PDF</a></nav>
<main class="sheet">
<header class="head">
<div><h1>Invoice</h1><p class="number">${document.number}</p></div>
<address class="sender" dir="auto">${withLead(document.sender)}</address>
</header>
<section class="parties">
<div class="recipient">${recipientOf(document.recipient)}</div>
<dl class="details">${document.details.map(({ label, text }) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>
</section>
${linesTable(document.lines)}
<section class="end">
<div>${document.stamp && stampOf(document.stamp)}</div>
<table class="sums"><tbody>
${document.sums.map((sum) => sumRow(sum))}
${sumRow(document.total, 'total')}
${document.moved.map((sum) => sumRow(sum))}
${sumRow(document.due, 'due')}
</tbody></table>
</section>
${document.note && html`<section class="note"><h2>Note</h2><p dir="auto">${document.note}</p></section>`}
</main>`,
  });
}

function recipientOf(lines: readonly string[]): Markup | null {
  if (lines.length === 0) return null;
  return html`<h2>Billed to</h2><address dir="auto">${withLead(lines)}</address>`;
}

function withLead(lines: readonly string[]): Markup[] {
  return lines.map((line, index) => html`<span class="${index === 0 ? 'line lead' : 'line'}">${line}</span>`);
}

function linesTable(lines: readonly DocumentLine[]): Markup {
  const hasDiscounts = lines.some(({ discounts }) => discounts.length > 0);
  return html`<table class="lines">
<thead><tr>
<th class="position" scope="col">No.</th><th class="what" scope="col">Description</th>
<th scope="col">Quantity</th><th scope="col">Unit price</th>
${hasDiscounts ? html`<th scope="col">Discount</th>` : null}<th scope="col">Amount</th>
</tr></thead>
<tbody>
${lines.map((line) => lineRow(line, hasDiscounts))}
</tbody>
</table>`;
}

function lineRow(line: DocumentLine, hasDiscounts: boolean): Markup {
  return html`<tr>
<td class="position">${line.position}</td>
<td class="what"><div class="name" dir="auto">${line.name}</div>${
    line.description && html`<div class="description" dir="auto">${line.description}</div>`
  }${optionList(line.options)}</td>
<td class="quantity" data-label="Quantity">${line.quantity}</td>
<td class="unit" data-label="Unit price">${line.unitAmount}</td>
${hasDiscounts ? discountCell(line.discounts) : null}<td class="sum" data-label="Amount">${line.total}</td>
</tr>
`;
}

function optionList(options: readonly Entry[]): Markup | null {
  if (options.length === 0) return null;
  return html`<dl class="options">${options.map(
    ({ label, text }) => html`<dt dir="auto">${label}</dt><dd dir="auto">${text}</dd>`,
  )}</dl>`;
}

function discountCell(discounts: readonly Entry[]): Markup {
  const each = discounts.map(
    ({ label, text }) => html`<span class="off">${text}${label === '' ? null : html`<small>${label}</small>`}</span>`,
  );
  return html`<td class="${each.length > 0 ? 'discount' : 'discount none'}" data-label="Discount"><div>${each}</div></td>
`;
}

function sumRow({ label, text }: Entry, kind: 'plain' | 'total' | 'due' = 'plain'): Markup {
  return html`<tr class="${kind}"><th scope="row">${label}</th><td>${text}</td></tr>
`;
}

function stampOf({ kind, word, day }: Stamp): Markup {
  return html`<p class="stamp ${kind}">${word}${day === null ? null : html`<small>${day}</small>`}</p>`;
}

/** What somebody sees who comes from paying. */
export function thanksPage(
  { heading, message }: Thanks,
  { organization, view, download }: { organization: string; view: string; download: string },
): Page {
  return pageOf({
    title: `${heading} · ${organization}`,
    style,
    body: html`<main class="sheet card">
<p class="from" dir="auto">${organization}</p>
<h1>${heading}</h1>
<p class="message">${message}</p>
<p class="links"><a class="button" href="${view}">View the invoice</a><a href="${download}">Download PDF</a></p>
</main>`,
  });
}

/** One answer for every link that opens nothing, whatever the reason. */
export const missingPage: Page = pageOf({
  title: 'No invoice here',
  style,
  body: html`<main class="sheet card">
<h1>No invoice here</h1>
<p class="message">This link opens no invoice. It may be incomplete, or the invoice is not there any more. Whoever sent it can help.</p>
</main>`,
});

/** While the database does not answer. */
export const unavailablePage: Page = pageOf({
  title: 'Not now',
  style,
  body: html`<main class="sheet card">
<h1>Not now</h1>
<p class="message">This page can’t be shown at the moment. Please try again in a minute.</p>
</main>`,
});
