/**
 * Kills the harness at every durable write of each scenario on the embedded staging, and recovers:
 * `npm run crash-matrix [-- <scenario>… --every <n> --stagings <n> --json --record]`. Exits 1 where anything is left.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, crashMatrix } from '../src/testing/crash/matrix.ts';
import { crashRows, crashTable } from '../src/testing/crash/table.ts';
import { record, typed } from './docs/figures.ts';
import { root } from './sources.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '1' },
    stagings: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const every = wholeNumber('--every', values.every);
const stagings = wholeNumber('--stagings', values.stagings);
const known = (await readdir(join(root, 'scenarios'), { recursive: true }))
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => basename(path, '.yaml'))
  .toSorted();
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) usage(`There is no scenario '${unknown.join("', '")}'; there are ${known.join(', ')}.`);

const began = performance.now();
const cells = await crashMatrix({
  scenarios: positionals.length > 0 ? positionals : known,
  every,
  stagings,
  tell: (cell) => {
    if (cell.residues.length > 0) console.error(sentence(cell));
  },
});
const seconds = Math.round((performance.now() - began) / 1000);
if (values.json) console.log(JSON.stringify({ seconds, cells }));
else console.log(`${crashTable(crashRows(cells))}\n${seconds} s`);
if (values.record) await record('crash-matrix', { command: typed('crash-matrix'), seconds, rows: crashRows(cells) });
process.exit(cells.some(({ residues }) => residues.length > 0) ? 1 : 0);

function sentence({ scenario, crash, label, diedAt, residues }: Cell): string {
  return `${scenario}, killed ${crash.when} write ${crash.step} (${diedAt ?? label}): ${residues.join('; ')}`;
}

function wholeNumber(option: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) usage(`${option} must be a whole number from 1 on, got '${text}'.`);
  return n;
}

function usage(text: string): never {
  console.error(text);
  process.exit(2);
}
