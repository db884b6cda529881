import { access, constants, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import type { ProcessTargetConfig } from '../../model/environment-targets.ts';
import { type Marker, markerWithPhase, type Phase } from '../../model/marker.ts';
import type { NoteProgram } from '../../model/program.ts';
import type { ProofResult, RightCheck, Target, TargetSession } from '../../model/target.ts';
import type { ProcessClients } from './clients.ts';
import { openProcesses, type Processes } from './processes.ts';
import { makeScratch, openCache } from './scratch.ts';

export interface ProcessTargetOptions {
  /** An embedded staging is on this very machine, so it needs no beacon. */
  readonly embedded: boolean;
  readonly clock: Clock;
  /** Tells when a process started, as the journal knows it. */
  readonly startOf: (pid: number) => Promise<string | undefined>;
  /** Environment variables; programs get those that windshear.yaml names, and PATH of the system. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const systemPath = '/usr/local/bin:/usr/bin:/bin';

/** The programs of this machine that windshear.yaml lists, as target; each runs in a process group of its own. */
export function processTarget(config: ProcessTargetConfig, options: ProcessTargetOptions): Target {
  const sessions = new Map<string, { readonly session: TargetSession; readonly processes: Processes }>();
  let note: NoteProgram | undefined;
  return {
    kind: 'process',
    prove: async () => [
      ...(await Promise.all(config.executables.map(proveExecutable))),
      await proveBeacon(config, options.embedded),
    ],
    session: async (phase: Phase, marker: Marker, signal: AbortSignal) => {
      signal.throwIfAborted();
      const name = markerWithPhase(marker, phase);
      const known = sessions.get(name);
      if (known !== undefined) return known.session;
      const executables = new Set(config.executables);
      const processes = openProcesses({
        executables,
        env: { PATH: systemPath, LANG: 'C.UTF-8', ...named(config.variables, options.variables) },
        marker: name,
        phase,
        startOf: options.startOf,
        trial: marker,
        note: () => note,
        graceMs: config.grace,
        clock: options.clock,
      });
      const clients: ProcessClients = {
        run: processes.run,
        start: processes.start,
        scratch: makeScratch,
        cache: async (folder) => {
          const cache = await openCache(folder, options.variables);
          const at = (file: string) => join(cache.path, basename(file));
          return {
            ...cache,
            program: (file) => allowBuilt(executables, at(file)),
            rename: (from, to) => rename(at(from), at(to)),
          };
        },
        find: (program) => find(config.executables, program),
      };
      const session = { clients, identity: { arn: 'this machine' }, calls: processes.calls };
      sessions.set(name, { session, processes });
      return session;
    },
    checkRights: ({ as, actions }) => Promise.all(actions.map((action) => checkRight(config, as, action))),
    notePrograms: (by) => {
      note = by;
    },
    close: async () => {
      await Promise.all([...sessions.values()].map(({ processes }) => processes.close()));
      sessions.clear();
    },
  };
}

async function checkRight(config: ProcessTargetConfig, as: RightCheck['as'], action: string): Promise<RightCheck> {
  const file = action.replace(/^exec /, '');
  if (!config.executables.includes(file)) {
    return { action, as, answer: 'denied', why: 'targets.process.executables does not list it' };
  }
  if (!(await isProgram(file))) return { action, as, answer: 'denied', why: 'it is no program that we may run' };
  return { action, as, answer: 'allowed', why: 'it is listed, and may be run' };
}

async function proveExecutable(path: string): Promise<ProofResult> {
  const holds = await isProgram(path);
  const expected = 'a program that may be run';
  return { kind: 'identity', what: path, expected, got: holds ? expected : 'none', holds };
}

async function proveBeacon({ proof }: ProcessTargetConfig, embedded: boolean): Promise<ProofResult> {
  const { beacon } = proof;
  if (beacon === undefined) {
    const got = embedded ? 'this machine' : 'none listed';
    const expected = embedded ? got : 'a beacon in proof.beacon';
    return { kind: 'beacon', what: 'beacon file', expected, got, holds: embedded };
  }
  const got = await readFile(beacon.file, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'),
  );
  return {
    kind: 'beacon',
    what: beacon.file,
    expected: beacon.value,
    got: got.slice(0, 80),
    holds: got === beacon.value,
  };
}

async function find(executables: readonly string[], program: string): Promise<string | undefined> {
  for (const path of executables) if (basename(path) === program && (await isProgram(path))) return path;
  return undefined;
}

async function allowBuilt(executables: Set<string>, path: string): Promise<string | undefined> {
  if (!(await isProgram(path))) return undefined;
  executables.add(path);
  return path;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function named(
  names: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
