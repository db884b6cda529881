import type { ReasonCode } from '../model/verdict.ts';

/** Says why nothing can be judged of a fault that was not injected, or not as far as anybody can tell. */
export function notInjected(
  { failure, isUnknown }: { readonly failure?: string; readonly isUnknown?: boolean },
  consequence: string,
): { readonly code: ReasonCode; readonly reason: string } {
  if (isUnknown === true) {
    const reason = `What was injected is not known: ${failure}. What the scenario reads never showed a change.`;
    return { code: 'effect-unproven', reason };
  }
  // Faults say so themselves.
  const why = failure === undefined ? `, ${consequence}` : `: ${failure.replace('Nothing was injected: ', '')}`;
  return { code: 'not-injected', reason: `Nothing was injected${why}.` };
}
