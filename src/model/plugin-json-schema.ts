import type { z } from 'zod';
import { draft7, isSchema, type JsonSchema, propertiesOf } from './json-schema-parts.ts';

/** What all plugins have in common. */
export interface DescribedPlugin {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<unknown>;
}

/** Describes a plugin's params as a file may hold them: each value may also be a reference. */
export function paramsSchema(plugin: DescribedPlugin): JsonSchema {
  const params = draft7(plugin.params, 'input');
  return 'properties' in params ? withReferences(params) : params;
}

/** Describes `{ type, …params }` of any of the plugins; `own` describes further keys that are not the plugin's. */
export function anyPlugin(known: ReadonlyMap<string, DescribedPlugin>, own?: JsonSchema): JsonSchema {
  const plugins = [...known.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  const { type: _, ...fields } = own === undefined ? {} : propertiesOf(own);
  return {
    type: 'object',
    required: ['type'],
    properties: { type: { anyOf: plugins.map(({ type, title }) => ({ const: type, description: title })) } },
    allOf: plugins.map((plugin) => {
      const params = paramsSchema(plugin);
      const properties = { type: {}, ...fields, ...('properties' in params ? propertiesOf(params) : {}) };
      return {
        if: { properties: { type: { const: plugin.type } }, required: ['type'] },
        // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
        then: { ...params, description: plugin.description, properties },
      };
    }),
  };
}

const reference = { type: 'string', pattern: '\\$\\{(env|staging)\\.' };

/** Lets each value inside a schema also be a reference, whatever its type. */
function withReferences(schema: JsonSchema): JsonSchema {
  const copy = { ...schema };
  if (isSchema(schema['properties']))
    copy['properties'] = Object.fromEntries(
      Object.entries(propertiesOf(schema)).map(([key, inner]) => [key, orReference(inner)]),
    );
  for (const key of ['items', 'additionalProperties']) {
    const inner = schema[key];
    if (isSchema(inner) && Object.keys(inner).length > 0) copy[key] = orReference(inner);
  }
  if (Array.isArray(schema['anyOf']))
    copy['anyOf'] = schema['anyOf'].map((one) => (isSchema(one) ? withReferences(one) : one));
  return copy;
}

function orReference(schema: JsonSchema): JsonSchema {
  const inner = withReferences(schema);
  const isAnyText =
    inner['type'] === 'string' && !['pattern', 'format', 'enum', 'const', 'maxLength'].some((key) => key in inner);
  return isAnyText || Object.keys(inner).length === 0 ? inner : { anyOf: [inner, reference] };
}
