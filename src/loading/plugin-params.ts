import { z } from 'zod';
import type { Json } from '../model/json.ts';
import { suggestion } from '../model/nearest.ts';
import { type Path, type Problem, pathText } from '../model/problems.ts';
import { holdsReference } from '../model/references.ts';
import { schemaProblems } from '../model/schema-problems.ts';
import type { YamlSource } from '../model/yaml-source.ts';

/** A use of a plugin in a file. */
export interface PluginUse {
  readonly source: YamlSource;
  /** Where the name of its type stands. */
  readonly typeAt: Path;
  /** What kind of plugin: `fault`, `channel`, `format`. */
  readonly kind: string;
  readonly type: string;
}

/** Looks a plugin up; an unknown type is a problem that names the nearest known ones. */
export function findPlugin<Definition>(
  use: PluginUse,
  known: ReadonlyMap<string, Definition>,
  problems: Problem[],
): Definition | undefined {
  const definition = known.get(use.type);
  if (definition === undefined) {
    const message = `${pathText(use.typeAt)}: there is no ${use.kind} '${use.type}'${suggestion(use.type, known.keys())}`;
    problems.push(use.source.problem(use.typeAt, message));
  }
  return definition;
}

/** Params of a plugin, and where in its file they stand. */
export interface ParamsUse {
  readonly source: YamlSource;
  readonly at: Path;
  readonly params: Json;
}

/** Parses params by their plugin's schema; answers them as written, with defaults, where they have problems or hold references. */
export function parseParams(
  schema: z.ZodType<unknown>,
  { source, at, params }: ParamsUse,
  problems: Problem[],
): unknown {
  try {
    const parsed = schema.safeParse(params);
    if (parsed.success) return parsed.data;
    problems.push(...schemaProblems(parsed.error, { source, schema, value: params, at }));
  } catch (error) {
    // A rule about the whole may rely on parts that are not sound, or not known yet.
    if (!holdsReference(params))
      problems.push(source.problem(at, `${pathText(at)} cannot be checked: ${String(error)}.`));
    return params;
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return params;
  return Object.assign(defaultsOf(schema), params);
}

/** What a schema of named params adds for those that are left out. */
function defaultsOf(schema: z.ZodType<unknown>): object {
  if (!(schema instanceof z.ZodObject)) return {};
  return Object.fromEntries(
    Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, param]) => {
      const { success, data } = param.safeParse(undefined);
      return success && data !== undefined ? [[name, data]] : [];
    }),
  );
}
