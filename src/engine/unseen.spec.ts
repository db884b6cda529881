import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import type { RunRequest } from '../model/run.ts';
import type { TrialResult } from '../model/scorecard.ts';
import { detectionCase, injected, t0 } from '../testing/facts.ts';
import { worldEnvironment, worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { type FaultState, judgeDetection } from './judge-detection.ts';
import { type GuardrailCase, judgeGuardrail } from './judge-guardrail.ts';
import { runScenarios } from './run.ts';
import type { StateRead } from './state-reads.ts';

function read(atMs: number, present: boolean): StateRead {
  return { sentMonoMs: t0.monoMs + atMs - 5, receivedMonoMs: t0.monoMs + atMs, present };
}

/** Judges on an SLO of 4 s; we stood still from one instant to another. */
function judged(more: Partial<GuardrailCase>, frozen: readonly [number, number] = [0, 0]) {
  const [from, until] = frozen.map((ms) => t0.monoMs + ms) as [number, number];
  const outcome = more.mitigation === undefined ? 'reverted' : 'mitigated';
  const { settled, result } = judgeGuardrail({
    expectation: { id: `fixer/${outcome}`, guardrail: 'fixer', outcome, sloMs: 4000 },
    fault: injected,
    reads: [],
    settleMs: 0,
    revertBy: { whose: 'mine', evidence: 'role/fixer' },
    auditSources: [],
    onlyWriter: false,
    stabilityMs: 3000,
    nowMonoMs: t0.monoMs + 15_000,
    stoodStillMs: (a, b) => Math.max(0, Math.min(b, until) - Math.max(a, from)),
    ...more,
  });
  return settled ? [result.verdict, result.reasonCode] : ['open'];
}

describe('judgeGuardrail of what nobody saw', () => {
  const early = [read(100, true), read(400, true)];

  it('J20: waits for the look that tells of the horizon', () => {
    expect(judged({ reads: early, nowMonoMs: t0.monoMs + 12_100 })).to.deep.equal(['open']);
    const reads = [...early, read(12_300, true)];
    expect(judged({ reads, nowMonoMs: t0.monoMs + 12_400 })).to.deep.equal(['absent', 'still-in']);
  });

  it('J12: calls nothing still in that could not be read since', () => {
    expect(judged({ reads: early })).to.deep.equal(['inconclusive', 'not-measured']);
    expect(judged({ reads: [...early, read(11_000, true)] })).to.deep.equal(['inconclusive', 'not-measured']);
  });

  it('J16: waits no longer than three seconds past the stability window for a look that tells of it', () => {
    const reads = [...early, read(900, false), read(2000, false)];
    expect(judged({ reads, nowMonoMs: t0.monoMs + 6800 })).to.deep.equal(['open']);
    expect(judged({ reads, nowMonoMs: t0.monoMs + 6900 })).to.deep.equal(['inconclusive', 'not-measured']);
    expect(judged({ reads, nowMonoMs: t0.monoMs + 6900 }, [2100, 3800])).to.deep.equal([
      'inconclusive',
      'harness-frozen',
    ]);
  });

  it('J14: begins the time in which it went with the injection at the earliest', () => {
    const { detector } = detectionCase();
    const fault = { ...injected, goneMonoMs: [0, t0.monoMs + 9000] as const };
    const { result } = judgeDetection(detectionCase({ detector: { ...detector, sees: 'state' }, fault }));
    expect(result.reason).to.contain('gone between 0 ms and 9 s after the injection');
  });

  it('J19: calls nothing still in while we stood still', () => {
    expect(judged({ reads: early }, [500, 14_500])).to.deep.equal(['inconclusive', 'harness-frozen']);
  });

  it('J19: calls no refusal late whose answer waited while we stood still', () => {
    const fault: FaultState = { ...injected, status: 'refused' };
    const denial = {
      denial: { action: 's3:PutBucketPolicy', code: 'Guard', message: 'no' },
      atMonoMs: t0.monoMs + 5000,
    };
    const refused = { fault, denial, denialBy: { whose: 'mine', evidence: 'policy guard' } } as const;
    expect(judged(refused, [0, 900])).to.deep.equal(['late', 'after-slo']);
    expect(judged(refused, [0, 1000])).to.deep.equal(['inconclusive', 'harness-frozen']);
  });

  it('takes it for in at the horizon where our own revert found it in later', () => {
    const reads = [...early, read(11_900, true)];
    const revertMonoMs = t0.monoMs + 12_050;
    expect(judged({ reads, revertMonoMs })).to.deep.equal(['absent', 'still-in']);
    expect(judged({ reads, revertMonoMs, mayBeGoneBefore: true })).to.deep.equal(['inconclusive', 'not-listened']);
  });

  const felt = (...reads: StateRead[]) => ({
    reads: Array.from({ length: 31 }, (_, n) => read(n * 500, true)),
    mitigation: { reads: [read(100, true), read(400, true), ...reads], overMs: 1000 },
  });

  it('J17: calls nothing still felt that was not measured at the horizon', () => {
    expect(judged(felt())).to.deep.equal(['inconclusive', 'not-measured']);
    expect(judged(felt(), [500, 14_500])).to.deep.equal(['inconclusive', 'harness-frozen']);
    expect(judged(felt(read(12_200, true)))).to.deep.equal(['absent', 'still-in']);
    const late = felt(read(11_900, true));
    expect(judged({ ...late, nowMonoMs: t0.monoMs + 12_100 })).to.deep.equal(['open']);
    expect(judged({ ...late, revertMonoMs: t0.monoMs + 12_000 })).to.deep.equal(['absent', 'late-unknown']);
  });

  it('J17: waits until what came back in tolerance just after the horizon has stayed there', () => {
    const back = felt(read(11_900, true), read(12_200, false));
    expect(judged({ ...back, nowMonoMs: t0.monoMs + 12_300 })).to.deep.equal(['open']);
    expect(judged(felt(read(11_900, true), read(12_200, false), read(13_300, false)))).to.deep.equal([
      'late',
      'after-slo',
    ]);
  });

  it('J17: credits no mitigation of a fault that may have been gone by then', () => {
    const mitigation = {
      reads: [read(1000, true), read(2000, true), read(2500, false), read(3600, false)],
      overMs: 1000,
    };
    const nowMonoMs = t0.monoMs + 3600;
    const lost = { reads: [read(0, true), read(2000, true)], mitigation };
    expect(judged({ ...lost, nowMonoMs })).to.deep.equal(['open']);
    expect(judged(lost)).to.deep.equal(['inconclusive', 'not-measured']);
    expect(judged(lost, [2100, 3500])).to.deep.equal(['inconclusive', 'harness-frozen']);
    expect(judged({ ...lost, reads: [...lost.reads, read(3605, true)], nowMonoMs })).to.deep.equal([
      'mitigated',
      'in-time',
    ]);
    const reverted = { ...lost, revertMonoMs: t0.monoMs + 3700 };
    expect(judged(reverted)).to.deep.equal(['mitigated', 'in-time']);
    expect(judged({ ...reverted, mayBeGoneBefore: true })).to.deep.equal(['inconclusive', 'not-listened']);
  });

  it('J17: credits no mitigation of a fault that somebody altered, or took out for a while', () => {
    const mitigation = { reads: [read(1000, true), read(2500, false), read(3600, false)], overMs: 1000 };
    const [before, after] = [read(1000, true), read(3700, true)];
    for (const instead of ['other', 'part'] as const) {
      const altered = { ...read(2000, false), instead };
      expect(judged({ reads: [before, altered, { ...altered, ...read(3700, false) }], mitigation })).to.deep.equal([
        'inconclusive',
        'altered',
      ]);
    }
    const outForAWhile = [before, read(2000, false), after];
    expect(judged({ reads: outForAWhile, mitigation })).to.deep.equal(['inconclusive', 'gone-before-slo']);
    const outAfterwards = [before, after, read(3800, false), read(4100, true)];
    expect(judged({ reads: outAfterwards, mitigation })).to.deep.equal(['mitigated', 'in-time']);
  });

  it('J17: blames nobody for what users feel of a fault that somebody altered', () => {
    const reads = [read(1000, true), { ...read(12_300, false), instead: 'other' as const }];
    const mitigation = { reads: [read(1000, true), read(12_200, true)], overMs: 1000 };
    expect(judged({ reads, mitigation })).to.deep.equal(['inconclusive', 'altered']);
  });

  it('J17: credits no mitigation while another change of the trial may have been out', () => {
    const mitigation = { reads: [read(1000, true), read(2500, false), read(3600, false)], overMs: 1000 };
    const whole = { reads: [read(1000, true), read(3700, true)], mitigation };
    const beside = (reads: StateRead[], more = {}) =>
      judged({ ...whole, alongside: [{ what: "'x'", reads, ...more }] });
    expect(beside(whole.reads)).to.deep.equal(['mitigated', 'in-time']);
    expect(beside([read(1000, true), read(2000, false)])).to.deep.equal(['inconclusive', 'gone-before-slo']);
    expect(beside([read(1000, true)])).to.deep.equal(['inconclusive', 'not-measured']);
    const revertMonoMs = t0.monoMs + 3700;
    expect(beside([read(1000, true)], { revertMonoMs })).to.deep.equal(['mitigated', 'in-time']);
    expect(beside([read(1000, true)], { revertMonoMs, mayBeGoneBefore: true })[0]).to.equal('inconclusive');
  });
});

/** A world whose target answers nobody from the effect on for a while, and in which somebody may take a fault back. */
function unreadable({ untilMs, healedMs }: { readonly untilMs: number; readonly healedMs?: number }): World {
  const world = new World();
  world.resources.set('bucket', 'private');
  world.detectors.push({
    name: 'posture',
    delayMs: 0,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: (event) => (event.action === 'canary' ? 'canary' : undefined),
  });
  let injectedMs = Number.POSITIVE_INFINITY;
  let reads = 0;
  const now = () => world.clock.monoMs();
  world.onWrite = ({ value }) => {
    if (value !== 'public') return;
    injectedMs = now();
    if (healedMs !== undefined)
      world.later(healedMs, () => world.write({ actor: 'role/fixer', userAgent: 'fixer' }, 'bucket', 'private'));
  };
  world.beforeCall = (phase) => {
    if (now() < injectedMs || now() >= injectedMs + untilMs) return;
    if (phase === 'observe' && reads++ === 0) return;
    throw new CallError('failed', 'ServiceUnavailable', 'busy');
  };
  return world;
}

async function trialOf(
  world: World,
  more: Partial<RunRequest> = {},
  base = worldEnvironment(world),
): Promise<TrialResult | undefined> {
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: {
      detections: [{ detector: 'posture', rule: 'public', within: '4s' }],
      guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '4s' }],
    },
  });
  const posture = base.detectors['posture'];
  if (posture === undefined) throw new Error('The world has no detector.');
  const environment = { ...base, detectors: { posture: { ...posture, sees: 'state' as const } } };
  const { scorecard } = await runScenarios(worldRequest(world, [scenario], { environment, ...more }));
  return scorecard.scenarios[0]?.trials[0];
}

