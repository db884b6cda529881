import type { TrialResult } from '../../../model/scorecard.ts';
import type { Played, PlayedRun } from '../play.ts';
import type { ScenarioStory } from '../story.ts';
import type { Finding } from './finding.ts';
import { besideOf, joined, judgeSums, saidOf, scenarioVerdictOf } from './oracle-sums.ts';

/** Holds what a run did as a whole to §2, §3, §7 and §8: order, journal, stops, conflicts, sums and exit codes. */
export function judgeRun(played: Played, run: PlayedRun): Finding[] {
  return [
    ...ended(played, run),
    ...writtenFirst(played, run),
    ...stopped(played, run),
    ...apart(played, run),
    ...trialsOf(run).flatMap((trial) => verdictOfTrial(run, trial)),
    ...(run.outcome === undefined ? [] : exitCode(played, run)),
    ...(run.outcome?.scorecard.scenarios ?? []).flatMap((scenario) => judgeSums(run, scenario)),
  ];
}

/** Trials of a run with their scenarios, as they were told when each ended. */
export function trialsOf(run: PlayedRun): { readonly scenario: ScenarioStory; readonly result: TrialResult }[] {
  return run.events.flatMap(({ event }) => {
    if (event.kind !== 'trial-ended') return [];
    const scenario = run.scenarios.find(({ id }) => id === event.scenario);
    return scenario === undefined ? [] : [{ scenario, result: event.result }];
  });
}

function ended(played: Played, run: PlayedRun): Finding[] {
  if (run.died === true || played.stuck !== undefined) return [];
  if (run.crashed !== undefined) {
    const full = played.story.troubles.some((one) => one.kind === 'disk-full');
    const text = run.crashed instanceof Error ? `${run.crashed.message}` : JSON.stringify(run.crashed);
    return full ? [] : [{ rule: '§10', about: run.run, what: `broke down: ${text}` }];
  }
  if (run.refused === undefined) return [];
  const { code, exitCode: exit } = run.refused;
  const hasOther = played.runs.some((other) => other !== run && other.environment === run.environment);
  const polls = played.story.troubles.some((one) => one.kind === 'polls-fail');
  const full = played.story.troubles.some((one) => one.kind === 'disk-full');
  const isRight =
    (code === 'locked' && exit === 4 && hasOther) ||
    (code === 'unreachable' && exit === 5 && polls) ||
    (code === 'not-recovered' && exit === 6) ||
    (code === 'journal-failed' && full);
  return isRight ? [] : [{ rule: '§10', about: run.run, what: `was refused: ${code}, exit ${exit}` }];
}

/** §7: the intent is on disk before the request leaves. */
function writtenFirst(played: Played, run: PlayedRun): Finding[] {
  return played.world.ledger.acts
    .filter((act) => act.run === run.run && act.op === 'write' && (act.phase === 'inject' || act.phase === 'control'))
    .filter((act) => act.journaled !== true)
    .map((act) => ({
      rule: '§7 journal',
      about: `${run.run} ${act.resource}`,
      what: `'${act.value}' was sent at ${act.sentMs} ms, and the journal on disk did not know of it`,
    }));
}

/** §7, §8: after a stop nothing is injected any more. */
function stopped(played: Played, run: PlayedRun): Finding[] {
  const { stoppedMs } = run;
  if (stoppedMs === undefined) return [];
  return played.world.ledger.acts
    .filter((act) => act.run === run.run && act.op === 'write' && (act.phase === 'inject' || act.phase === 'control'))
    .filter((act) => act.sentMs > stoppedMs)
    .map((act) => ({
      rule: '§8 stop',
      about: `${run.run} ${act.resource}`,
      what: `'${act.value}' was sent ${act.sentMs - stoppedMs} ms after the stop`,
    }));
}

