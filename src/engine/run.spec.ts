import { expect } from 'chai';
import type { BoundScenario } from '../model/run.ts';
import type { TrialResult } from '../model/scorecard.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World, type WorldDetector } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';

function detector(overrides: Partial<WorldDetector> = {}): WorldDetector {
  return {
    name: 'rules',
    delayMs: 400,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: (event) =>
      event.action === 'write' && event.value === 'public' ? (event.denied ? 'attempt' : 'public') : undefined,
    ...overrides,
  };
}

function world(...detectors: WorldDetector[]): World {
  const made = new World();
  made.resources.set('bucket', 'private');
  made.detectors.push(...(detectors.length > 0 ? detectors : [detector()]));
  return made;
}

const flip = { type: 'sim.flip', with: { resource: 'bucket', value: 'public' } };
const twin = { type: 'sim.flip', with: { resource: 'bucket', value: 'shared' } };
const seen = { detector: 'rules', rule: 'public', within: '4s' };

function scenario(at: World, overrides: Record<string, unknown> = {}): BoundScenario {
  return worldScenario(at, {
    id: 'flip',
    faults: [flip],
    control: [twin],
    expect: { detections: [seen] },
    ...overrides,
  });
}

async function trialOf(at: World, overrides: Record<string, unknown> = {}): Promise<TrialResult> {
  const { scorecard } = await runScenarios(worldRequest(at, [scenario(at, overrides)]));
  const trial = scorecard.scenarios[0]?.trials[0];
  if (trial === undefined) throw new Error('No trial.');
  return trial;
}

