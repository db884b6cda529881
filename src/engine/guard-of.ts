import type { GuardrailDefinition } from '../model/guardrail.ts';
import type { Trial } from './trial-state.ts';

/** A guardrail's plugin and params; both undefined where the environment has none of that name. */
export interface Guard {
  readonly definition: GuardrailDefinition<unknown> | undefined;
  readonly params: unknown;
}

/** Looks up a guardrail of the environment by its name. */
export function guardOf({ deps }: Trial, name: string): Guard {
  const { environment, catalogue } = deps.request;
  const config = environment.guardrails[name];
  const definition = catalogue.guardrails.get(config?.type ?? '') as GuardrailDefinition<unknown> | undefined;
  const params =
    config === undefined || definition === undefined ? undefined : definition.params.parse(guardrailParams(config));
  return { definition, params };
}

/** A guardrail's own params: its entry less what every guardrail declares. */
function guardrailParams(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { type: _type, uses: _uses, onlyWriter: _onlyWriter, ...params } = config;
  return params;
}

/** What the audit source has of a guarded request: whether a record is there, and whether it says that nobody could be asked. */
export interface Passage {
  readonly isRecorded: boolean;
  readonly failedOpen?: string;
}

/** Reads the records of our own requests that a guardrail may have let pass because it could not be asked (J15). */
export function passageOf({ audit }: Trial, { definition, params }: Guard, requestIds: readonly string[]): Passage {
  const own = audit
    .map(({ signal }) => signal)
    .filter(({ requestId }) => requestId !== undefined && requestIds.includes(requestId));
  const failedOpen = own.length === 0 ? undefined : definition?.attributeFailedOpen?.(own, params);
  return { isRecorded: own.length > 0, ...(failedOpen === undefined ? {} : { failedOpen }) };
}
