/** Holds the import directions: `node tools/check-imports.ts` prints what breaks them, and why it matters. */
import { posix } from 'node:path';
import { type Part, parts } from './import-rules.ts';
import { type Import, importsOf } from './imports-of.ts';
import { type Finding, parse, readSources, report, type Source } from './sources.ts';

/** Finds forbidden directions, cycles, barrels, folders without a subject, and client libraries loaded too early. */
export function findImportViolations(sources: readonly Source[]): readonly Finding[] {
  const imports = new Map(sources.map((source) => [source.path, importsOf(parse(source))]));
  return sources.flatMap((source) => {
    const own = imports.get(source.path) ?? [];
    return [
      ...own.flatMap((one) => direction(source.path, one)),
      ...own.flatMap((one) => eagerClient(source.path, one)),
      ...cycle(source.path, imports),
      ...barrel(source),
      ...vagueName(source.path),
    ];
  });
}

function direction(path: string, { specifier, offset, typeOnly }: Import): readonly Finding[] {
  const from = partOf(path);
  const isSpec = path.endsWith('.spec.ts');
  if (specifier === 'windshear' && path.startsWith('src/') && from?.name !== 'testing' && !isSpec) {
    return [{ path, offset, message: "src may not import 'windshear', because that is itself, seen from outside" }];
  }
  const target = resolve(path, specifier);
  if (target === undefined) return [];
  const to = partOf(target);
  if (from === undefined || to === undefined) {
    const homeless = from === undefined ? path : target;
    return [{ path, offset, message: `${homeless} belongs to no part of the house: tools/import-rules.ts lists them` }];
  }
  if (allows(from, to, typeOnly) || (isSpec && (to.name === 'testing' || isBelow(to, from)))) return [];
  const only =
    from.may === 'all'
      ? `${from.name} may import all but ${list(from.mayNot ?? [], 'and')}`
      : `${from.name} may import ${allowance(from)}`;
  return [{ path, offset, message: `${only}, not ${to.name}, because ${from.because}` }];
}

function allows(from: Part, to: Part, typeOnly: boolean): boolean {
  if (from.name === to.name) return true;
  if (to.name === 'tools' || to.name === 'game days') return false;
  if (from.may === 'all') return !from.mayNot?.includes(to.name);
  return from.may.includes(to.name) || (typeOnly && from.mayTypesOf?.includes(to.name) === true);
}

/** The spec of what plugins have in common may try it with plugins. */
function isBelow(to: Part, from: Part): boolean {
  return to.at.every((at) => from.at.some((above) => at.startsWith(above)));
}

function allowance({ may, mayTypesOf = [] }: Part): string {
  const what = [...(may === 'all' ? [] : may), ...mayTypesOf.map((name) => `types of ${name}`)];
  return what.length === 0 ? 'nothing of ours' : `only ${list(what, 'and')}`;
}

/** Client libraries take 40 to 200 ms each to load; whatever `--help` or `validate` reads must not load one. */
function eagerClient(path: string, { specifier, offset, typeOnly, lazy }: Import): readonly Finding[] {
  const client = /^@aws-sdk\/|^@kubernetes\//.test(specifier);
  const loadsClients = /^src\/(targets|staging|testing)\/|^tools\/|\.spec\.ts$/.test(path);
  if (!client || typeOnly || lazy || loadsClients) return [];
  const message = `${specifier} may be imported here only as a type or by import(), because it takes 40 ms and more to load`;
  return [{ path, offset, message }];
}

/** Reports a cycle once, at the file that comes first in the alphabet. */
function cycle(path: string, imports: ReadonlyMap<string, readonly Import[]>): readonly Finding[] {
  const first = [...(imports.get(path) ?? [])].filter(({ lazy }) => !lazy);
  for (const { specifier, offset } of first) {
    const target = resolve(path, specifier);
    if (target === undefined) continue;
    const way = wayBack(target, path, imports);
    if (way?.every((step) => step >= path)) {
      return [{ path, offset, message: `is part of an import cycle: ${[path, ...way].join(' → ')}` }];
    }
  }
  return [];
}

function wayBack(
  from: string,
  to: string,
  imports: ReadonlyMap<string, readonly Import[]>,
): readonly string[] | undefined {
  const ways: string[][] = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const at = way.at(-1) ?? from;
    if (at === to) return way;
    for (const { specifier, lazy } of imports.get(at) ?? []) {
      const next = resolve(at, specifier);
      if (lazy || next === undefined || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

function barrel(source: Source): readonly Finding[] {
  if (source.path === 'src/index.ts') return [];
  const { body } = parse(source);
  const onlyPassesOn = body.every(
    (node) => node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null),
  );
  if (body.length === 0 || !onlyPassesOn) return [];
  const message = 'only passes on what others export; import it where it is defined (src/index.ts is the one barrel)';
  return [{ path: source.path, offset: 0, message }];
}

function vagueName(path: string): readonly Finding[] {
  const vague = /(?:^|\/)(utils?|common|helpers?|misc|shared|lib)(?=\/|\.)/.exec(path)?.[1];
  if (vague === undefined) return [];
  return [{ path, offset: 0, message: `'${vague}' says nothing; name the file and its folder after the idea` }];
}

function partOf(path: string): Part | undefined {
  const matches = parts.flatMap((part) => part.at.filter((at) => path.startsWith(at)).map((at) => ({ part, at })));
  return matches.sort((a, b) => b.at.length - a.at.length)[0]?.part;
}

function resolve(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

function list(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

if (import.meta.main) {
  const sources = await readSources('src', 'experiments', 'tools');
  report(findImportViolations(sources), sources, 'import directions');
}
