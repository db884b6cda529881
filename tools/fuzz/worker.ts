import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './fuzz.ts';
import { subjects } from './subjects.ts';

/** What a worker is given; it tells the input that it is at in `at`, for whoever watches it. */
export interface FuzzWork {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly at: Int32Array;
}

const { name, first, count, at } = workerData as FuzzWork;
const subject = subjects.find((one) => one.name === name);
if (subject === undefined) throw new Error(`There is no subject '${name}'.`);
parentPort?.postMessage(fuzz(subject, { first, count, onInput: (index) => Atomics.store(at, 0, index) }));
