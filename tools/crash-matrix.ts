/**
 * Kills the harness at every durable write of each scenario on the embedded staging, and recovers:
 * `npm run crash-matrix [-- <scenario>… --every <n> --stagings <n> --together <n> --all --json --record]`. Exits 1 where
 * anything is left. Scenarios that share a staging die in one process, each at a crash of its own; `--together 1` gives
 * each a process. `--all` also tries a crash before a write that is the same as the one after the write before, and
 * lets region-failover look through a browser, which takes ten times the work of all else in its run.
 */
import { parseArgs } from 'node:util';
import { type Cell, crashMatrix } from '../src/testing/crash/matrix.ts';
import { crashRows, crashTable } from '../src/testing/crash/table.ts';
import { record, typed } from './docs/figures.ts';
import { scenariosOf, wanted, wholeNumber } from './scenario-arguments.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '1' },
    stagings: { type: 'string', default: '2' },
    together: { type: 'string', default: '8' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const every = wholeNumber('--every', values.every);
const stagings = wholeNumber('--stagings', values.stagings);
const together = wholeNumber('--together', values.together);
const scenarios = wanted(positionals, await scenariosOf());

if (!values.all) process.env['WINDSHEAR_BROWSER'] = '/dev/null';

const began = performance.now();
const cells = await crashMatrix({
  scenarios,
  every,
  stagings,
  together,
  all: values.all,
  tell: (cell) => {
    if (cell.residues.length > 0) console.error(sentence(cell));
  },
});
const seconds = Math.round((performance.now() - began) / 1000);
if (values.json) console.log(JSON.stringify({ seconds, cells }));
else console.log(`${crashTable(crashRows(cells))}\n${seconds} s`);
if (values.record) await record('crash-matrix', { command: typed('crash-matrix'), seconds, rows: crashRows(cells) });
process.exit(cells.some(({ residues }) => residues.length > 0) ? 1 : 0);

function sentence({ scenario, crash, diedAt, residues }: Cell): string {
  return `${scenario}, killed ${crash.when} write ${crash.step} (${diedAt ?? crash.label}): ${residues.join('; ')}`;
}
