import type { Row } from '../../graphql/compiler/rows.ts';
import { later, parameter, sql } from '../../graphql/compiler/sql.ts';
import type { Context } from '../../graphql/context.ts';
import type { Declaration } from '../../graphql/declarations.ts';
import { extendType } from '../../graphql/fields.ts';
import { Invoice } from '../schema.ts';
import { linkTo, type PublicPage, publicPaths } from './rules.ts';

/** The same in SQL. */
const linkInSql = (page: PublicPage) => (invoice: Row) => {
  const [before, after] = publicPaths[page];
  const origin = later(({ settings }) => parameter(`${settings.publicUrl}${before}`, 'text'));
  return sql`${origin} || url_segment(${invoice.column('number')})
    || ${parameter(`${after}?key=`, 'text')} || ${invoice.column('accessKey')}`;
};

extendType(Invoice, 'Invoice', (_, t) => {
  // By hand: under which address people reach the server is in no column.
  const link = (page: PublicPage, description: string) =>
    t.string({
      nullable: false,
      description,
      select: { number: true, accessKey: true },
      extensions: {
        read: {
          kind: 'computed',
          columns: ['number', 'accessKey'],
          expression: linkInSql(page),
        } satisfies Declaration,
      },
      resolve: (invoice: { number: string; accessKey: string }, _: object, { settings }: Context) =>
        linkTo(page, invoice, settings.publicUrl),
    });
  return {
    viewLink: link(
      'view',
      'The invoice’s own page, for whoever has this link: no login is needed. It opens nothing while the invoice is a draft or deleted. SPP: `view_link`.',
    ),
    downloadLink: link('download', 'The same as a PDF. SPP: `download_link`.'),
    thanksLink: link('thanks', 'The page to come back to after paying. SPP: `thanks_link`.'),
  };
});
