import { expect } from 'chai';
import { UsageError } from '../model/errors.ts';
import type { LoadDefinition, LoadSummary } from '../model/load.ts';
import type { RunRequest } from '../model/run.ts';
import { MemoryDisk } from '../testing/fakes/memory-disk.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

const url = 'http://127.0.0.1:1/';

function world(): World {
  const made = new World();
  made.resources.set('bucket', 'private');
  return made;
}

/** Answers nothing good for so long after the bucket was opened. */
function hurts(at: World, forMs: number): void {
  let sinceMonoMs = Number.POSITIVE_INFINITY;
  at.onWrite = ({ value }) => {
    if (value === 'public') sinceMonoMs = at.clock.monoMs();
  };
  at.answer = () => {
    const isIn = at.resources.get('bucket') === 'public';
    return isIn && at.clock.monoMs() < sinceMonoMs + forMs ? 503 : 200;
  };
}

function scenario(at: World, load: object, more: object = {}) {
  return worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    load: { type: 'sim.load', with: { url, rate: 50 }, ...load },
    expect: {},
    ...more,
  });
}

async function run(at: World, load: object, overrides: Partial<RunRequest> = {}, more: object = {}) {
  const { scorecard, exitCode } = await runScenarios(worldRequest(at, [scenario(at, load, more)], overrides));
  const trial = scorecard.scenarios[0]?.trials[0];
  if (trial === undefined) throw new Error('No trial.');
  const verdicts = Object.fromEntries(trial.impact.map(({ id, verdict }) => [id, verdict]));
  const phases = Object.fromEntries(trial.load?.figures.map((one) => [one.phase, one]) ?? []);
  return { trial, exitCode, verdicts, phases };
}

const errorsDuring = { figure: 'error-ratio', phase: 'during', atMost: 0.1 };
const recovery = { figure: 'recovery', within: '4s' };

