/** Keeps real time, chance and disk out of what a simulation drives: `node tools/check-determinism.ts`. */
import { type Expression, type Program, Visitor } from 'oxc-parser';
import { importsOf } from './imports-of.ts';
import { type Finding, parse, readSources, report, type Source } from './sources.ts';

const pure = [
  'src/engine/',
  'src/model/',
  'src/faults/',
  'src/guardrails/',
  'src/probes/',
  'src/loads/',
  'src/detectors/',
];

/** Channels may open sockets and files and read and draw secrets, which is what they are for; time still comes from ctx. */
const edges = ['src/detectors/channels/'];

const globals: Readonly<Record<string, string>> = {
  'Date.now': 'clock.epochMs()',
  'performance.now': 'clock.monoMs()',
  'performance.timeOrigin': 'clock.epochMs()',
  'process.hrtime': 'clock.monoMs()',
  'process.uptime': 'clock.monoMs()',
  'process.env': 'a parameter',
  'process.exit': 'an error of model/errors.ts',
  'Math.random': 'random.bytes()',
  'AbortSignal.timeout': 'clock.sleep() and an AbortController',
};
const timers = ['setTimeout', 'setInterval', 'setImmediate'];
const worldly = /^(?:node:)?(?:fs|fs\/promises|child_process|net|tls|dgram|http|https|http2|worker_threads|os)$/;
const timely = /^(?:node:)?(?:timers|timers\/promises|perf_hooks)$/;

/** Finds calls that would make a simulated run differ from the real one, or from itself. */
export function findIndeterminism(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => {
    const isEdge = edges.some((folder) => source.path.startsWith(folder));
    const isPure = !isEdge && pure.some((folder) => source.path.startsWith(folder));
    if (source.path.endsWith('.spec.ts') || !(isEdge || isPure)) return [];
    return findIn(parse(source), isEdge).map((finding) => ({ path: source.path, ...finding }));
  });
}

function findIn(program: Program, isEdge: boolean): Omit<Finding, 'path'>[] {
  const found: Omit<Finding, 'path'>[] = [];
  const add = (offset: number, what: string, instead: string) => {
    const message = `${what} may not be used here, because simulations run this code in virtual time: use ${instead}`;
    found.push({ offset, message });
  };
  for (const { specifier, offset, typeOnly } of importsOf(program)) {
    if (typeOnly) continue;
    if (timely.test(specifier)) add(offset, specifier, 'the clock of ctx');
    if (worldly.test(specifier) && !isEdge) add(offset, specifier, 'what comes in as a parameter (disk, clients)');
  }
  new Visitor({
    MemberExpression: (node) => {
      const name = dotted(node);
      if (name === undefined) return;
      const instead = globals[name] ?? (isRandomBytes(name) ? 'random.bytes()' : undefined);
      if (isEdge && (name === 'process.env' || isRandomBytes(name))) return;
      if (instead !== undefined) add(node.start, name, instead);
    },
    ImportDeclaration: ({ source, specifiers }) => {
      if (isEdge || !/^(?:node:)?crypto$/.test(source.value)) return;
      for (const specifier of specifiers) {
        const name = `crypto.${specifier.local.name}`;
        if (isRandomBytes(name)) add(specifier.start, name, 'random.bytes()');
      }
    },
    CallExpression: ({ callee, start }) => {
      const name = dotted(callee);
      if (name !== undefined && timers.includes(name)) add(start, name, 'clock.sleep()');
      if (name === 'Date') add(start, 'Date()', 'clock.epochMs()');
    },
    NewExpression: ({ callee, arguments: args, start }) => {
      if (dotted(callee) === 'Date' && args.length === 0) add(start, 'new Date()', 'new Date(clock.epochMs())');
    },
  }).visit(program);
  return found.sort((a, b) => a.offset - b.offset);
}

function isRandomBytes(name: string): boolean {
  return /^crypto\.(?:random\w*|getRandomValues|generateKey\w*)$/.test(name);
}

/** `Date.now` of `Date.now`, `globalThis.Date.now` and `Date['now']`. */
function dotted(node: Expression): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return undefined;
  const object = dotted(node.object as Expression);
  const property = node.computed
    ? node.property.type === 'Literal' && String(node.property.value)
    : node.property.type === 'Identifier' && node.property.name;
  if (object === undefined || property === false) return undefined;
  return object === 'globalThis' ? property : `${object}.${property}`;
}

if (import.meta.main) {
  const sources = await readSources('src');
  report(findIndeterminism(sources), sources, 'determinism');
}