describe('a trial whose target could not be read', () => {
  it('blames nobody, and credits somebody else with what was gone before our revert could ask', async () => {
    const trial = await trialOf(unreadable({ untilMs: 20_000, healedMs: 135 }));
    expect(trial?.guardrails[0]).to.include({ verdict: 'inconclusive', reasonCode: 'not-listened' });
    expect(trial?.detections[0]).to.include({ verdict: 'inconclusive', reasonCode: 'gone-before-slo' });
    expect(trial?.rollback.verdict).to.equal('by-guardrail');
  });

  it('looks at the horizon, however seldom it looks otherwise', async () => {
    const world = unreadable({ untilMs: 0 });
    const trial = await trialOf(world, {}, { ...worldEnvironment(world), poll: 60_000 });
    expect(trial?.guardrails[0]).to.include({ verdict: 'absent', reasonCode: 'still-in' });
    expect(trial?.exposureMs).to.be.below(12_500);
  });

  it('blames itself where it stood still meanwhile', async () => {
    const world = unreadable({ untilMs: 20_000, healedMs: 135 });
    const frozenMs = (from: number, until: number) => Math.max(0, until - Math.max(from, 300));
    const trial = await trialOf(world, { stalls: { sinceMonoMs: () => undefined, frozenMs, lastedMs: frozenMs } });
    expect(trial?.guardrails[0]).to.include({ verdict: 'inconclusive', reasonCode: 'harness-frozen' });
  });

  it('blames both where the fault is found in afterwards', async () => {
    for (const untilMs of [11_000, 20_000]) {
      const trial = await trialOf(unreadable({ untilMs }));
      expect(trial?.guardrails[0]).to.include({ verdict: 'absent', reasonCode: 'still-in' });
      expect(trial?.detections[0]).to.include({ verdict: 'missed', reasonCode: 'no-alert' });
      expect(trial?.rollback.verdict).to.equal('clean');
    }
  });
});