describe('a trial under load', () => {
  it('flows from before the injection until after the revert, and keeps the phases apart', async () => {
    const at = world();
    hurts(at, Number.POSITIVE_INFINITY);
    const { trial, phases, verdicts } = await run(
      at,
      { expect: [errorsDuring, { ...errorsDuring, phase: 'after', atMost: 0 }] },
      {},
      { hold: '5s' },
    );
    expect(trial.error).to.equal(undefined);
    expect(phases['before']).to.include({ errors: 0 });
    expect(phases['before']?.requests).to.be.within(95, 110);
    expect(phases['during']?.errorRatio).to.be.greaterThan(0.95);
    expect(phases['during']?.durationMs).to.be.within(5000, 5500);
    expect(phases['after']).to.include({ errors: 0 });
    expect(phases['after']?.durationMs).to.be.within(2000, 2400);
    expect(verdicts).to.deep.equal({
      'sim.load/error-ratio/during': 'breached',
      'sim.load/error-ratio/after': 'held',
    });
    expect(trial.verdict).to.equal('failed');
    expect(trial.load?.impaired).to.have.length(1);
    expect(trial.load?.impaired[0]?.fromMs).to.be.within(-100, 100);
    expect(trial.load?.impaired[0]?.untilMs).to.be.within(5000, 5500);
  });

  it('holds the fault in until users are well again, and no longer', async () => {
    const at = world();
    hurts(at, 2000);
    const { trial, verdicts } = await run(at, { expect: [recovery] });
    expect(verdicts).to.deep.equal({ 'sim.load/recovery': 'held' });
    expect(trial.impact[0]?.worst).to.be.within(1900, 2200);
    expect(trial.exposureMs).to.be.within(3000, 4000);
    expect(trial.verdict).to.equal('passed');
  });

  it('calls a recovery breached that only the revert brought', async () => {
    const at = world();
    hurts(at, Number.POSITIVE_INFINITY);
    const { trial, verdicts } = await run(at, { expect: [recovery] });
    expect(verdicts).to.deep.equal({ 'sim.load/recovery': 'breached' });
    expect(trial.exposureMs).to.be.within(5000, 5800);
  });

  it('ends with the fault where somebody else takes it out, and calls that no recovery and no breach', async () => {
    const at = world();
    hurts(at, Number.POSITIVE_INFINITY);
    const seen = at.onWrite;
    at.onWrite = (write) => {
      seen?.(write);
      if (write.value === 'public') at.later(2000, () => at.resources.set('bucket', 'private'));
    };
    const { trial, phases, verdicts } = await run(
      at,
      { expect: [errorsDuring, { ...errorsDuring, phase: 'after', atMost: 0 }, recovery] },
      {},
      { hold: '8s' },
    );
    expect(phases['during']?.errorRatio).to.equal(1);
    expect(phases['during']?.durationMs).to.be.within(1400, 2000);
    expect(phases['after']).to.include({ errors: 0 });
    expect(phases['after']?.durationMs).to.be.greaterThan(6000);
    expect(verdicts).to.deep.equal({
      'sim.load/error-ratio/during': 'inconclusive',
      'sim.load/error-ratio/after': 'held',
      'sim.load/recovery': 'inconclusive',
    });
    expect(trial.impact[0]?.reason).to.match(
      /It was in from 0 s to 1\.\d s; by 2(\.\d)? s somebody else had taken it out/,
    );
  });

  it('says nothing of users where the change was refused', async () => {
    const at = world();
    at.guard = (_resource, value) => (value === 'public' ? { code: 'Guard', message: 'no' } : undefined);
    const { trial } = await run(at, { expect: [errorsDuring] });
    expect([trial.impact[0]?.verdict, trial.impact[0]?.reasonCode]).to.deep.equal(['inconclusive', 'not-injected']);
    expect(trial.verdict).to.equal('inconclusive');
  });

  for (const [when, ms] of [
    ['before the injection', 1000],
    ['while the fault is in', 4000],
  ] as const) {
    it(`stops with the trial when somebody stops it ${when}`, async () => {
      const at = world();
      const stop = new AbortController();
      at.later(ms, () => stop.abort());
      const { trial, exitCode } = await run(at, { expect: [errorsDuring] }, { stop: stop.signal }, { hold: '10s' });
      const sent = at.requests;
      await at.clock.sleep(3000);
      expect(at.requests).to.equal(sent);
      expect(sent).to.be.within((ms / 1000) * 45, (ms / 1000) * 55);
      expect(trial.verdict).to.equal('aborted');
      expect(exitCode).to.equal(130);
      expect(at.resources.get('bucket')).to.equal('private');
    });
  }

  it('ends the traffic of a trial that failed', async () => {
    const at = world();
    const disk = new MemoryDisk(({ path }) => {
      const isLate = at.clock.monoMs() > 1000 && path.endsWith('journal.jsonl');
      return isLate ? { fail: 'before', code: 'EIO' } : 'proceed';
    });
    const request = worldRequest(at, [scenario(at, {})], { disk });
    const { scorecard } = await runScenarios(request);
    const sent = at.requests;
    await at.clock.sleep(3000);
    expect(scorecard.scenarios[0]?.trials[0]?.verdict).to.equal('errored');
    expect(at.requests).to.equal(sent);
  });

  it('is inconclusive where the load cannot tell how it ended, also where nothing was expected of it', async () => {
    const at = world();
    const bound = scenario(at, {});
    if (bound.load === undefined) throw new Error('No load.');
    const broken: LoadDefinition = {
      ...(bound.load.definition as unknown as LoadDefinition),
      start: async () => ({ stop: async () => Promise.reject(new Error('The summary cannot be read.')) }),
    };
    const request = worldRequest(at, [{ ...bound, load: { ...bound.load, definition: broken as never } }]);
    const { scorecard } = await runScenarios(request);
    const trial = scorecard.scenarios[0]?.trials[0];
    expect(trial?.impact.map(({ id, verdict }) => `${id} ${verdict}`)).to.deep.equal([
      'sim.load/load whole run inconclusive',
    ]);
    expect(trial?.verdict).to.equal('inconclusive');
  });

  const undeclared: readonly [string, (at: World) => Partial<LoadSummary>, string | undefined][] = [
    ['flowed to the end', () => ({}), undefined],
    [
      'ended by itself before the fault',
      (at) => ({ endedMonoMs: at.clock.monoMs() - 60_000 }),
      'before the fault went in',
    ],
    ['fell behind', () => ({ unsound: 'The generator was too slow.' }), 'declared: The generator was too slow.'],
    [
      'crashed',
      (at) => ({ unsound: 'k6 crashed', endedMonoMs: at.clock.monoMs() - 60_000 }),
      'declared: k6 crashed. The load ended by itself',
    ],
  ];
  for (const [what, summary, reason] of undeclared) {
    const verdict = reason === undefined ? 'passed' : 'inconclusive';
    it(`is ${verdict} where the load ${what}, and nothing was expected of it`, async () => {
      const at = world();
      const bound = scenario(at, {});
      if (bound.load === undefined) throw new Error('No load.');
      const stop = async () => ({ figures: [], limits: [], impaired: [], ...summary(at) });
      const definition = { ...(bound.load.definition as unknown as LoadDefinition), start: async () => ({ stop }) };
      const request = worldRequest(at, [{ ...bound, load: { ...bound.load, definition: definition as never } }]);
      const trial = (await runScenarios(request)).scorecard.scenarios[0]?.trials[0];
      expect(trial?.verdict).to.equal(verdict);
      const said = trial?.impact.map(({ id, reasonCode }) => `${id} ${reasonCode}`);
      expect(said).to.deep.equal(reason === undefined ? [] : ['sim.load/as-declared load-failed']);
      if (reason !== undefined) expect(trial?.impact[0]?.reason).to.include(reason);
      expect(trial?.load?.endedMs === undefined).to.equal(summary(at).endedMonoMs === undefined);
    });
  }

  for (const step of ['find', 'prepare'] as const) {
    it(`refuses before anything is touched where what a load needs cannot be had (${step})`, async () => {
      const at = world();
      const bound = scenario(at, {});
      if (bound.load === undefined) throw new Error('No load.');
      const definition = {
        ...(bound.load.definition as unknown as LoadDefinition),
        [step]: async ({ scenario }: { scenario: string }) => {
          throw new UsageError(`Scenario '${scenario}' needs k6.`);
        },
      };
      const request = worldRequest(at, [{ ...bound, load: { ...bound.load, definition: definition as never } }]);
      const error = await runScenarios(request).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(UsageError);
      expect(String(error)).to.include("Scenario 'flip' needs k6.");
      expect(at.events.some(({ action }) => action === 'write')).to.equal(false);
    });
  }
});
