import { formatDuration } from '../model/duration.ts';
import type { ControlResult } from '../model/scorecard.ts';
import { losesFromMs } from '../model/stalls.ts';
import type { Belonging } from './correlate.ts';
import { ruleMatches } from './judge-detection.ts';
import { type PollGap, unseenReason } from './poll-gaps.ts';

export interface ControlCase {
  readonly status: 'quiet-so-far' | 'refused' | 'no-right' | 'failed' | 'taken-back';
  /** Why it was refused or failed. */
  readonly detail?: string;
  readonly detectors: readonly {
    readonly name: string;
    /** Globs of the scenario's expectations of this detector (J10). */
    readonly rules: readonly string[];
    /** J10: what such a detector says without our marker does not count. */
    readonly carriesMarker: boolean;
    /** A canary raised after the control was received in its window (J2). */
    readonly proven: boolean;
    readonly assumeAlive: boolean;
    readonly overloaded: boolean;
    /** Its polls fail since before the end of the window. */
    readonly isDeaf: boolean;
    /** When its store was not seen, so that an alert may have come and gone in its window. */
    readonly unseen: readonly PollGap[];
    /** How long we stood still in its window, where its signals are pushed. */
    readonly frozenMs: number;
  }[];
  readonly belonging: readonly Belonging[];
  readonly t0MonoMs: number;
  /** Until when a signal without marker counts against the control. */
  readonly windowEndMonoMs: number;
}

/** Judges the benign twin: nothing may alert on it, nothing may block it (J2, J10). Pure. */
export function judgeControl(facts: ControlCase): ControlResult {
  const alerts = facts.belonging
    .filter(({ whose, heard }) => whose === 'control' && heard.isRepeat !== true)
    .map((belonging) => ({
      detector: belonging.heard.detector,
      rule: belonging.heard.signal.rule,
      id: belonging.heard.signal.id,
      counted: counts(belonging, facts),
    }));
  const counted = alerts.filter((alert) => alert.counted);
  const first = counted[0];
  if (facts.status === 'refused') {
    return {
      verdict: 'blocked',
      reasonCode: 'control-refused',
      reason: `The control was refused although it is permitted: ${facts.detail ?? 'no reason given'}`,
      alerts,
    };
  }
  if (first !== undefined) {
    const more = counted.length > 1 ? ` and ${counted.length - 1} more` : '';
    return {
      verdict: 'noisy',
      reasonCode: 'alerted-on-control',
      reason: `${first.detector} raised '${first.rule}'${more} against the permitted change.`,
      alerts,
    };
  }
  if (facts.status === 'taken-back') {
    return {
      verdict: 'blocked',
      reasonCode: 'control-refused',
      reason: `Somebody took the permitted change back: ${facts.detail ?? 'not known who'}`,
      alerts,
    };
  }
  if (facts.status === 'no-right') {
    return {
      verdict: 'inconclusive',
      reasonCode: 'own-rights',
      reason: `The tester lacks the right to make the permitted change: ${facts.detail ?? 'no reason given'}`,
      alerts,
    };
  }
  if (facts.status === 'failed') {
    return {
      verdict: 'inconclusive',
      reasonCode: 'control-failed',
      reason: `The control could not be injected or proven: ${facts.detail ?? 'no reason given'}`,
      alerts,
    };
  }
  if (facts.detectors.length === 0) {
    return {
      verdict: 'unheard',
      reasonCode: 'no-detector',
      reason:
        'The permitted change was let through. The scenario names no detector, so nobody listened for alerts on it.',
      alerts,
    };
  }
  const overloaded = facts.detectors.find((detector) => detector.overloaded);
  if (overloaded !== undefined) {
    return {
      verdict: 'inconclusive',
      reasonCode: 'overload',
      reason: `Signals of ${overloaded.name} were dropped under overload.`,
      alerts,
    };
  }
  const deaf = facts.detectors.find((detector) => detector.isDeaf);
  if (deaf !== undefined) {
    return {
      verdict: 'inconclusive',
      reasonCode: 'channel-unproven',
      reason: `${deaf.name} could not be asked until the end of its window, so what came in it is not known.`,
      alerts,
    };
  }
  for (const { name, unseen } of facts.detectors) {
    const [gap] = unseen;
    if (gap === undefined) continue;
    const { code, reason } = unseenReason(gap, name, [facts.t0MonoMs, 'the permitted change']);
    return { verdict: 'inconclusive', reasonCode: code, reason, alerts };
  }
  const unread = facts.detectors.find(({ frozenMs }) => frozenMs >= losesFromMs);
  if (unread !== undefined) {
    return {
      verdict: 'inconclusive',
      reasonCode: 'harness-frozen',
      reason: `We stood still for ${formatDuration(unread.frozenMs)} while signals of ${unread.name} were listened for, so one may have been lost here.`,
      alerts,
    };
  }
  const unproven = facts.detectors.filter((detector) => !detector.proven && !detector.assumeAlive);
  if (unproven.length > 0) {
    const names = unproven.map((detector) => detector.name).join(', ');
    return {
      verdict: 'inconclusive',
      reasonCode: 'channel-unproven',
      reason: `No canary raised after the control came from ${names} in its window, so silence proves nothing.`,
      alerts,
    };
  }
  const unsure = facts.belonging.find(
    (one) =>
      one.whose === 'ambiguous' && one.heard.sightings.some(({ phase }) => phase === 'control') && counts(one, facts),
  );
  if (unsure !== undefined) {
    return {
      verdict: 'inconclusive',
      reasonCode: 'time-ambiguous',
      reason: `'${unsure.heard.signal.rule}' of ${unsure.heard.detector} holds events of the control and of others, and cannot tell which it was raised for.`,
      alerts,
    };
  }
  return {
    verdict: 'quiet',
    reasonCode: 'no-alerts',
    reason: 'No matching signal was raised against the permitted change in its window.',
    alerts,
  };
}

/** J10: its own marker by any rule; without marker an open alert, in its window and by a rule that an expectation names. */
function counts({ heard, matchedBy }: Belonging, facts: ControlCase): boolean {
  if (matchedBy.includes('marker')) return true;
  if (heard.signal.status !== 'open' || heard.arrivedMonoMs[0] > facts.windowEndMonoMs) return false;
  const detector = facts.detectors.find(({ name }) => name === heard.detector);
  if (detector === undefined || (detector.carriesMarker && heard.sightings.length === 0)) return false;
  return detector.rules.some((rule) => ruleMatches(heard, rule));
}
