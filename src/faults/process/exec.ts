import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { conceal } from '../../model/conceal.ts';
import { defineFault, type FaultContext } from '../../model/fault.ts';
import { positiveDurationSchema } from '../../model/fields.ts';
import type { Json } from '../../model/json.ts';
import type { ProcessClients, ProcessResult } from '../../targets/process/clients.ts';
import { observed, stateIn, withoutUndo } from '../declared-state.ts';
import { type Filling, fillText, readValue, valueAt } from '../placeholders.ts';

type Context = FaultContext<ProcessClients>;

const argvField = z
  .tuple([z.string().regex(/^\/\S/, { error: 'must be the absolute path of a program' })], z.string())
  .describe('Program and arguments; there is no shell.');

const params = z.strictObject({
  argv: argvField,
  /** What the program touches, by the names that detectors use: nobody else knows. */
  touches: z.array(z.string().min(1)).min(1),
  impairs: z.array(z.string()).default([]),
  /** Prints the state that the program changes, as JSON or text. */
  read: z.strictObject({
    argv: argvField,
    pointer: z
      .string()
      .regex(/^(\/.*)?$/, { error: 'must be a JSON Pointer (/mode)' })
      .default(''),
    /** Exit code that says that there is nothing to read, which reads as null. */
    absentExitCode: z.number().int().min(1).max(255).optional(),
  }),
  undo: z.strictObject({
    argv: argvField,
    input: z
      .string()
      .describe(
        `Goes to stdin. Arguments are seen by all users of a machine: a \${before} that is secret belongs here.`,
      )
      .optional(),
  }),
  timeout: positiveDurationSchema.describe('Default 30s.').optional(),
});
type Params = z.infer<typeof params>;

const defaultTimeoutMs = 30_000;

/**
 * Runs one program that the scenario describes, with the program that prints its effect and the one that undoes it.
 * `${marker}` and, in undo, `${before}` are replaced in arguments, and in what undo gets on stdin.
 */
export const processExec = defineFault({
  type: 'process.exec',
  kind: 'change',
  target: 'process',
  title: 'Run a program',
  description:
    'Any program that changes something and can be undone by another. The scenario says what it touches, how its effect is read and how it is undone; only programs that the environment lists are run, without a shell.',
  params,
  example: {
    argv: ['/usr/local/bin/flagctl', 'set', 'debug', 'on'],
    touches: ['flag/debug'],
    impairs: [],
    read: { argv: ['/usr/local/bin/flagctl', 'get', 'debug'], pointer: '' },
    undo: { argv: ['/usr/local/bin/flagctl', 'set', 'debug', `\${before}`] },
  },
  techniques: [],
  permissions: (p: Params) => ({
    inject: [`exec ${p.argv[0]}`],
    observe: [`exec ${p.read.argv[0]}`],
    revert: [`exec ${p.read.argv[0]}`, `exec ${p.undo.argv[0]}`],
  }),
  touches: (p) => p.touches,
  impairs: (p) => p.impairs,
  settleMs: 0,
  volatile: [],
  selfDeclared: true,
  residue: ['whatever undo does not put back: touches, read and undo are self-declared'],

  capture: async (ctx: Context, p: Params) => ({ state: await read(ctx, p) }),

  inject: async (ctx, p) => {
    await run(ctx, { argv: p.argv, timeout: p.timeout, mutating: true }, { marker: ctx.marker });
    return {};
  },

  observe: async (ctx, p, before, after) => {
    const state = await read(ctx, p);
    return observed(before, state, after);
  },

  revert: async (ctx, p, before, after) => {
    const state = await read(ctx, p);
    const nothing = withoutUndo(before, state, after);
    if (nothing !== undefined) return nothing;
    const readAtMs = ctx.clock.monoMs();
    const filling = { marker: ctx.marker, before: stateIn(before) };
    const { argv, input } = p.undo;
    await run(ctx, { argv, input, timeout: p.timeout, mutating: true }, filling);
    return { outcome: 'removed', unguardedMs: ctx.clock.monoMs() - readAtMs };
  },
});

async function read(ctx: Context, { read: { argv, pointer, absentExitCode }, timeout }: Params): Promise<Json> {
  const result = await exec(ctx, { argv, timeout, mutating: false }, { marker: ctx.marker });
  if (absentExitCode !== undefined && result.exitCode === absentExitCode) return null;
  demandSuccess(argv[0], result);
  return valueAt(readValue(result.stdout), pointer);
}

interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly input?: string | undefined;
  readonly timeout: number | undefined;
  readonly mutating: boolean;
}

async function run(ctx: Context, command: Command, filling: Filling): Promise<void> {
  const { stderr, ...result } = await exec(ctx, command, filling);
  // A program that will not take back a value may quote it.
  const captured = filling.before === undefined ? [] : [fillText(`\${before}`, filling)];
  demandSuccess(command.argv[0], { ...result, stderr: conceal(stderr, captured) });
}

function exec(ctx: Context, command: Command, filling: Filling): Promise<ProcessResult> {
  const { argv, input, timeout = defaultTimeoutMs, mutating } = command;
  const [file, ...args] = argv;
  const filled: [string, ...string[]] = [file, ...args.map((arg) => fillText(arg, filling))];
  const given = input === undefined ? {} : { input: fillText(input, filling) };
  return ctx.clients.run({ argv: filled, ...given, timeoutMs: timeout, mutating }, ctx.signal);
}

/** A program that fails may have changed something before: what is read decides, not its exit code. */
function demandSuccess(file: string, { exitCode, signal, stderr }: ProcessResult): void {
  if (exitCode === 0) return;
  const how = exitCode === undefined ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  throw new CallError('failed', `exit-${exitCode ?? signal}`, `${file} ${how}${said === '' ? '' : `: ${said}`}`);
}
