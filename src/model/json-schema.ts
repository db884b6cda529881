import type { z } from 'zod';
import type { Catalogue } from './catalogue.ts';
import { environmentFileSchema } from './environment.ts';
import { journalEntrySchema } from './journal.ts';
import { draft7, type JsonSchema, partOf, propertiesOf } from './json-schema-parts.ts';
import { anyPlugin, type DescribedPlugin, paramsSchema } from './plugin-json-schema.ts';
import { scenarioSchema } from './scenario.ts';
import { scorecardSchema } from './scorecard.ts';
import { signalSchema } from './signal.ts';

/** Every generated JSON schema: its text by its path from the top folder. */
export function generatedSchemas(catalogue: Catalogue): ReadonlyMap<string, string> {
  const schemas: readonly (readonly [path: string, schema: JsonSchema])[] = [
    ['scenarios/scenario.schema.json', scenarioJsonSchema(catalogue)],
    ['scenarios/environment.schema.json', environmentJsonSchema(catalogue)],
    ['src/model/schemas/signal.schema.json', resultSchema('A signal in normal form', signalSchema)],
    ['src/model/schemas/journal-entry.schema.json', resultSchema('A line of journal.jsonl', journalEntrySchema)],
    ['src/model/schemas/scorecard.schema.json', resultSchema('scorecard.json', scorecardSchema)],
  ];
  return new Map(schemas.map(([path, schema]) => [path, `${JSON.stringify(schema, null, 2)}\n`]));
}

/** Describes scenario files (draft-7), the params of each fault and probe included, so that editors complete them. */
export function scenarioJsonSchema({ faults, probes, loads }: Catalogue): JsonSchema {
  const schema = draft7(scenarioSchema, 'input');
  for (const list of ['faults', 'control']) nameUses(partOf(schema, 'properties', list, 'items'), 'type', faults);
  for (const list of ['steadyState', 'impact']) nameUses(partOf(schema, 'properties', list, 'items'), 'probe', probes);
  nameUses(partOf(schema, 'properties', 'stopConditions', 'properties', 'probes', 'items'), 'probe', probes);
  nameUses(partOf(schema, 'properties', 'load'), 'type', loads);
  return titled('A scenario of windshear', schema);
}

/** Describes `windshear.yaml` (draft-7), the params of each channel, format, canary and guardrail included. */
export function environmentJsonSchema({ channels, formats, canaries, guardrails, probes }: Catalogue): JsonSchema {
  const schema = draft7(environmentFileSchema, 'input');
  const environment = partOf(schema, 'properties', 'environments', 'additionalProperties', 'properties');
  const detector = partOf(environment, 'detectors', 'additionalProperties');
  const offered = propertiesOf(partOf(detector, 'properties', 'canary'));
  const guardrail = partOf(environment, 'guardrails');
  schema['definitions'] = {
    channel: anyPlugin(channels),
    format: { anyOf: [{ type: 'string', enum: [...formats.keys()].sort() }, anyPlugin(formats)] },
    canary: anyPlugin(canaries, offered['rule']),
    guardrail: anyPlugin(guardrails, partOf(guardrail, 'additionalProperties')),
  };
  const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
  for (const source of [detector, partOf(environment, 'audit', 'additionalProperties')]) {
    const fields = propertiesOf(source);
    fields['channel'] = ref('channel');
    fields['format'] = { anyOf: [ref('format'), { type: 'array', minItems: 1, items: ref('format') }] };
  }
  for (const kind of ['rule', 'tool']) offered[kind] = ref('canary');
  nameUses(partOf(environment, 'stopConditions', 'properties', 'probes', 'items'), 'probe', probes);
  guardrail['additionalProperties'] = ref('guardrail');
  return titled('The environments of windshear', schema);
}

function resultSchema(title: string, schema: z.ZodType): JsonSchema {
  return titled(title, draft7(schema, 'output'));
}

function titled(title: string, schema: JsonSchema): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
}

/** Names the plugins that an item may use, and lets its `with` be what the named one takes. */
function nameUses(item: JsonSchema, key: 'type' | 'probe', known: ReadonlyMap<string, DescribedPlugin>): void {
  const plugins = [...known.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  propertiesOf(item)[key] = { anyOf: plugins.map(({ type, title }) => ({ const: type, description: title })) };
  item['allOf'] = plugins.map((plugin) => {
    const params = { ...paramsSchema(plugin), description: plugin.description };
    const needed = 'required' in params ? { required: ['with'] } : {};
    return {
      if: { properties: { [key]: { const: plugin.type } }, required: [key] },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
      then: { properties: { with: params }, ...needed },
    };
  });
}
