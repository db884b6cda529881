import { environmentSchema } from '../../model/environment.ts';
import type { AnyFault } from '../../model/fault.ts';
import type { BoundFault, BoundScenario } from '../../model/run.ts';
import { scenarioSchema } from '../../model/scenario.ts';

type ScenarioInput = Parameters<(typeof scenarioSchema)['parse']>[0];

/** Binds a small scenario of switch faults for specs; `more` are keys of its file. */
export function boundScenario(
  parts: { readonly faults: readonly BoundFault[]; readonly control?: readonly BoundFault[] },
  more: Readonly<Record<string, ScenarioInput>> = {},
): BoundScenario {
  const scenario = scenarioSchema.parse({
    id: 'flip',
    title: 'A switch is flipped',
    why: 'For specs.',
    faults: parts.faults.map((fault) => ({ type: fault.definition.type })),
    expect: { detections: [{ detector: 'watcher', rule: '*', within: '4s' }] },
    ...more,
  });
  const control = parts.control ?? [];
  return { scenario, file: 'flip.yaml', faults: parts.faults, control, steadyState: [], impact: [], techniques: [] };
}

/** Binds a fault to one switch. */
export function boundFault(definition: AnyFault, name = 's-1'): BoundFault {
  return { use: { type: definition.type, with: {} }, definition, params: { switch: name } };
}

/** Parses an environment for specs; embedded unless told otherwise. */
export function environmentOf(more: Readonly<Record<string, unknown>> = {}) {
  return environmentSchema.parse({ staging: 'embedded', targets: {}, ...more });
}
