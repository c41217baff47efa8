/**
 * `npm run attack`: starts the server as in production, with a database of its own and two agencies, and attacks it with the
 * token of the one, or with none. Prints each probe with what should come of it and what came; exit code 1 if one differs.
 */
import { type Probe, shortened } from './probe.ts';
import { cop } from './probes/cop.ts';
import { dvga } from './probes/dvga.ts';
import { owasp } from './probes/owasp.ts';
import { rowsOfTheirs, stuck, untouched, wire } from './probes/wire.ts';
import { openTarget } from './target.ts';

const widths = { source: 11, name: 66, expected: 46 };

function row(mark: string, source: string, name: string, expected: string, got: string): string {
  const cells = [
    shortened(source, widths.source).padEnd(widths.source),
    shortened(name, widths.name).padEnd(widths.name),
    shortened(expected, widths.expected).padEnd(widths.expected),
    got,
  ];
  return `${mark} ${cells.join('  ')}`.trimEnd();
}

const target = await openTarget();
let failed = 0;
try {
  const last = untouched(await rowsOfTheirs(target));
  const probes: Probe[] = [...cop, ...owasp, ...dvga, ...wire, stuck, last];
  console.log(row(' ', 'list', 'probe', 'expected', 'got'));
  for (const { source, name, expected, attack } of probes) {
    const got = await attack(target).catch((error: unknown) => `it failed: ${error}`);
    if (got !== expected) failed += 1;
    console.log(
      row(
        got === expected ? '✓' : '✗',
        source,
        name,
        expected,
        shortened(got.replaceAll('\n', ' '), got === expected ? widths.expected : 300),
      ),
    );
  }
  console.log(`\n${probes.length} probes, ${failed} of them with another outcome than expected.`);
} finally {
  await target.close();
}
process.exit(failed === 0 ? 0 : 1);
