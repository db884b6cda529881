import { z } from 'zod';

/** A JSON schema, or a part of one. */
export interface JsonSchema {
  [key: string]: unknown;
}

/**
 * Turns a zod schema into one of draft-7, which editors know best. What zod can only say by recursion is any JSON
 * value, and stands as a schema that takes everything.
 */
export function draft7(schema: z.ZodType<unknown>, io: 'input' | 'output'): JsonSchema {
  const {
    $schema: _,
    definitions: __,
    ...rest
  } = z.toJSONSchema(schema, { io, target: 'draft-7', unrepresentable: 'any' });
  return withoutRefs(rest) as JsonSchema;
}

function withoutRefs(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutRefs);
  if (!isSchema(part)) return part;
  if (typeof part['$ref'] === 'string') return {};
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, withoutRefs(inner)]));
}

/** Follows keys into a schema. Throws TypeError where there is no schema, since the model and its schemas then differ. */
export function partOf(schema: JsonSchema, ...keys: readonly string[]): JsonSchema {
  return keys.reduce<JsonSchema>((part, key) => {
    const inner = part[key];
    if (!isSchema(inner)) throw new TypeError(`The JSON schema has no '${key}' of ${keys.join('.')}.`);
    return inner;
  }, schema);
}

/** The fields of an object's schema. */
export function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return partOf(schema, 'properties') as Record<string, JsonSchema>;
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
