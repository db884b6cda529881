/** A deliberate bug: one piece of one module, by its exact text, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  /** From the top folder. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}

/** Bugs that the simulation must catch; `npm run simulate -- --mutants` plays each until a verdict is wrong. */
export const mutants: readonly Mutant[] = [
  {
    name: 'late counted as detected',
    file: 'src/engine/judge-detection.ts',
    text: 'if (upper <= sloMs) {',
    replacement: 'if (upper <= 3 * sloMs) {',
  },
  {
    name: 'marker ignored',
    file: 'src/engine/correlate.ts',
    text: 'heard.sightings.filter((sighting) => sighting.marker === view.marker)',
    replacement: 'heard.sightings.filter(() => false)',
  },
  {
    name: 'clean-up alert counted',
    file: 'src/engine/correlate.ts',
    text: "    return say('ours', 'marker');\n  }",
    replacement: "    return say('fault', 'marker');\n  }",
  },
  {
    name: "control's alerts counted as the fault's",
    file: 'src/engine/correlate.ts',
    text: "if (phase === 'control') return say('control', 'marker', ...evidence);",
    replacement: "if (phase === 'control') return say('fault', 'marker', ...evidence);",
  },
  {
    name: 'sample counted',
    file: 'src/engine/correlate.ts',
    text: "if (signal.sample) return say('other');",
    replacement: '',
  },
  {
    name: 'J8 re-send counted',
    file: 'src/engine/judge-detection.ts',
    text: 'if (heard.isRepeat === true) return false;',
    replacement: 'if (previous !== undefined) return true;',
  },
  {
    name: 'effect unproven ignored',
    file: 'src/engine/judge-detection.ts',
    text: "const effectDue = expectation.of === 'effect' && fault.effect !== 'proven';",
    replacement: 'const effectDue = false;',
  },
  {
    name: 'canary skipped',
    file: 'src/engine/judge-detection.ts',
    text: 'if (proof.rule.received || (!detector.offersRuleCanary && proof.tool.received)) {',
    replacement: 'if (facts.nowMonoMs >= 0) {',
  },
  {
    name: 'horizon cut',
    file: 'src/engine/judge-detection.ts',
    text: 'export const horizonFactor = 3;',
    replacement: 'export const horizonFactor = 1;',
  },
  {
    name: "first expectation's SLO used for all",
    file: 'src/engine/trial-state.ts',
    text: 'sloMs: e.within,\n        of: e.of,',
    replacement: 'sloMs: detections[0]?.within ?? e.within,\n        of: e.of,',
  },
  {
    name: 'journal written after the act',
    file: 'src/engine/journal.ts',
    text: 'if (!flushing) void flush();\n      return promise;',
    replacement:
      "if (entry.kind === 'intent') return whole;\n      if (!flushing) void flush();\n      return promise;",
  },
  {
    name: 'revert clobbers',
    file: 'src/testing/simulator/sim-fault.ts',
    text: 'if (now[field] !== value || was[field] === value) continue;\n        const expected = { value };',
    replacement: 'if (now[field] === was[field]) continue;\n        const expected = { value: now[field] };',
  },
  {
    name: 'severity ignored',
    file: 'src/engine/judge-detection.ts',
    text: "return severity >= atLeast ? 'yes' : 'no';",
    replacement: "return 'yes';",
  },
  {
    name: "another actor's alert counted",
    file: 'src/engine/correlate.ts',
    text: "if (!source.namesActor || !namesActor(heard.signal) || evidence.includes('actor')) return told;",
    replacement: 'return told;',
  },
  {
    name: 'stability window skipped',
    file: 'src/engine/reverter-of.ts',
    text: 'return Math.max(trial.deps.request.environment.stability, fault.settleMs);',
    replacement: 'return 0;',
  },
  {
    name: 'stale read believed',
    file: 'src/engine/fault-state.ts',
    text: '(settleMs === 0 ? sentMonoMs >= inMonoMs : sentMonoMs > inMonoMs + settleMs)',
    replacement: 'sentMonoMs >= inMonoMs',
  },
  {
    name: 'passing failures spend the tries of a refusal',
    file: 'src/engine/revert-attempts.ts',
    text: 'if (!isPassing(error)) stubborn++;',
    replacement: 'stubborn = isPassing(error) ? 0 : tries;',
  },
  {
    name: "another's write at the canary ignored",
    file: 'src/engine/was-in-at.ts',
    text: ' && !wasWrittenTo(trial, fault, canary)',
    replacement: '',
  },
  {
    name: 'a wall clock that was set is trusted',
    file: 'src/engine/wall-clock.ts',
    text: 'const toleranceMs = 100;',
    replacement: 'const toleranceMs = Number.POSITIVE_INFINITY;',
  },
  {
    name: 'late effect not waited for',
    file: 'src/engine/revert.ts',
    text: "if (request.injection === 'unknown') await lookForLateEffect(request);",
    replacement: '',
  },
  {
    name: 'blind without a canary before',
    file: 'src/engine/judge-blindness.ts',
    text: 'if (fault.t0 !== undefined && !passedInTime(before, expectation.sloMs)) {',
    replacement: 'if (facts.nowMonoMs < 0) {',
  },
  {
    name: 'reverts the oldest first',
    file: 'src/engine/roll-back.ts',
    text: 'for (const fault of faults.toReversed()) {',
    replacement: 'for (const fault of faults) {',
  },
  {
    name: 'altered taken for taken back',
    file: 'src/engine/state-reads.ts',
    text: 'return !present && instead === undefined;',
    replacement: 'return !present;',
  },
  {
    name: 'scenario met whatever its expectations',
    file: 'src/model/summary.ts',
    text: 'return verdictOf([...expectations.map((e) => e.met), ...trials.flatMap(surroundings)]);',
    replacement: 'return verdictOf(trials.flatMap(surroundings));',
  },
  {
    name: 'J22 inconclusive in the denominator',
    file: 'src/model/summary.ts',
    text: 'wilson95: wilson95(hits, judged.length),',
    replacement: 'wilson95: wilson95(hits, perTrial.length),',
  },
  {
    name: 'J22 wanted hits of open trials taken for misses',
    file: 'src/model/summary.ts',
    text: 'return n.hits + n.inconclusive >= pass.hits || n.judged === 0 ? null : false;',
    replacement: 'return false;',
  },
  {
    name: 'recovery reverts the oldest first',
    file: 'src/engine/recover-run.ts',
    text: 'for (const open of run.open) {',
    replacement: 'for (const open of run.open.toReversed()) {',
  },
  {
    name: 'recovery drops the states of what stays in',
    file: 'src/engine/recover-run.ts',
    text: 'if (isClean && problems.length === 0) await preImages.removeAll();',
    replacement: 'await preImages.removeAll();',
  },
  {
    name: 'deaf channel taken for silence',
    file: 'src/engine/asked.ts',
    text: 'return asked !== undefined && asked.untilMonoMs < monoMs;',
    replacement: 'return asked !== undefined && asked.untilMonoMs < -monoMs;',
  },
  {
    name: 'silence of a store believed whose polls had failed',
    file: 'src/engine/judge-detection.ts',
    text: 'return unseen.filter(({ untilMonoMs }) => untilMonoMs > isShownUntil);',
    replacement: 'return unseen.filter(({ untilMonoMs }) => untilMonoMs > isShownUntil).slice(0, 0);',
  },
  {
    name: 'silence believed that the harness stood still in',
    file: 'src/engine/judge-detection.ts',
    text: 'const { frozenMs = 0 } = facts;\n  if (frozenMs >= losesFromMs) {',
    replacement: 'const { frozenMs = 0 } = facts;\n  if (frozenMs < 0) {',
  },
  {
    name: 'control quiet that the harness stood still in',
    file: 'src/engine/judge-control.ts',
    text: 'frozenMs >= losesFromMs);',
    replacement: 'frozenMs < 0);',
  },
  {
    name: 'what came in a stall came at its end',
    file: 'src/engine/listener.ts',
    text: 'options.stalls?.sinceMonoMs(payload.arrivedMonoMs) ?? payload.arrivedMonoMs',
    replacement: 'payload.arrivedMonoMs',
  },
  {
    name: 'a stall spends the budget of a revert',
    file: 'src/engine/own-budget.ts',
    text: 'budgetMs + (stalls?.frozenMs(fromMonoMs, clock.monoMs()) ?? 0)',
    replacement: 'budgetMs + (stalls === undefined ? 0 : 0)',
  },
  {
    name: 'refusal late by our own delay',
    file: 'src/engine/judge-guardrail.ts',
    text: 'if (ttrMs - stoodMs <= expectation.sloMs)',
    replacement: 'if (ttrMs <= expectation.sloMs)',
  },
];

/** Answers a module's source with the bug in it; throws where its text is not there just once. */
export function mutate(mutant: Mutant, source: string): string {
  const times = source.split(mutant.text).length - 1;
  if (times === 1) return source.replace(mutant.text, () => mutant.replacement);
  throw new Error(`Mutant '${mutant.name}' must find its text once in ${mutant.file}, found it ${times} times.`);
}
