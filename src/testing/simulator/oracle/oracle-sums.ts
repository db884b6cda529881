import type { ExpectationSummary, ScenarioResult, TrialResult } from '../../../model/scorecard.ts';
import type { PlayedRun } from '../play.ts';
import type { ScenarioStory } from '../story.ts';
import type { Finding } from './finding.ts';

/** What one trial says of one expectation: met, not met, or null where nothing can be said; its time where it has one. */
interface Said {
  readonly verdict: string;
  readonly met: boolean | null;
  readonly timeMs?: number | undefined;
}

const strength = { mitigated: 0, reverted: 1, prevented: 2 };

/** Says in the order of the file what a trial found of each expectation. */
export function saidOf({ detections, guardrails, blindness }: TrialResult): readonly Said[] {
  return [
    ...detections.map(({ verdict, ttdMs }) => ({
      verdict,
      met: verdict === 'inconclusive' ? null : verdict === 'detected' || verdict === 'attempt',
      timeMs: ttdMs,
    })),
    ...guardrails.map(({ verdict, outcome, ttrMs }) => {
      if (verdict === 'inconclusive') return { verdict, met: null };
      const met = verdict !== 'late' && verdict !== 'absent' && strength[verdict] >= strength[outcome];
      return { verdict, met, timeMs: ttrMs };
    }),
    ...blindness.map(({ verdict }) => ({ verdict, met: verdict === 'inconclusive' ? null : verdict === 'blind' })),
  ];
}

/** What a trial says beside its expectations: whether its control was quiet and its rollback complete. */
export function besideOf({ control, rollback }: TrialResult): readonly (boolean | null)[] {
  return [
    control === undefined || control.verdict === 'unheard' || control.verdict === 'quiet'
      ? true
      : control.verdict === 'inconclusive'
        ? null
        : false,
    rollback.verdict !== 'dirty' && rollback.verdict !== 'unverified',
  ];
}

/** §3: one that is false fails, one that nothing can be said of leaves it open. */
export function joined(parts: readonly (boolean | null)[]): 'failed' | 'inconclusive' | 'passed' {
  return parts.includes(false) ? 'failed' : parts.includes(null) ? 'inconclusive' : 'passed';
}

/** §3 and J22, from the trials alone: what the scenario as a whole has to say. */
export function scenarioVerdictOf(run: PlayedRun, scenario: ScenarioResult) {
  const { trials } = scenario;
  const story = storyOf(run, scenario);
  for (const end of ['errored', 'aborted'] as const) if (trials.some(({ verdict }) => verdict === end)) return end;
  if (trials.length === 0) return 'inconclusive';
  const expectations = (trials[0] === undefined ? [] : saidOf(trials[0])).map((_, index) =>
    isMet(story, seen(trials, index)),
  );
  return joined([...expectations, ...trials.flatMap(besideOf)]);
}

/** J22: every sum over the trials of a scenario, and the verdict that they make. */
export function judgeSums(run: PlayedRun, scenario: ScenarioResult): Finding[] {
  const story = storyOf(run, scenario);
  const about = `${run.run} ${scenario.id}`;
  const wanted = scenarioVerdictOf(run, scenario);
  const counted = (story?.detections.length ?? 0) + (story?.guardrails.length ?? 0) + (story?.blind.length ?? 0);
  return [
    ...(scenario.verdict === wanted
      ? []
      : [{ rule: '§3 scenario', about, what: `said ${scenario.verdict}; its trials make it ${wanted}` }]),
    ...(scenario.expectations.length === counted
      ? []
      : [{ rule: 'J22', about, what: `sums up ${scenario.expectations.length} of ${counted} expectations` }]),
    ...scenario.expectations.flatMap((summary, index) =>
      wrongSums(story, summary, seen(scenario.trials, index)).map((what) => ({
        rule: 'J22',
        about: `${about} ${summary.id}`,
        what,
      })),
    ),
  ];
}

