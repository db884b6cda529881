import type { Attribution } from '../model/guardrail.ts';
import { type Guard, guardOf } from './guard-of.ts';
import type { LiveFault } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

/** What a guardrail makes of a refusal; one that refuses nothing was forestalled by whichever says that it was its own. */
export function attributeDenial(
  trial: Trial,
  { denied }: LiveFault,
  { definition, params }: Guard,
): Attribution | undefined {
  if (denied === undefined) return undefined;
  if (definition?.attributeDenial !== undefined) return definition.attributeDenial(denied.denial, params);
  for (const name of Object.keys(trial.deps.request.environment.guardrails)) {
    const other = guardOf(trial, name);
    if (other.definition?.attributeDenial?.(denied.denial, other.params)?.whose === 'mine')
      return { whose: 'other', by: name };
  }
  return undefined;
}
