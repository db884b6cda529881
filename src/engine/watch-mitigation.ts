import type { MitigationProof } from '../model/guardrail.ts';
import type { ProbeDefinition } from '../model/probe.ts';
import { failureText } from './failure-text.ts';
import { guardOf } from './guard-of.ts';
import type { StateRead } from './state-reads.ts';
import { isSpoilt } from './stood-still.ts';
import { expectationsOf, stallsOf, type Trial } from './trial-state.ts';
import { nextLookMonoMs } from './watch-fault.ts';

/** Samples the probes of guardrails that mitigate for as long as the fault is in (J17). */
export function watchMitigations(trial: Trial, signal: AbortSignal): readonly Promise<void>[] {
  return expectationsOf(trial.bound).guardrails.flatMap(({ id, guardrail }) => {
    const { definition, params } = guardOf(trial, guardrail);
    const proof = definition?.mitigatedBy?.(params);
    if (proof === undefined) return [];
    const reads: StateRead[] = [];
    trial.mitigation.set(id, reads);
    return [sample(trial, proof, { reads, signal })];
  });
}

async function sample(
  trial: Trial,
  proof: MitigationProof,
  { reads, signal }: { readonly reads: StateRead[]; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, catalogue, targets } = trial.deps.request;
  const definition = catalogue.probes.get(proof.probe) as unknown as ProbeDefinition<unknown, unknown> | undefined;
  if (definition === undefined) throw new Error(`Unknown probe '${proof.probe}'; the environment was not validated.`);
  const params = definition.params.parse(proof.with);
  const { atLeast, atMost } = proof.tolerance;
  const keep = (sentMonoMs: number, isOut: boolean) => {
    const receivedMonoMs = clock.monoMs();
    if (!isSpoilt(stallsOf(trial), [sentMonoMs, receivedMonoMs]))
      reads.push({ sentMonoMs, receivedMonoMs, present: isOut });
  };
  while (!signal.aborted) {
    const sentMonoMs = clock.monoMs();
    try {
      const session = await targets.get(definition.target)?.session('observe', trial.marker, signal);
      const measured = await definition.measure({ clock, signal, clients: session?.clients }, params);
      if (measured.status === 'skipped') return trial.deps.log(`'${proof.probe}' was skipped: ${measured.reason}`);
      const { value } = measured;
      const isOut = (atLeast !== undefined && value < atLeast) || (atMost !== undefined && value > atMost);
      keep(sentMonoMs, isOut);
    } catch (error) {
      if (signal.aborted) return;
      trial.deps.log(`'${proof.probe}' failed: ${failureText(error)}`);
      // What cannot be measured is not in tolerance.
      keep(sentMonoMs, true);
    }
    trial.pulse.beat();
    try {
      await clock.sleep(Math.max(1, nextLookMonoMs(trial, sentMonoMs) - clock.monoMs()), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