function storyOf(run: PlayedRun, scenario: ScenarioResult): ScenarioStory | undefined {
  return run.scenarios.find(({ id }) => id === scenario.id);
}

function seen(trials: readonly TrialResult[], index: number): readonly Said[] {
  return trials.flatMap((trial) => saidOf(trial)[index] ?? []);
}

/** Met where the wanted hits are certain whatever the open trials are; null where those could still decide. */
function isMet(story: ScenarioStory | undefined, said: readonly Said[]): boolean | null {
  const hits = said.filter(({ met }) => met === true).length;
  const open = said.filter(({ met }) => met === null).length;
  if (open === said.length) return null;
  if (story?.hits === undefined) return said.some(({ met }) => met === false) ? false : open > 0 ? null : true;
  if (hits >= story.hits) return true;
  return hits + open >= story.hits ? null : false;
}

function wrongSums(story: ScenarioStory | undefined, summary: ExpectationSummary, said: readonly Said[]): string[] {
  const judged = said.filter(({ met }) => met !== null);
  const hits = judged.filter(({ met }) => met === true).length;
  const met = isMet(story, said);
  const wrong: string[] = [];
  if (summary.judged !== judged.length || summary.inconclusive !== said.length - judged.length)
    wrong.push(`counts ${summary.judged} judged, ${summary.inconclusive} inconclusive of ${said.length}`);
  if (summary.hits !== hits) wrong.push(`counts ${summary.hits} hits, not ${hits}`);
  if (summary.met !== met) wrong.push(`calls it met: ${summary.met}, not ${met}`);
  const verdicts = judged.filter((one) => hits === judged.length || one.met === false).map(({ verdict }) => verdict);
  if (!(judged.length === 0 ? ['inconclusive'] : verdicts).includes(summary.verdict))
    wrong.push(`says ${summary.verdict} of trials that say ${verdicts.join(', ') || 'nothing'}`);
  if (!isWilson95(summary.wilson95, hits, judged.length))
    wrong.push(`puts ${hits} of ${judged.length} between ${summary.wilson95?.join(' and ') ?? 'nothing'}`);
  if (!isMedian(summary, judged)) wrong.push(`says p50 ${summary.ttdMs.p50}`);
  if ((summary.ttdMs.p95 !== null) !== (judged.length >= 20 && summary.ttdMs.p50 !== null))
    wrong.push(`says p95 ${summary.ttdMs.p95} of ${judged.length} judged trials`);
  return wrong;
}

/** The ends are those shares that the observed one lies 1.96 of their own standard errors away from. */
function isWilson95(ends: ExpectationSummary['wilson95'], hits: number, judged: number): boolean {
  if (ends === null || judged === 0) return ends === null && judged === 0;
  const share = hits / judged;
  const [low, high] = ends;
  const isEnd = (end: number) =>
    Math.abs((share - end) ** 2 - (1.959963984540054 ** 2 * end * (1 - end)) / judged) < 1e-9;
  return low <= share && share <= high && isEnd(low) && isEnd(high) && high - low > 0;
}

/** By nearest rank: fewer than half are shorter, at least half are no longer; a miss is longer than any. */
function isMedian({ kind, ttdMs: { p50 } }: ExpectationSummary, judged: readonly Said[]): boolean {
  const times = judged
    .filter(({ met, timeMs }) => timeMs !== undefined || met === false)
    .map(({ timeMs }) => timeMs ?? Number.POSITIVE_INFINITY);
  if (kind === 'blind' || times.length === 0) return p50 === null;
  if (p50 === null) return false;
  const value = typeof p50 === 'string' ? Number.POSITIVE_INFINITY : p50;
  const shorter = times.filter((time) => time < value).length;
  const noLonger = times.filter((time) => time <= value).length;
  return shorter < times.length / 2 && noLonger >= times.length / 2;
}