/** §2: trials that conflict, or that exceed the budget of concurrent faults, never overlap. */
function apart(played: Played, run: PlayedRun): Finding[] {
  const spans = trialsOf(run).map(({ scenario, result }) => {
    const times = run.events.filter(
      ({ event }) =>
        (event.kind === 'phase' && event.scenario === scenario.id && event.n === result.n) ||
        (event.kind === 'trial-ended' && event.scenario === scenario.id && event.result.n === result.n),
    );
    return { scenario, fromMs: times[0]?.atMs ?? 0, untilMs: times.at(-1)?.atMs ?? 0 };
  });
  const findings: Finding[] = [];
  for (const [index, one] of spans.entries()) {
    const beside = spans.filter((other) => other !== one && one.fromMs < other.untilMs && other.fromMs < one.untilMs);
    for (const other of spans.slice(index + 1)) {
      if (!beside.includes(other)) continue;
      const why = conflict(played, one.scenario, other.scenario);
      if (why !== undefined)
        findings.push({
          rule: '§2 conflicts',
          about: `${one.scenario.id} and ${other.scenario.id}`,
          what: `ran at the same time: ${why}`,
        });
    }
    const starting = beside.filter((other) => other.fromMs <= one.fromMs);
    const faults = starting.reduce((sum, other) => sum + other.scenario.faults.length, one.scenario.faults.length);
    if (starting.length > 0 && faults > played.story.environment.concurrentFaults)
      findings.push({ rule: '§8 budgets', about: one.scenario.id, what: `made it ${faults} faults at a time` });
  }
  return findings;
}

function conflict(played: Played, a: ScenarioStory, b: ScenarioStory): string | undefined {
  const touches = (one: ScenarioStory) => [...one.faults, ...one.control].map(({ resource }) => resource);
  const shared = touches(a).find((resource) => touches(b).includes(resource));
  if (shared !== undefined) return `both touch ${shared}`;
  const impairs = (one: ScenarioStory) => one.faults.some((fault) => fault.impairs);
  const uses = (one: ScenarioStory) =>
    [...one.detections, ...one.blind].some(
      (e) => played.story.detectors.find(({ name }) => name === e.detector)?.usesTrail === true,
    );
  return (impairs(a) && uses(b)) || (impairs(b) && uses(a)) ? 'one blinds what the other uses' : undefined;
}

/** §3: errored, else aborted, else failed, else inconclusive, else passed. */
function verdictOfTrial(
  run: PlayedRun,
  { scenario, result }: { readonly scenario: ScenarioStory; readonly result: TrialResult },
): Finding[] {
  const judged = joined([...saidOf(result).map(({ met }) => met), ...besideOf(result)]);
  if (result.verdict === judged || result.verdict === 'aborted' || result.verdict === 'errored') return [];
  const about = `trial ${run.run} ${scenario.id}/${result.n}`;
  return [{ rule: '§3 trial', about, what: `said ${result.verdict}; its parts make it ${judged}` }];
}

/** §10: 6, 70, 4, 130, 5, 1, 3, 0. */
function exitCode(played: Played, run: PlayedRun): Finding[] {
  const scenarios = run.outcome?.scorecard.scenarios ?? [];
  const trials = scenarios.flatMap((scenario) => scenario.trials);
  const verdicts = scenarios.map((one) => scenarioVerdictOf(run, one));
  const isIn = (verdict: (typeof verdicts)[number]) => verdicts.includes(verdict);
  const isStopped = run.stoppedMs !== undefined && run.stoppedMs <= (run.endedMs ?? 0);
  const sent = played.world.ledger.acts.some(
    (act) => act.run === run.run && act.op === 'write' && (act.phase === 'inject' || act.phase === 'control'),
  );
  const wanted = trials.some(({ rollback }) => rollback.verdict === 'dirty' || rollback.verdict === 'unverified')
    ? 6
    : isIn('errored')
      ? 70
      : isStopped
        ? 130
        : !sent && run.outcome?.exitCode === 5
          ? 5
          : isIn('failed') || isIn('aborted')
            ? 1
            : isIn('inconclusive')
              ? 3
              : 0;
  const got = run.outcome?.exitCode;
  const errored = trials.find((trial) => trial.verdict === 'errored');
  const full = played.story.troubles.some((one) => one.kind === 'disk-full');
  return [
    ...(got === wanted ? [] : [{ rule: '§10', about: run.run, what: `ended with ${got} instead of ${wanted}` }]),
    ...(errored === undefined || full
      ? []
      : [{ rule: '§3 trial', about: run.run, what: `a trial errored: ${errored.error}` }]),
  ];
}
