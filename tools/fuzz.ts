/**
 * Throws broken input at everything that takes any: `npm run fuzz [-- --count <n>] [--first <n>] [--only <part of a name>]`.
 * Scenario and environment files and payloads of every format are spoilt by fixed seeds, so that an index names an input
 * for ever. Holds: nothing throws, nothing takes over a second, no prototype changes, and whatever is refused is refused
 * with a place or a reason. Exits 1 where anything else is found.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Finding, Tally } from './fuzz/fuzz.ts';
import { subjects } from './fuzz/subjects.ts';
import type { FuzzWork } from './fuzz/worker.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    first: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
  },
});
const [count, first] = [wholeNumber('count', values.count, 1), wholeNumber('first', values.first, 0)];
const chosen = subjects.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) {
  console.error(`There is no '${values.only}', only ${subjects.map(({ name }) => name).join(' · ')}.`);
  process.exit(2);
}

/** An input that is still at work after so long has hung. */
const hungMs = 10_000;

console.log('subject | accepted | rejected | ignored | slowest | inputs/s | found');
for (const { name } of chosen) {
  const began = performance.now();
  const { accepted, rejected, ignored, slowestMs, findings } = await fuzzInWorker(name);
  const perSecond = Math.round((1000 * (accepted + rejected + ignored)) / (performance.now() - began));
  console.log(
    [name, accepted, rejected, ignored, `${slowestMs.toFixed(1)} ms`, perSecond, findings.length].join(' | '),
  );
  for (const finding of findings) tell(name, finding);
  if (findings.length > 0) process.exitCode = 1;
}

/** Fuzzes apart from this thread, which sees it where an input never ends. */
function fuzzInWorker(name: string): Promise<Tally> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  const workerData: FuzzWork = { name, first, count, at };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('fuzz/worker.ts', import.meta.url), { workerData });
    let last = -1;
    const watch = setInterval(() => {
      const index = Atomics.load(at, 0);
      if (index !== last) last = index;
      else end({ problem: `It did not end in ${hungMs} ms.`, index });
    }, hungMs);
    const end = (hung: Omit<Finding, 'input'>) => {
      clearInterval(watch);
      void worker.terminate();
      const findings = [{ ...hung, input: new Uint8Array() }];
      resolve({ accepted: 0, rejected: 0, ignored: 0, slowestMs: hungMs, findings });
    };
    worker.once('message', (tally: Tally) => {
      clearInterval(watch);
      resolve(tally);
    });
    worker.once('error', (error) => {
      clearInterval(watch);
      reject(error);
    });
  });
}

function tell(name: string, { index, problem, input }: Finding): void {
  console.log(`  npm run fuzz -- --only '${name}' --first ${index} --count 1`);
  console.log(`    ${problem.split('\n').slice(0, 6).join('\n    ')}`);
  if (input.length > 0) console.log(`    ${JSON.stringify(Buffer.from(input.subarray(0, 600)).toString('utf8'))}`);
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  console.error(`--${option} must be a whole number from ${least} on, got '${text}'.`);
  return process.exit(2);
}
