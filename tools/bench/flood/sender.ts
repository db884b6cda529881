import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../sources.ts';
import type { FloodPlan } from './plan.ts';

/** A process that sends alerts when told. */
export interface Sender {
  /** Resolves once every batch was answered, or written. */
  readonly send: (from: number, to: number, perSecond: number) => Promise<void>;
  /** Alerts whose batch was not taken so far. */
  readonly refused: () => number;
  readonly end: () => void;
}

export function startSender({ alerts, expectations }: FloodPlan, address: string): Sender {
  const script = join(root, 'tools/bench/flood/send.ts');
  const args = [script, JSON.stringify({ alerts, expectations }), address];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let refused = 0;
  return {
    async send(from, to, perSecond) {
      child.stdin.write(`${JSON.stringify({ from, to, perSecond })}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error('The sender ended.');
      refused += (JSON.parse(value) as { refused: number }).refused;
    },
    refused: () => refused,
    end: () => child.stdin.end(),
  };
}
