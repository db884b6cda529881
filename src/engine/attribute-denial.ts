import type { Attribution, GuardrailDefinition } from '../model/guardrail.ts';
import type { LiveFault } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

interface Guard {
  readonly definition: GuardrailDefinition<unknown> | undefined;
  readonly params: unknown;
}

/** What a guardrail makes of a refusal; one that refuses nothing was forestalled by whichever says that it was its own. */
export function attributeDenial(
  trial: Trial,
  { denied }: LiveFault,
  { definition, params }: Guard,
): Attribution | undefined {
  if (denied === undefined) return undefined;
  if (definition?.attributeDenial !== undefined) return definition.attributeDenial(denied.denial, params);
  const { environment, catalogue } = trial.deps.request;
  for (const [name, config] of Object.entries(environment.guardrails)) {
    const other = catalogue.guardrails.get(config.type) as GuardrailDefinition<unknown> | undefined;
    if (other?.attributeDenial?.(denied.denial, other.params.parse(guardrailParams(config)))?.whose === 'mine')
      return { whose: 'other', by: name };
  }
  return undefined;
}

/** A guardrail's own params: its entry less what every guardrail declares. */
export function guardrailParams(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { type: _type, uses: _uses, onlyWriter: _onlyWriter, ...params } = config;
  return params;
}
