/**
 * Measures the project's figures: `npm run bench [-- --runs <n>] [--json] [<part of a name>…]`.
 * Each is the median of several runs, but a flood is let in once; one that cannot be had says why.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { apiServer } from './bench/api-server.ts';
import { type Bench, type Figure, type Measured, median } from './bench/figure.ts';
import { crowdedInterval } from './bench/flight/figures.ts';
import { floods } from './bench/flood/figures.ts';
import { runGameDays } from './bench/game-day.ts';
import { gameDayTime, harnessMemory, pushedInterval, trialOverhead } from './bench/game-day-figures.ts';
import { helpFromPackage, helpFromSource } from './bench/help.ts';
import { ingest } from './bench/ingest.ts';
import { load } from './bench/load.ts';
import { stopTime } from './bench/stop-time.ts';
import { suiteBound } from './bench/suite-bound.ts';
import { validate } from './bench/validate.ts';

type Outcome = Measured | { readonly status: 'failed'; readonly reason: string };

const figures: readonly Figure[] = [
  helpFromSource,
  helpFromPackage,
  validate,
  gameDayTime,
  harnessMemory,
  trialOverhead,
  suiteBound,
  stopTime,
  pushedInterval,
  crowdedInterval,
  ingest,
  ...floods,
  load,
  apiServer,
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`--runs must be a whole number from 1 on, got '${values.runs}'.`);
  process.exit(2);
}

let gameDays: ReturnType<typeof runGameDays> | undefined;
const bench: Bench = {
  runs,
  gameDays: () => {
    gameDays ??= runGameDays(runs);
    return gameDays;
  },
};

const outcomes: (readonly [Figure, Outcome])[] = [];
for (const figure of figures) {
  if (positionals.length > 0 && !positionals.some((part) => figure.name.includes(part))) continue;
  const outcome = await figure.measure(bench).catch(failure);
  outcomes.push([figure, outcome]);
  if (!values.json) console.log(line(figure, outcome));
}
if (values.json) console.log(JSON.stringify(asJson(), null, 2));
if (outcomes.some(([, { status }]) => status === 'failed')) process.exitCode = 1;

function failure(error: unknown): Outcome {
  return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

function line({ name, unit, goal }: Figure, outcome: Outcome): string {
  const head = name.padEnd(34);
  if (outcome.status !== 'measured') return `${head} ${outcome.status}: ${outcome.reason}`;
  const spread = `${digits(Math.min(...outcome.values))} to ${digits(Math.max(...outcome.values))}`;
  const parts = [`of ${outcome.values.length}: ${spread}`, goal && `goal ${goal}`, outcome.note];
  return `${head} ${digits(median(outcome.values)).padStart(8)} ${unit.padEnd(2)}  ${parts.filter(Boolean).join('; ')}`;
}

function asJson() {
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  const all = outcomes.map(([{ name, unit, goal }, outcome]) => ({
    name,
    unit,
    goal,
    ...outcome,
    ...(outcome.status === 'measured' ? { median: median(outcome.values) } : {}),
  }));
  return { measuredAt: new Date().toISOString(), machine, figures: all };
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