describe('runScenarios', () => {
  it('detects, keeps the control quiet and puts everything back', async () => {
    const at = world();
    const trial = await trialOf(at);
    expect(trial.error).to.equal(undefined);
    expect(trial.detections[0]?.verdict).to.equal('detected');
    expect(trial.detections[0]?.ttdMs).to.be.within(400, 420);
    expect(trial.control?.verdict).to.equal('quiet');
    expect(trial.rollback.verdict).to.equal('clean');
    expect(trial.verdict).to.equal('passed');
    expect(trial.verdict).to.equal('passed');
    expect(at.resources.get('bucket')).to.equal('private');
  });

  for (const [of, scenarioLimit, budget, limitMs] of [
    ['its scenario', { maxExposure: '5s' }, '60s', 5000],
    ['the budget', {}, '7s', 7000],
  ] as const) {
    it(`takes a fault out at the longest exposure of ${of}, though a guardrail is still waited for`, async () => {
      const at = world();
      const guardrails = [{ guardrail: 'fixer', outcome: 'reverted', within: '4s' }];
      const waiting = scenario(at, { ...scenarioLimit, control: [], expect: { detections: [seen], guardrails } });
      const environment = worldEnvironment(at, { budgets: { maxExposure: budget } });
      await runScenarios(worldRequest(at, [waiting], { environment }));
      const [inAt, outAt] = at.events.filter(({ action }) => action === 'write').map(({ epochMs }) => epochMs);
      expect((outAt ?? 0) - (inAt ?? 0)).to.be.within(limitMs, limitMs + 100);
    });
  }

  it('says missed only after the horizon, with the path proven alive', async () => {
    const at = world(detector({ rule: () => undefined }));
    const trial = await trialOf(at);
    expect([trial.detections[0]?.verdict, trial.detections[0]?.reasonCode]).to.deep.equal(['missed', 'no-alert']);
    expect(trial.durationMs).to.be.greaterThan(12_000);
  });

  it('J3: blames the detector where its rules are down and its sender is up', async () => {
    const trial = await trialOf(world(detector({ rulesUp: false })));
    expect(trial.detections[0]?.reasonCode).to.equal('detector-down');
    expect(trial.control?.verdict).to.equal('quiet');
  });

  it('J2: is inconclusive about detection and control where delivery is cut', async () => {
    const trial = await trialOf(world(detector({ deliveryUp: false })));
    expect(trial.detections[0]?.reasonCode).to.equal('channel-unproven');
    expect(trial.control?.reasonCode).to.equal('channel-unproven');
    expect(trial.verdict).to.equal('inconclusive');
  });

  it('says late of a signal between SLO and horizon', async () => {
    const trial = await trialOf(world(detector({ delayMs: 6000 })), { control: [] });
    expect([trial.detections[0]?.verdict, trial.verdict]).to.deep.equal(['late', 'failed']);
  });

  it('calls a control noisy that a detector alerts on', async () => {
    const trial = await trialOf(
      world(detector({ rule: (event) => (event.action === 'write' ? 'public' : undefined) })),
    );
    expect(trial.control?.verdict).to.equal('noisy');
    expect(trial.verdict).to.equal('failed');
  });

  it('tells fault and control apart without marker, by time and actor', async () => {
    const markerless = detector({ carriesMarker: false });
    const trial = await trialOf(world(markerless));
    expect([trial.detections[0]?.verdict, trial.control?.verdict]).to.deep.equal(['detected', 'quiet']);
    expect(trial.detections[0]?.matchedBy).to.include('subject');
  });

  it('J15: credits the guardrail that refused, and J18: counts the attempt', async () => {
    const at = world();
    at.guard = (_resource, value) => (value === 'public' ? { code: 'Guard', message: 'public is refused' } : undefined);
    const trial = await trialOf(at, {
      expect: {
        detections: [{ ...seen, rule: 'attempt', of: 'attempt' }],
        guardrails: [{ guardrail: 'guard', outcome: 'prevented', within: '4s' }],
      },
    });
    expect(trial.guardrails[0]?.verdict).to.equal('prevented');
    expect(trial.detections[0]?.verdict).to.equal('attempt');
    expect(trial.rollback.verdict).to.equal('none');
    expect(trial.rollback.faults.map(({ role, verdict }) => [role, verdict])).to.deep.equal([
      ['control', 'clean'],
      ['fault', 'none'],
    ]);
    expect(trial.verdict).to.equal('passed');
  });

  it('J16: credits the guardrail that took it back and does not revert over it', async () => {
    const at = world();
    at.onWrite = (event) => {
      if (event.value === 'public')
        at.later(1200, () => at.write({ actor: 'role/fixer', userAgent: 'fixer' }, 'bucket', 'private'));
    };
    const trial = await trialOf(at, {
      expect: { guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '4s' }] },
    });
    expect(trial.guardrails[0]?.verdict).to.equal('reverted');
    expect(trial.guardrails[0]?.ttrMs).to.be.within(1200, 1600);
    expect(trial.rollback.faults.at(-1)?.verdict).to.equal('by-guardrail');
    expect(trial.verdict).to.equal('passed');
  });

  it('leaves what someone else made of it, and says dirty', async () => {
    const at = world();
    at.onWrite = (event) => {
      if (event.value === 'public')
        at.later(300, () => at.write({ actor: 'role/human', userAgent: 'cli' }, 'bucket', 'by-hand'));
    };
    const request = worldRequest(at, [scenario(at, { hold: '1s' })]);
    const { scorecard, exitCode } = await runScenarios(request);
    expect(at.resources.get('bucket')).to.equal('by-hand');
    expect(scorecard.scenarios[0]?.trials[0]?.rollback.verdict).to.equal('dirty');
    expect(exitCode).to.equal(6);
  });

  it('proves blindness by canaries before, during and after', async () => {
    const at = world();
    const rules = at.detectors[0];
    at.onWrite = (event) => {
      if (rules !== undefined) rules.rulesUp = event.value !== 'public';
      if (event.value === 'public') at.send('rules', { ...sighting(event), rule: 'public' }, 100);
    };
    const trial = await trialOf(at, {
      expect: { detections: [seen], blind: [{ detector: 'rules', canary: 'rule', within: '4s' }] },
    });
    expect(trial.blindness[0]?.verdict).to.equal('blind');
    expect(trial.detections[0]?.verdict).to.equal('detected');
  });

  it('reverts at once when stopped, and says aborted', async () => {
    const at = world(detector({ rule: () => undefined }));
    const stop = new AbortController();
    at.later(9000, () => stop.abort());
    const { scorecard, exitCode } = await runScenarios(worldRequest(at, [scenario(at)], { stop: stop.signal }));
    expect(scorecard.scenarios[0]?.trials[0]).to.include({ verdict: 'aborted', endedBy: 'person' });
    expect(at.resources.get('bucket')).to.equal('private');
    expect(exitCode).to.equal(130);
    expect(at.clock.monoMs()).to.be.lessThan(9500);
  });

  it('does not inject where the steady state does not hold', async () => {
    const at = world();
    const trial = await trialOf(at, {
      steadyState: [{ probe: 'sim.probe', with: { value: 0 }, tolerance: { atLeast: 1 } }],
    });
    expect(trial.verdict).to.equal('failed');
    expect(at.events.some((event) => event.action === 'write')).to.equal(false);
  });

  it('keeps what a probe shows as evidence of the trial', async () => {
    const at = world();
    const steadyState = [{ probe: 'sim.probe', with: { value: 0 }, tolerance: { atLeast: 1 } }];
    const request = worldRequest(at, [scenario(at, { steadyState })]);
    await runScenarios(request);
    const folder = `${request.folders.report}/evidence/flip/1`;
    expect(await request.disk.exists(`${folder}/before-sim.probe-1-picture.png`)).to.equal(true);
  });

  it('runs trials side by side unless they conflict, and says who waited', async () => {
    const at = world();
    at.resources.set('other', 'private');
    const elsewhere = worldScenario(at, {
      id: 'other',
      faults: [{ type: 'sim.flip', with: { resource: 'other', value: 'public' } }],
      expect: { detections: [seen] },
    });
    const blinder = worldScenario(at, {
      id: 'trail',
      faults: [{ type: 'sim.flip', with: { resource: 'trail', value: 'public', impairs: ['trail'] } }],
      expect: { detections: [seen] },
    });
    const { scorecard } = await runScenarios(worldRequest(at, [scenario(at), elsewhere, blinder]));
    expect(scorecard.scenarios.map((one) => one.verdict)).to.deep.equal(['passed', 'passed', 'passed']);
    expect(scorecard.scenarios[2]?.waitedFor.map((one) => one.scenario)).to.deep.equal(['flip', 'other']);
  });

  it('sums up several trials, the control once', async () => {
    const at = world();
    const { scorecard } = await runScenarios(worldRequest(at, [scenario(at, { trials: 3 })]));
    expect(scorecard.scenarios[0]?.expectations[0]).to.include({ judged: 3, hits: 3 });
    expect(scorecard.scenarios[0]?.trials.map((trial) => trial.control?.verdict)).to.deep.equal([
      'quiet',
      undefined,
      undefined,
    ]);
  });

  it('refuses with exit 5 where no channel can be reached', async () => {
    const at = world();
    const environment = worldEnvironment(at);
    const request = worldRequest(at, [scenario(at)], { environment });
    const broken = new Map(request.catalogue.channels);
    const push = broken.get('sim.push');
    if (push !== undefined)
      broken.set('sim.push', {
        ...push,
        open: async () => {
          throw new Error('no route');
        },
      });
    const failure = await runScenarios({ ...request, catalogue: { ...request.catalogue, channels: broken } }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: 'unreachable', exitCode: 5 });
    expect(at.events.some((event) => event.action === 'write')).to.equal(false);
  });
});

function sighting(event: {
  readonly epochMs: number;
  readonly userAgent: string;
  readonly resource: string;
  readonly n: number;
}) {
  const id = `by-hand-${event.n}`;
  return {
    format: 'sim',
    id,
    dedupeKey: id,
    severity: 4 as const,
    rawSeverity: 'high',
    status: 'open' as const,
    sample: false,
    techniques: [],
    eventTime: new Date(event.epochMs).toISOString(),
    resource: { id: event.resource },
    actor: { name: 'role/tester', userAgent: event.userAgent },
  };
}
