/**
 * Runs each scenario of the account and the cluster with exactly the rights that `plan` prints for it, and without each
 * of them: `npm run least-rights [-- <scenario>… --stagings <n> --json]`. Exits 1 where anything ends as it must not.
 */
import { parseArgs } from 'node:util';
import { leastRights, type Tried } from '../src/testing/least-rights/matrix.ts';
import { rightsTable } from '../src/testing/least-rights/table.ts';
import { scenariosOf, wanted, wholeNumber } from './scenario-arguments.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stagings: { type: 'string', default: '2' }, json: { type: 'boolean', default: false } },
});
const stagings = wholeNumber('--stagings', values.stagings);
const scenarios = wanted(positionals, await scenariosOf('aws', 'kubernetes'));

const began = performance.now();
const all = await leastRights({
  scenarios,
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
