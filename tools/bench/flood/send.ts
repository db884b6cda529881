/**
 * Sends alerts of a flood in batches of 100, from a process of its own: `node send.ts <plan as JSON> <address>`, an
 * http address or a file to append to. Each line on stdin is `{"from":0,"to":1000,"perSecond":5000}`; 0 is as fast as
 * it goes. The answer is a line `{"sent":…,"refused":…}`.
 */
import { appendFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { alertOf, type FloodPlan } from './plan.ts';

const batch = 100;
/** How many requests may be under way at once. */
const atOnce = 4;

const plan = JSON.parse(process.argv[2] ?? '') as FloodPlan;
const address = process.argv[3] ?? '';
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

for await (const line of createInterface({ input: process.stdin })) {
  const { from, to, perSecond } = JSON.parse(line) as { from: number; to: number; perSecond: number };
  console.log(JSON.stringify(await send(from, to, perSecond)));
}

async function send(from: number, to: number, perSecond: number): Promise<{ sent: number; refused: number }> {
  let refused = 0;
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let first = from; first < to; first += batch) {
    const last = Math.min(to, first + batch);
    const dueMs = perSecond === 0 ? 0 : began + ((first - from) / perSecond) * 1000 - performance.now();
    if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
    const lines = Array.from({ length: last - first }, (_, n) => `${alertOf(first + n, plan)}\n`).join('');
    const sending = deliver(lines).then((taken) => {
      if (!taken) refused += last - first;
      underWay.delete(sending);
    });
    underWay.add(sending);
    if (underWay.size >= (address.startsWith('http') ? atOnce : 1)) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return { sent: to - from, refused };
}

function deliver(lines: string): Promise<boolean> {
  if (!address.startsWith('http')) return appendFile(address, lines).then(() => true);
  return new Promise((resolve, reject) => {
    const posting = request(address, { method: 'POST', agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 202));
    });
    posting.on('error', reject);
    posting.end(lines);
  });
}
