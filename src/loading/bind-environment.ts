import type { Catalogue } from '../model/catalogue.ts';
import type { AuditConfig, DetectorConfig, Environment } from '../model/environment.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Path, Problem } from '../model/problems.ts';
import { valueAt } from '../model/schema-problems.ts';
import type { StopProbeUse } from '../model/stop-conditions.ts';
import type { YamlSource } from '../model/yaml-source.ts';
import type { EnvironmentFile } from './environment-file.ts';
import { findPlugin, parseParams } from './plugin-params.ts';
import { limitProblem } from './stop-conditions.ts';

/** Checks each plugin that the environments of a file name, its params, and what detectors declare. */
export function environmentProblems(file: EnvironmentFile, catalogue: Catalogue): readonly Problem[] {
  const { source } = file;
  if (source === undefined) return [];
  return Object.entries(file.environments).flatMap(([name, environment]) => {
    const raw = file.raw[name];
    return raw === undefined
      ? []
      : new EnvironmentCheck({ source, raw, at: ['environments', name], catalogue }).all(environment);
  });
}

interface Checked {
  readonly source: YamlSource;
  /** The environment as written, references resolved as far as they can be. */
  readonly raw: Json;
  readonly at: Path;
  readonly catalogue: Catalogue;
}

class EnvironmentCheck {
  readonly #checked: Checked;
  readonly #problems: Problem[] = [];

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  all(environment: Environment): readonly Problem[] {
    for (const [name, detector] of Object.entries(environment.detectors)) this.#detector(name, detector);
    for (const [name, audit] of Object.entries(environment.audit)) this.#source(['audit', name], audit);
    for (const [name, { type }] of Object.entries(environment.guardrails)) this.#guardrail(['guardrails', name], type);
    for (const [index, use] of (environment.stopConditions?.probes ?? []).entries())
      this.#stopProbe(['stopConditions', 'probes', index], use, environment);
    return this.#problems;
  }

  #stopProbe(path: Path, use: StopProbeUse, { targets }: Environment): void {
    const { source, at, catalogue } = this.#checked;
    const place = [...at, ...path];
    const limit = limitProblem(use);
    if (limit !== undefined) this.#add(path, limit);
    const name = { source, typeAt: [...place, 'probe'], kind: 'probe', type: use.probe };
    const definition = findPlugin(name, catalogue.probes, this.#problems);
    if (definition === undefined) return;
    const { target, params } = definition;
    if (target !== 'none' && !Object.hasOwn(targets, target))
      this.#add(
        [...path, 'probe'],
        `'${use.probe}' needs the target '${target}', which this environment does not have.`,
      );
    parseParams(params, { source, at: [...place, 'with'], params: use.with }, this.#problems);
  }

  #detector(name: string, detector: DetectorConfig): void {
    const path = ['detectors', name];
    this.#source(path, detector);
    for (const canary of ['rule', 'tool'] as const) {
      const use = detector.canary[canary];
      if (use !== undefined)
        this.#plugin({ path: [...path, 'canary', canary], kind: 'canary', type: use.type, own: ['rule'] });
    }
    if (!detector.carries.includes('marker') && !detector.carries.includes('subject'))
      this.#add(
        [...path, 'carries'],
        `the detector '${name}' carries neither marker nor subject, so that no signal of it could be told to be a fault's (J5).`,
      );
    if (detector.groups && valueAt(this.#checked.raw, [...path, 'rearm']) === undefined)
      this.#add(
        [...path, 'groups'],
        `the detector '${name}' groups alerts, so it must declare rearm: none, resolved or a duration (J9).`,
      );
  }

  #source(path: Path, { channel, format }: DetectorConfig | AuditConfig): void {
    this.#plugin({ path: [...path, 'channel'], kind: 'channel', type: channel.type, own: [] });
    const formats = (Array.isArray(format) ? format : [format]).map((entry, index) => {
      const at = Array.isArray(format) ? [...path, 'format', index] : [...path, 'format'];
      const type = typeof entry === 'string' ? entry : entry.type;
      const definition = this.#plugin({ path: at, kind: 'format', type, own: [], bare: typeof entry === 'string' });
      return { at, definition: definition as { readonly yields?: string } | undefined, type };
    });
    for (const [index, { at, definition, type }] of formats.entries()) {
      const isLast = index === formats.length - 1;
      if (isLast && definition?.yields === 'content')
        this.#add(at, `the format '${type}' is an envelope: name the format of what it holds after it.`);
      if (!isLast && definition?.yields === 'signals')
        this.#add(at, `the format '${type}' yields signals, so it must be the last of its list.`);
    }
  }

  #guardrail(path: Path, type: string): void {
    this.#plugin({ path, kind: 'guardrail', type, own: ['uses', 'onlyWriter'] });
  }

  /** `own` are the keys beside `type` that are the environment's, not the plugin's. */
  #plugin(use: {
    readonly path: Path;
    readonly kind: 'channel' | 'format' | 'canary' | 'guardrail';
    readonly type: string;
    readonly own: readonly string[];
    readonly bare?: boolean;
  }): unknown {
    const { source, raw, at, catalogue } = this.#checked;
    const place = [...at, ...use.path];
    const known: ReadonlyMap<string, { readonly params: Parameters<typeof parseParams>[0] }> = {
      channel: catalogue.channels,
      format: catalogue.formats,
      canary: catalogue.canaries,
      guardrail: catalogue.guardrails,
    }[use.kind];
    const typeAt = use.bare === true ? place : [...place, 'type'];
    const definition = findPlugin({ source, typeAt, kind: use.kind, type: use.type }, known, this.#problems);
    if (definition === undefined) return undefined;
    const written = use.bare === true ? {} : ((valueAt(raw, use.path) ?? {}) as JsonObject);
    const own = new Set(['type', ...use.own]);
    const params = Object.fromEntries(Object.entries(written).filter(([key]) => !own.has(key)));
    parseParams(definition.params, { source, at: place, params }, this.#problems);
    return definition;
  }

  #add(path: Path, message: string): void {
    const { source, at } = this.#checked;
    this.#problems.push(source.problem([...at, ...path], message));
  }
}
