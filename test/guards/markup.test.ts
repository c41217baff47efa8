import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import * as letters from '../../src/identity/letters/rules.ts';
import { html } from '../../src/kernel/html.ts';
import type { Letter } from '../../src/kernel/mail.ts';
import { mailOf } from '../../src/mail/rules.ts';
import * as accountPages from '../../src/server/accounts/pages.ts';
import * as issuerPages from '../../src/server/oidc/pages.ts';
import * as signInPages from '../../src/server/sign-in-page.ts';
import { makeStudio } from '../server/invoices/cast.ts';
import { wordsOf } from '../server/invoices/pdf-text.ts';
import { serving } from '../server/invoices/serving.ts';

// Names are people's own words. On a page or in a mail they are text, also when they are written to be something else.

const evil = `"'></p><script>alert(1)</script><img src=x onerror=alert(2)> onmouseover="alert(3)`;
const ask = serving();

const src = path.resolve(import.meta.dirname, '../../src');
const sources = fs
  .readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
  .map((file) => ({ file, text: fs.readFileSync(path.join(src, file), 'utf8') }));

/** Where it is put together otherwise, with the reason. */
const exceptions: Record<string, string> = {
  'server/graphiql-page.ts': 'a script of ours with a token of ours in it, written as JSON',
};

/** Templates of markup into which something is put, and which are not `html`: whatever they are given would be markup, too. */
function unguarded(source: string): string[] {
  const found: string[] = [];
  // Templates stand in each other, so this goes through the text as a compiler would, as far as it must.
  const open: { tag: string; text: string; hasInserts: boolean; braces: number }[] = [];
  const step = /\\.|\$\{|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*.*?\*\/|(\w*)`|[{}]|./gs;
  let inTemplate = false;
  while (step.lastIndex < source.length) {
    const from = step.lastIndex;
    const [token = '', tag = ''] = step.exec(source) ?? [];
    const template = open.at(-1);
    if (inTemplate && template) {
      if (token === '${') [template.hasInserts, template.braces, inTemplate] = [true, 0, false];
      else if (token.endsWith('`') && !token.startsWith('\\')) {
        template.text += tag;
        open.pop();
        if (template.tag !== 'html' && template.hasInserts && /<\/?[a-z][a-z0-9]*[\s>/]/i.test(template.text)) {
          found.push(template.text);
        }
        inTemplate = false;
      } else {
        // Quotes and slashes are text here.
        const isText = /^['"/]/.test(token);
        template.text += isText ? source[from] : token;
        if (isText) step.lastIndex = from + 1;
      }
    } else if (token.endsWith('`')) {
      open.push({ tag, text: '', hasInserts: false, braces: 0 });
      inTemplate = true;
    } else if (token === '{' && template) template.braces += 1;
    else if (token === '}' && template) {
      inTemplate = template.braces === 0;
      template.braces -= 1;
    }
  }
  return found;
}

/** Whatever is asked of it is evil. */
const everythingEvil = new Proxy({} as Record<string, unknown>, {
  get: (_, name) => {
    if (name === 'email') return 'ana@example.com';
    if (name === 'from') return { name: evil, replyTo: 'ana@example.com', signature: evil, color: evil };
    if (name === 'to') return { name: evil, address: 'ana@example.com' };
    return name === 'notice' ? 'PASSWORD_CHANGED' : evil;
  },
});

function expectHarmless(markup: string): void {
  expect(markup).not.toMatch(/<script|<img|\sonmouseover="/);
}

type Make = (given: unknown) => unknown;
const made = (module: object): [string, Make][] =>
  Object.entries(module).filter((entry): entry is [string, Make] => typeof entry[1] === 'function');

describe('markup', () => {
  test('is made by `html`, which takes no text for it', () => {
    const files = sources.filter(({ text }) => unguarded(text).length > 0).map(({ file }) => file);
    expect(files).toEqual(Object.keys(exceptions));
    expect(html`<p title="${evil}">${evil}</p>`.markup.match(/[<>"]/g)?.join('')).toBe('<""><>');
  });

  test('made otherwise would be found', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
    expect(unguarded('const page = `<p>${name}</p>`;')).toHaveLength(1);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
    expect(unguarded('const page = html`<p>${name}</p>`; const less = `${a} < ${b}`;')).toEqual([]);
  });
});

/** The page as it would be sent: of evil words, or of something that has nothing but evil words in it. */
function sent(make: Make): string[] {
  return [everythingEvil, evil].flatMap((given) => {
    let text = '';
    const response = {
      writeHead: () => response,
      end: (body: string) => {
        text = body;
      },
    };
    try {
      signInPages.sendPage(response as never, make(given) as signInPages.Page);
    } catch {
      // It takes the other.
    }
    return text === '' ? [] : [text];
  });
}

describe('a page', () => {
  test.each([
    ...made(accountPages),
    ...made(issuerPages),
    ...made(signInPages).filter(([name]) => name !== 'sendPage'),
  ])('that %s makes shows names as text', (_, make) => {
    const pages = sent(make);
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) expectHarmless(page);
  });

  test('of an invoice shows them so, and its PDF draws them', async () => {
    const studio = await makeStudio();
    const invoice = await studio.invoice({ note: evil });
    await studio.rows.organization.update({ where: { id: studio.organizationId }, data: { name: evil } });
    const address = `/invoices/${invoice.number}`;
    const view = await ask(`${address}?key=${invoice.accessKey}`);
    expect(view.status).toBe(200);
    expect(view.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expectHarmless(view.text);
    const { status, body } = await ask(`${address}/download?key=${invoice.accessKey}`);
    expect(status).toBe(200);
    expect(wordsOf(body)).toContain('<script>alert(1)</script>');
  });
});

describe('a mail', () => {
  test.each(made(letters))('that %s writes shows names as text', (_, write) => {
    const mail = mailOf('id', write(everythingEvil) as Letter, evil);
    expectHarmless(mail.html);
    expect(`${mail.subject}${mail.senderName}${mail.to.name}`).not.toMatch(/[\r\n]/);
  });
});
