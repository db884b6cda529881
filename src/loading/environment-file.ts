import { type Environment, environmentFileSchema } from '../model/environment.ts';
import { targetOfLease } from '../model/environment-lease.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { suggestion } from '../model/nearest.ts';
import type { Problem } from '../model/problems.ts';
import { resolveReferences } from '../model/references.ts';
import { schemaProblems } from '../model/schema-problems.ts';
import { draftOf } from '../model/stand-ins.ts';
import { parseYaml, type YamlSource } from '../model/yaml-source.ts';
import { readTextFile } from './text-file.ts';

/** `windshear.yaml` as read; where the file has problems, `environments` are drafts, or empty if there is nothing to draft from. */
export interface EnvironmentFile {
  readonly path: string;
  /** Absent where the file could not be read at all. */
  readonly source?: YamlSource;
  readonly default?: string;
  readonly environments: Readonly<Record<string, Environment>>;
  /** The environments as written, with what could be resolved; plugins parse their own params from it. */
  readonly raw: JsonObject;
  readonly problems: readonly Problem[];
}

/**
 * Loads `windshear.yaml`. `staging` is the state of the embedded staging, for `${staging.…}`; without it those
 * references stay, and what they stand for is not checked. Never throws for what is in the file.
 */
export async function loadEnvironmentFile(
  path: string,
  options: { readonly staging?: Json } = {},
): Promise<EnvironmentFile> {
  const text = await readTextFile(path);
  if (typeof text !== 'string') return { path, environments: {}, raw: {}, problems: [text] };
  return readEnvironmentFile(path, text, options.staging);
}

/** Reads the text of `windshear.yaml`; the pure part of `loadEnvironmentFile`. */
export function readEnvironmentFile(path: string, text: string, staging?: Json): EnvironmentFile {
  const source = parseYaml(path, text);
  if (source.problems.length > 0) return { path, source, environments: {}, raw: {}, problems: source.problems };
  const problems: Problem[] = [];
  const value = resolveReferences(source.value, { name: 'staging', values: staging }, (at, message) => {
    problems.push(source.problem(at, message));
  });
  const parsed = environmentFileSchema.safeParse(value);
  if (!parsed.success) problems.push(...schemaProblems(parsed.error, { source, schema: environmentFileSchema, value }));
  const draft = parsed.success ? undefined : draftOf(environmentFileSchema, source, value);
  const { environments = {}, default: preset } = parsed.data ?? draft?.data ?? {};
  const told = draft?.source ?? source;
  if (preset !== undefined) problems.push(...presetProblems(preset, environments, told));
  for (const [name, environment] of Object.entries(environments))
    problems.push(...stagingProblems(name, environment, told), ...leaseProblems(name, environment, told));
  return {
    path,
    source: told,
    ...(preset === undefined ? {} : { default: preset }),
    environments,
    raw: rawOf(draft?.value ?? value),
    problems,
  };
}

/** A live environment is never implied. */
function presetProblems(
  preset: string,
  environments: EnvironmentFile['environments'],
  source: YamlSource,
): readonly Problem[] {
  const environment = Object.hasOwn(environments, preset) ? environments[preset] : undefined;
  if (environment === undefined) {
    const hint = suggestion(preset, Object.keys(environments));
    return [source.problem(['default'], `default names the environment '${preset}', which is not in this file${hint}`)];
  }
  if (environment.staging === 'embedded') return [];
  return [source.problem(['default'], `default names '${preset}', which is live; a live one is named by --env only.`)];
}

/** A lease lies in a target that the environment has, and a mirror beside the lease. */
function leaseProblems(name: string, environment: Environment, source: YamlSource): readonly Problem[] {
  const { lease, journal, targets, staging } = environment;
  const at = ['environments', name];
  const problems: Problem[] = [];
  if (lease === undefined && staging === 'live')
    problems.push(
      source.problem(
        at,
        `the live environment '${name}' names no lease, which keeps another machine from injecting into it meanwhile.`,
        'staging',
      ),
    );
  const target = lease === undefined ? undefined : targetOfLease(lease);
  if (target !== undefined && targets[target] === undefined) {
    const message = `a lease of type '${lease?.type}' needs the target '${target}', which this environment does not have.`;
    problems.push(source.problem([...at, 'lease', 'type'], message));
  }
  if (lease === undefined && journal?.mirror !== undefined)
    problems.push(
      source.problem([...at, 'journal', 'mirror'], 'a mirror lies beside a lease, and this environment names none.'),
    );
  return problems;
}

/** Only an embedded staging has a state that references can read; a live one needs a beacon beside its identity. */
function stagingProblems(name: string, environment: Environment, source: YamlSource): readonly Problem[] {
  if (environment.staging === 'embedded') return [];
  const problems: Problem[] = [];
  const at = ['environments', name];
  if (environment.targets.aws !== undefined && environment.targets.aws.proof.beacon === undefined) {
    const message = `the live environment '${name}' names no beacon, which proves beside the account that it is staging.`;
    problems.push(source.problem([...at, 'targets', 'aws', 'proof'], message, 'accounts'));
  }
  if (environment.targets.kubernetes !== undefined && environment.targets.kubernetes.proof.beacon === undefined) {
    const message = `the live environment '${name}' names no beacon, which proves beside the cluster that it is staging.`;
    problems.push(source.problem([...at, 'targets', 'kubernetes', 'proof'], message, 'clusterUids'));
  }
  const written = (source.value as { environments: JsonObject }).environments[name] ?? null;
  resolveReferences(written, { name: 'env', values: undefined }, (path, message) => {
    if (message.includes('${staging.'))
      problems.push(source.problem([...at, ...path], `a live environment has no \${staging.…}; write the value.`));
  });
  return problems;
}

function rawOf(value: Json): JsonObject {
  const environments = (value as { readonly environments?: Json } | null)?.environments;
  return typeof environments === 'object' && environments !== null && !Array.isArray(environments)
    ? (environments as JsonObject)
    : {};
}
