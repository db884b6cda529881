import { z } from 'zod';
import type { Path } from './problems.ts';

/** Lists the keys that a schema knows in the object at a path; of a union, those of every branch. */
export function knownKeys(schema: unknown, path: Path): readonly string[] {
  return [...new Set(schemasAt([schema], path).flatMap(keysOf))];
}

function schemasAt(schemas: readonly unknown[], path: Path): readonly unknown[] {
  const [part, ...rest] = path;
  const here = schemas.flatMap(unwrapped);
  return part === undefined
    ? here
    : schemasAt(
        here.flatMap((schema) => inner(schema, part)),
        rest,
      );
}

/** Takes off what does not change keys: defaults, optionals, pipes and unions. */
function unwrapped(schema: unknown): readonly unknown[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  )
    return unwrapped(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  return [schema];
}

function inner(schema: unknown, part: string | number): readonly unknown[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (!(schema instanceof z.ZodObject)) return [];
  const field: unknown = schema.shape[part];
  return field === undefined ? [] : [field];
}

function keysOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
