import { existsSync } from 'node:fs';
import { UsageError } from '../model/errors.ts';
import { suggestion } from '../model/nearest.ts';
import type { BoundScenario } from '../model/run.ts';

/** Which scenarios a command is about. */
export interface Pick {
  /** Ids, files and folders; all of `scenarios/` where there are none. */
  readonly names: readonly string[];
  readonly tags?: readonly string[] | undefined;
  /** Part of an id or title, in any case. */
  readonly grep?: string | undefined;
  /** Only these ids, whatever else is picked. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Says which files and folders must be read: those named, and `scenarios/` where a name is an id or none is given. */
export function pathsOf({ names }: Pick): readonly string[] | undefined {
  const paths = names.filter(isPath);
  if (paths.length === 0) return undefined;
  return paths.length === names.length ? paths : [...paths, 'scenarios'];
}

/** Picks among what was read. Throws `UsageError` where an id is unknown, or nothing is left. */
export function pickScenarios(all: readonly BoundScenario[], pick: Pick): readonly BoundScenario[] {
  const ids = pick.names.filter((name) => !isPath(name));
  const known = all.map((one) => one.scenario.id);
  const unknown = ids
    .filter((id) => !known.includes(id))
    .map((id) => `There is no scenario '${id}'${suggestion(id, known)}`);
  if (unknown.length > 0) throw new UsageError(unknown.join('\n'));
  const paths = pick.names.filter(isPath);
  const text = pick.grep?.toLowerCase();
  const picked = all.filter(({ scenario, file }) => {
    const named = pick.names.length === 0 || ids.includes(scenario.id) || paths.some((path) => isBelow(file, path));
    const tagged = pick.tags === undefined || pick.tags.some((tag) => scenario.tags.includes(tag));
    const found = text === undefined || `${scenario.id} ${scenario.title}`.toLowerCase().includes(text);
    return named && tagged && found && (pick.only?.has(scenario.id) ?? true);
  });
  if (picked.length > 0) return picked;
  const how = [
    pick.tags?.map((tag) => `--tag ${tag}`).join(' '),
    pick.grep === undefined ? undefined : `--grep ${pick.grep}`,
  ];
  const asked = [...pick.names, ...how].filter((part) => part !== undefined && part !== '').join(' ');
  throw new UsageError(
    `No scenario is left to run${asked === '' ? '' : ` of ${asked}`}. Run: windshear list scenarios`,
  );
}

function isPath(name: string): boolean {
  return /[/\\]|\.ya?ml$/.test(name) || (name === 'scenarios' && existsSync(name));
}

function isBelow(file: string, path: string): boolean {
  const folder = path.replace(/^\.\//, '').replace(/\/+$/, '');
  const normal = file.replace(/^\.\//, '');
  return normal === folder || normal.startsWith(`${folder}/`);
}
