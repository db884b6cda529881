import { decode } from '../../src/detectors/decode.ts';
import { cloudevents } from '../../src/detectors/formats/cloudevents.ts';
import type { AnyFormat, Payload } from '../../src/model/detector.ts';
import { type Figure, measured, median } from './figure.ts';

const batches = 200;
const alertsPerBatch = 50;

/** How long decoding alerts into signals takes, as a multiple of what `JSON.parse` of the same bytes takes. */
export const ingest: Figure = {
  name: 'ingest against JSON.parse',
  unit: '×',
  measure: async ({ runs }) => {
    const payloads = Array.from({ length: batches }, (_, n) => batchOf(n));
    const plain = () => {
      for (const { bytes } of payloads) JSON.parse(Buffer.from(bytes).toString('utf8'));
    };
    const ours = () => {
      let count = 0;
      for (const payload of payloads)
        count += decode(payload, [{ definition: cloudevents as unknown as AnyFormat, params: {} }]).signals.length;
      if (count !== batches * alertsPerBatch) throw new Error(`decoded ${count} of ${batches * alertsPerBatch} alerts`);
    };
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let n = 0; n <= runs; n++) {
      const plainMs = timed(plain);
      const oursMs = timed(ours);
      if (n === 0) continue; // warms up both
      ratios.push(oursMs / plainMs);
      rates.push((batches * alertsPerBatch) / (oursMs / 1000));
    }
    return measured(ratios, `${Math.round(median(rates))} CloudEvents/s, batches of ${alertsPerBatch}`);
  },
};

function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

function batchOf(batch: number): Payload {
  const events = Array.from({ length: alertsPerBatch }, (_, n) => ({
    specversion: '1.0',
    id: `event-${batch}-${n}`,
    source: 'urn:bench:rules',
    type: 'bench.alert',
    subject: `arn:aws:iam::111122223333:role/role-${n}`,
    time: '2026-11-22T20:00:16.5Z',
    data: {
      rule: 'admin-policy-attached',
      severity: 'high',
      resource: { arn: `arn:aws:iam::111122223333:role/role-${n}`, kind: 'role' },
      actor: { arn: 'arn:aws:sts::111122223333:assumed-role/tester/session', name: 'tester', ip: '192.0.2.1' },
      event: { name: 'AttachRolePolicy', requestId: `request-${batch}-${n}`, time: '2026-11-22T20:00:16Z' },
      tags: ['T1098.003'],
    },
  }));
  return { bytes: Buffer.from(JSON.stringify(events)), arrivedMonoMs: 0 };
}
