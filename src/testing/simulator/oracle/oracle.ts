import type { Played } from '../play.ts';
import { factsOf } from './facts.ts';
import type { Cell, Finding, Judged } from './finding.ts';
import { judgeBlindness } from './oracle-blindness.ts';
import { judgeControl } from './oracle-control.ts';
import { judgeDetection } from './oracle-detection.ts';
import { judgeGuardrail } from './oracle-guardrail.ts';
import { judgeRecovery } from './oracle-recovery.ts';
import { judgeRollbacks } from './oracle-rollback.ts';
import { judgeRun, trialsOf } from './oracle-run.ts';
import { findResidue } from './residue.ts';

/** What the oracle says of a played story: every pair of truth and verdict, and what no rule allows. */
export interface Judgement {
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
}

/** Judges a played story by what was true; written from DESIGN §2, §3 and §7 alone, and knows nothing of the engine. */
export function judge(played: Played): Judgement {
  if (played.stuck !== undefined) {
    return { cells: [], findings: [{ rule: '§2', about: 'the simulation', what: played.stuck }] };
  }
  const judged: Judged[] = [];
  const findings: Finding[] = [];
  for (const run of played.runs) {
    for (const { scenario, result } of trialsOf(run)) {
      const facts = factsOf(played, run, scenario, result);
      for (const [index, expectation] of scenario.detections.entries()) {
        const said = result.detections[index];
        if (said !== undefined) judged.push(judgeDetection(facts, expectation, said));
      }
      for (const [index, expectation] of scenario.guardrails.entries()) {
        const said = result.guardrails[index];
        if (said !== undefined) judged.push(judgeGuardrail(facts, expectation, said));
      }
      for (const [index, expectation] of scenario.blind.entries()) {
        const said = result.blindness[index];
        if (said !== undefined) judged.push(judgeBlindness(facts, expectation, said));
      }
      const control = judgeControl(facts, result.control);
      if (control !== undefined) judged.push(control);
      judged.push(...judgeRollbacks(facts));
    }
    findings.push(...judgeRun(played, run));
  }
  findings.push(...judgeRecovery(played), ...findResidue(played));
  return {
    cells: judged.map(({ cell }) => cell),
    findings: [...judged.flatMap((one) => one.findings), ...findings],
  };
}
