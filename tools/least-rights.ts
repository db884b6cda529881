/**
 * Runs each scenario of the account and the cluster with exactly the rights that `plan` prints for it, and without each
 * of them: `npm run least-rights [-- <scenario>… --stagings <n> --json]`. Exits 1 where anything ends as it must not.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { leastRights, type Tried } from '../src/testing/least-rights/matrix.ts';
import { rightsTable } from '../src/testing/least-rights/table.ts';
import { root } from './sources.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stagings: { type: 'string', default: '2' }, json: { type: 'boolean', default: false } },
});
const stagings = Number(values.stagings);
if (!Number.isInteger(stagings) || stagings < 1) usage(`--stagings must be a whole number from 1 on.`);
const folders = await Promise.all(['aws', 'kubernetes'].map((folder) => readdir(join(root, 'scenarios', folder))));
const known = folders.flat().map((path) => basename(path, '.yaml'));
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) usage(`There is no scenario '${unknown.join("', '")}'; there are ${known.join(', ')}.`);

const began = performance.now();
const all = await leastRights({
  scenarios: positionals.length > 0 ? positionals : known,
  stagings,
  tell: (tried) => {
    if (tried.faults.length > 0) console.error(sentence(tried));
  },
});
const seconds = Math.round((performance.now() - began) / 1000);
if (values.json) console.log(JSON.stringify({ seconds, tried: all }));
else console.log(`${rightsTable(all)}\n${seconds} s`);
process.exit(all.some(({ faults }) => faults.length > 0) ? 1 : 0);

function sentence({ scenario, removal, faults, printed }: Tried): string {
  const lacking =
    removal === undefined
      ? 'with all that is printed'
      : `where the ${removal.who} lacks ${removal.right}${removal.isUnasked ? ', unasked' : ''}`;
  return `${scenario}, ${lacking}: ${faults.join('; ')}\n${printed.replaceAll(/^/gm, '  | ')}`;
}

function usage(text: string): never {
  console.error(text);
  process.exit(2);
}
