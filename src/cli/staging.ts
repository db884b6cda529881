import { dirname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../model/duration.ts';
import { exitCodes, UsageError } from '../model/errors.ts';
import type { CommandDefinition, CommandHost } from './command.ts';
import { collect, withOutputOptions } from './options.ts';

/** What ends a staging, or may. */
interface EndOptions {
  readonly force?: boolean;
}

interface OutputOptions {
  readonly json?: boolean;
  readonly color: boolean;
  readonly quiet?: boolean;
}

interface UpOptions extends OutputOptions, EndOptions {
  readonly without?: readonly string[];
  readonly delay?: readonly string[];
  readonly noise?: number;
  readonly idleTimeout?: number;
}

/** `windshear staging up|down|status`: the embedded staging of this folder. */
export const stagingCommand: CommandDefinition = {
  define: (command, host) => {
    const up = command
      .command('up')
      .summary('start it, or start it anew with other options')
      .description('Starts the embedded staging; one that runs with the same options is used again.')
      .option(
        '--without <name>',
        'a detector whose rules do not run, <detector>.delivery, or a guardrail; may be repeated',
        collect,
      )
      .option('--delay <detector=time>', 'hold back the alerts of a detector (posture=8s); may be repeated', collect)
      .option('--noise <rate>', 'unrelated alerts on the same resources (50/s)', perSecond)
      .option('--idle-timeout <time>', 'end when nothing has used it for so long (15m)', durationMs)
      .action((options: UpOptions) => bringUp(host, options));
    const down = command
      .command('down')
      .summary('end it, with all that is in it')
      .action((options: OutputOptions & EndOptions) => bringDown(host, options));
    const status = command
      .command('status')
      .summary('say whether it runs, and where')
      .action((options: OutputOptions) => show(host, options));
    for (const one of [up, down]) one.option('--force', 'even though a run is using it');
    for (const one of [up, down, status]) withOutputOptions(one);
  },
};

async function bringUp(host: CommandHost, options: UpOptions): Promise<void> {
  const [{ stagingUp }, { stagingDetectors, withoutNames }, { suggestion }, { demandUnused }, { foldersOf }] =
    await Promise.all([
      import('../staging/up.ts'),
      import('../staging/switches.ts'),
      import('../model/nearest.ts'),
      import('../session/staging.ts'),
      import('../session/folders.ts'),
    ]);
  const console = host.console(options);
  const folders = foldersOf(console.cwd);
  const known: readonly string[] = stagingDetectors;
  for (const name of options.without ?? []) {
    if (!withoutNames.includes(name))
      throw new UsageError(`--without: there is no '${name}'${suggestion(name, withoutNames)}`);
  }
  const delay = Object.fromEntries((options.delay ?? []).map((text) => delayOf(text, known, suggestion)));
  const state = await stagingUp({
    folder: folders.staging,
    ...(options.idleTimeout === undefined ? {} : { idleTimeoutMs: options.idleTimeout }),
    ...(options.force === true ? {} : { beforeReplacing: () => demandUnused(folders) }),
    ...(options.without === undefined ? {} : { without: options.without }),
    ...(options.delay === undefined ? {} : { delay }),
    ...(options.noise === undefined ? {} : { noise: options.noise }),
    venv: { onInstall: (folder) => console.err(`Installing the AWS emulator once, into ${folder} …`) },
  });
  if (options.json === true) return console.out(JSON.stringify(publicState(state)));
  if (options.quiet !== true)
    console.out(`The embedded staging is up: ${state.aws.endpoint} (${optionsOf(state.options)}).`);
}

async function bringDown(host: CommandHost, options: OutputOptions & EndOptions): Promise<void> {
  const [{ stagingDown }, { stagingStatus }, { demandUnused }, { foldersOf }] = await Promise.all([
    import('../staging/down.ts'),
    import('../staging/status.ts'),
    import('../session/staging.ts'),
    import('../session/folders.ts'),
  ]);
  const console = host.console(options);
  const folders = foldersOf(console.cwd);
  const { status } = await stagingStatus(folders.staging);
  if (status === 'up' && options.force !== true) await demandUnused(folders);
  await stagingDown(folders.staging);
  if (options.json === true) console.out(JSON.stringify({ status: 'down', was: status }));
  else if (options.quiet !== true) {
    console.out(status === 'down' ? 'The embedded staging was not up.' : 'The embedded staging is down.');
  }
}

/** Exit code 5 where it is not up, so that scripts can ask. */
async function show(host: CommandHost, options: OutputOptions): Promise<void> {
  const { stagingStatus } = await import('../staging/status.ts');
  const console = host.console(options);
  const found = await stagingStatus(await stagingFolder(console.cwd));
  host.end(found.status === 'up' ? exitCodes.met : exitCodes.unreachable);
  if (options.json === true) {
    console.out(
      JSON.stringify(found.status === 'down' ? found : { status: found.status, ...publicState(found.state) }),
    );
  } else if (found.status === 'down') console.out('The embedded staging is not up. Run: windshear staging up');
  else if (found.status === 'dead') console.out('The embedded staging died. Run: windshear staging up');
  else {
    const { state } = found;
    console.out(`The embedded staging is up since ${state.startedAt} (${optionsOf(state.options)}).`);
    console.out(`  AWS        ${state.aws.endpoint}, accounts ${state.aws.account} and ${state.aws.secondAccount}`);
    console.out(`  Kubernetes ${state.kubernetes.server} (kubectl --kubeconfig ${state.kubernetes.kubeconfig})`);
    console.out(`  Inference  ${state.application.router}, in ${regionsOf(state)}`);
    console.out(`  Audit      ${dirname(state.audit.file)}`);
  }
}

type State = Awaited<ReturnType<typeof import('../staging/up.ts').stagingUp>>;

/** The address of the supervisor is a secret: whoever knows it can end the staging. */
function publicState({ control: _secret, ...state }: State): Omit<State, 'control'> {
  return state;
}

function regionsOf({ application }: State): string {
  return application.regions.map(({ name }) => name).join(' and ');
}

function optionsOf({ without, delay, noise }: State['options']): string {
  const parts = [
    ...without.map((name) => `without ${name}`),
    ...Object.entries(delay).map(([name, ms]) => `${name} delayed by ${ms} ms`),
    ...(noise === null ? [] : [`noise ${noise}/s`]),
  ];
  return parts.length === 0 ? 'complete' : parts.join(', ');
}

async function stagingFolder(cwd: string): Promise<string> {
  const { foldersOf } = await import('../session/folders.ts');
  return foldersOf(cwd).staging;
}

function delayOf(
  text: string,
  known: readonly string[],
  suggestion: (typed: string, known: Iterable<string>) => string,
): readonly [string, number] {
  const [name = '', time = ''] = text.split('=');
  const ms = parseDuration(time);
  if (ms === undefined) throw new UsageError(`--delay must look like posture=8s, got '${text}'.`);
  if (!known.includes(name)) throw new UsageError(`--delay: there is no detector '${name}'${suggestion(name, known)}`);
  return [name, ms];
}

function perSecond(value: string): number {
  const rate = /^(\d+)\/s$/.exec(value)?.[1];
  if (rate === undefined || Number(rate) === 0) throw new InvalidArgumentError('It must be a rate such as 50/s.');
  return Number(rate);
}

function durationMs(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError('It must be a duration with a unit (30s, 15m).');
  return ms;
}
