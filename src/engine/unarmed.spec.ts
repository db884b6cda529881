import { expect } from 'chai';
import type { Signal } from '../model/signal.ts';
import { runTwoTrials } from '../testing/world/two-trials.ts';
import { World, type WorldEvent } from '../testing/world/world.ts';

describe('J9: a detector that had not re-armed', () => {
  it('is not late with what it told once an alert without resolution was over', async () => {
    const { said, exitCode } = await twice({ rearm: 'resolved', quietMs: 5000, sendsLater: true });
    expect(said).to.deep.equal(['detected (in-time)', 'inconclusive (already-firing)']);
    expect(exitCode).to.equal(3);
  });

  it('misses nothing while alerts of another rule on the subject go on', async () => {
    const { said, exitCode } = await twice({ rearm: 5000, quietMs: 60_000, others: 'bucket' });
    expect(said).to.deep.equal(['detected (in-time)', 'inconclusive (already-firing)']);
    expect(exitCode).to.equal(3);
  });

  it('misses the fault where what goes on is about something else', async () => {
    const { said, exitCode } = await twice({ rearm: 5000, quietMs: 60_000, others: 'elsewhere' });
    expect(said).to.deep.equal(['detected (in-time)', 'missed (no-alert)']);
    expect(exitCode).to.equal(1);
  });
});

interface Grouping {
  readonly rearm: 'resolved' | number;
  /** After an alert it says nothing more of the bucket for so long. */
  readonly quietMs: number;
  /** What it has not said while quiet it says then. */
  readonly sendsLater?: true;
  /** On what it raises an alert of another rule each second. */
  readonly others?: string;
}

/** Two trials of a fault that a grouping detector of events sees in 0.4 s (SLO 1 s). */
async function twice({ rearm, quietMs, sendsLater, others }: Grouping) {
  const at = new World();
  at.resources.set('bucket', 'private');
  at.detectors.push({
    ...{ name: 'rules', delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
    rule: () => undefined,
  });
  let quietUntil = Number.NEGATIVE_INFINITY;
  at.onWrite = (event) => {
    if (event.value !== 'public') return;
    const isQuiet = event.epochMs < quietUntil;
    if (isQuiet && sendsLater === true) at.send('rules', alertOn(event), quietUntil - event.epochMs);
    if (isQuiet) return;
    quietUntil = event.epochMs + quietMs;
    at.send('rules', alertOn(event), 400);
    for (let n = 1; others !== undefined && n <= 60; n++)
      at.send('rules', { ...alertOn(event), ...otherOn(others), id: `other-${n}` }, n * 1000);
  };
  const { scorecard, exitCode } = await runTwoTrials(at, rearm);
  const trials = scorecard.scenarios[0]?.trials ?? [];
  return { exitCode, said: trials.map(({ detections: [one] }) => `${one?.verdict} (${one?.reasonCode})`) };
}

function otherOn(resource: string) {
  return { dedupeKey: `other-${resource}`, rule: 'other', resource: { id: resource }, actor: { name: 'stranger' } };
}

function alertOn({ n, resource, actor, userAgent }: WorldEvent): Signal {
  return {
    ...{ format: 'sim', id: `public-${n}`, dedupeKey: `public-${n}`, rule: 'public', severity: 4, rawSeverity: 'high' },
    ...{ status: 'open', sample: false, techniques: [], resource: { id: resource }, actor: { name: actor, userAgent } },
  };
}
