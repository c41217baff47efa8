import type http from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readPublicInvoice } from '../../invoices/document/loaders.ts';
import { composeDocument, composeThanks, type InvoiceFacts, publicPaths } from '../../invoices/document/rules.ts';
import type { Database } from '../../kernel/db.ts';
import type { Log } from '../../kernel/log.ts';
import { now } from '../../kernel/time.ts';
import { unavailability } from '../../kernel/unavailability.ts';
import { type Page, privateHeaders } from '../html.ts';
import type { Answer, Route } from '../http.ts';
import { decodeSegment } from '../paths.ts';
import { invoicePage, missingPage, thanksPage, unavailablePage } from './view.ts';

export type InvoiceRoutesOptions = { database: Database; log: Log };

type Exchange = { request: http.IncomingMessage; response: http.ServerResponse };

/** What somebody sees of an invoice who has its link, and nothing else to show: a page, a PDF, a word of thanks. */
export function invoiceRoutes({ database, log }: InvoiceRoutesOptions): Record<string, Route> {
  const opening =
    (show: (exchange: Exchange, invoice: InvoiceFacts, query: string) => Promise<void> | void): Answer =>
    async (request, response, { requestId }, { number = '' }) => {
      const key = keyOf(request);
      const invoice = await readPublicInvoice(database, { number: decodeSegment(number), key }).catch((error) => {
        if (unavailability(error) === null) throw error;
        log.error({ err: error, requestId }, 'an invoice could not be read');
        return 'unavailable' as const;
      });
      const exchange = { request, response };
      if (invoice === 'unavailable') return sendPage(exchange, 503, unavailablePage, { 'retry-after': '10' });
      if (invoice === null) return sendPage(exchange, 404, missingPage);
      await show(exchange, invoice, `?key=${key}`);
    };

  const view = opening((exchange, invoice, query) => {
    const download = `${segmentOf(invoice)}/download${query}`;
    sendPage(exchange, 200, invoicePage(composeDocument(invoice, now()), { download }));
  });

  const thanks = opening((exchange, invoice, query) => {
    const organization = invoice.organization.name;
    const page = `../invoices/${segmentOf(invoice)}`;
    const links = { view: `${page}${query}`, download: `${page}/download${query}` };
    sendPage(exchange, 200, thanksPage(composeThanks(invoice), { organization, ...links }));
  });

  const methods = ['GET', 'HEAD'];
  return {
    [publicPaths.view.join(':number')]: { methods, answer: view },
    [publicPaths.download.join(':number')]: { methods, answer: opening(sendPdf) },
    [publicPaths.thanks.join(':number')]: { methods, answer: thanks },
  };
}

function keyOf({ url = '' }: http.IncomingMessage): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : (new URLSearchParams(url.slice(at)).get('key') ?? '');
}

function segmentOf({ number }: InvoiceFacts): string {
  return encodeURIComponent(number);
}

function sendPage(
  { response }: Exchange,
  status: number,
  { body, headers }: Page,
  more: Record<string, string> = {},
): void {
  // Of an answer to HEAD, node sends the headers only.
  response.writeHead(status, { ...headers, ...more }).end(body);
}

async function sendPdf({ request, response }: Exchange, invoice: InvoiceFacts): Promise<void> {
  const headers = {
    ...privateHeaders(),
    'content-type': 'application/pdf',
    'content-disposition': attachment(`Invoice ${invoice.number}.pdf`),
  };
  if (request.method === 'HEAD') {
    response.writeHead(200, headers).end();
    return;
  }
  // What draws it takes 25 MB, and few processes ever need it.
  const { openPdf } = await import('./pdf/draw.ts');
  const pdf = await openPdf(composeDocument(invoice, now()));
  response.writeHead(200, headers);
  try {
    await pipeline(pdf, response);
  } catch (error) {
    // Who leaves before the end is no failure of ours.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** A name for the file that is saved: for all programs in letters that each knows, for newer ones as it is. */
function attachment(name: string): string {
  const safe = name.replace(/[^\w .-]/g, '_');
  const exact = encodeURIComponent(name.replace(/[\p{Cc}/\\]/gu, '_')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${safe}"; filename*=UTF-8''${exact}`;
}
