import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { LoadContext } from '../model/load.ts';
import type { ProcessClients, ProcessResult } from '../targets/process/clients.ts';

export interface BinaryRequest {
  /** `module@version`, in any order. */
  readonly extensions: readonly string[];
  /** Version of k6 to build with them, such as `v1.8.1`. */
  readonly version?: string | undefined;
}

const buildTimeoutMs = 20 * 60_000;

/** Looks for k6, or for what builds one, and runs nothing. Throws `UsageError` that names the scenario and the remedy. */
export async function demandTools(
  { clients, scenario }: LoadContext<ProcessClients>,
  of: BinaryRequest,
): Promise<void> {
  const tool = of.extensions.length > 0 ? 'go' : 'k6';
  if ((await clients.find(tool)) === undefined) throw missing(tool, scenario, of);
}

/**
 * Finds the k6 of the environment, or builds one with the extensions: with xk6 where that is listed, else with Go in the
 * same way. A build is kept by its versions. Throws `UsageError` that names the scenario and the remedy.
 */
export async function findBinary(ctx: LoadContext<ProcessClients>, request: BinaryRequest): Promise<string> {
  const { clients, scenario } = ctx;
  if (request.extensions.length > 0) return builtBinary(ctx, request);
  const found = await clients.find('k6');
  if (found !== undefined) return found;
  throw missing('k6', scenario, request);
}

function missing(tool: 'go' | 'k6', scenario: string, { version = '', extensions }: BinaryRequest): UsageError {
  return new UsageError(
    tool === 'k6'
      ? `Scenario '${scenario}' needs k6, and targets.process.executables lists no k6 that can be run: install it ` +
          '(https://grafana.com/docs/k6/latest/set-up/install-k6/) and add its absolute path to windshear.yaml.'
      : `Scenario '${scenario}' needs k6 ${version} with ${extensions.join(', ')}, which is built with Go: add the ` +
          'absolute path of go, and of xk6 where you have it, to targets.process.executables in windshear.yaml.',
  );
}

async function builtBinary(ctx: LoadContext<ProcessClients>, request: BinaryRequest): Promise<string> {
  const { clients, scenario } = ctx;
  const version = request.version ?? '';
  const extensions = [...new Set(request.extensions)].toSorted();
  const key = createHash('sha256')
    .update([version, ...extensions].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const cache = await clients.cache(`k6-${key}`);
  const kept = await cache.program('k6');
  if (kept !== undefined) return kept;
  const [xk6, go] = [await clients.find('xk6'), await clients.find('go')];
  if (go === undefined) throw missing('go', scenario, request);
  ctx.log(`Building k6 ${version} with ${extensions.join(', ')}; this takes some minutes once.`);
  const home = await clients.cache('go');
  const env = {
    HOME: home.path,
    PATH: `${dirname(go)}:/usr/local/bin:/usr/bin:/bin`,
    GOFLAGS: '-modcacherw',
    CGO_ENABLED: '0',
  };
  const run = async (argv: readonly [string, ...string[]]): Promise<void> => {
    const command = { argv, env, cwd: cache.path, timeoutMs: buildTimeoutMs, mutating: false };
    demandBuilt(await clients.run(command, ctx.signal), { scenario, argv });
  };
  // Built beside its place: half a build is never taken for a whole one.
  if (xk6 !== undefined) {
    const withs = extensions.flatMap((extension) => ['--with', extension]);
    await run([xk6, 'build', version, ...withs, '--output', `${cache.path}/k6.new`]);
  } else {
    await cache.write('main.go', mainOf(version, extensions));
    await cache.write('go.mod', 'module windshear.invalid/k6\n\ngo 1.24\n');
    await run([go, 'get', `${moduleOf(version)}@${version}`, ...extensions]);
    await run([go, 'mod', 'tidy']);
    await run([go, 'build', '-trimpath', '-o', `${cache.path}/k6.new`, '.']);
  }
  await cache.rename('k6.new', 'k6');
  const built = await cache.program('k6');
  if (built !== undefined) return built;
  throw new UsageError(`Scenario '${scenario}' needs k6 ${version} with extensions, and its build left no program.`);
}

/** What xk6 generates: k6's own command with the extensions imported for their side effects. */
function mainOf(version: string, extensions: readonly string[]): string {
  const imports = extensions.map((extension) => `\t_ "${extension.slice(0, extension.lastIndexOf('@'))}"`);
  return `package main\n\nimport (\n\t"${moduleOf(version)}/cmd"\n${imports.join('\n')}\n)\n\nfunc main() {\n\tcmd.Execute()\n}\n`;
}

/** https://go.dev/ref/mod#major-version-suffixes */
function moduleOf(version: string): string {
  const major = Number(/^v(\d+)\./.exec(version)?.[1] ?? 1);
  return major < 2 ? 'go.k6.io/k6' : `go.k6.io/k6/v${major}`;
}

function demandBuilt(
  { exitCode, stderr }: ProcessResult,
  { scenario, argv }: { readonly scenario: string; readonly argv: readonly string[] },
): void {
  if (exitCode === 0) return;
  const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 400);
  throw new UsageError(
    `Scenario '${scenario}' needs a k6 that could not be built: ${argv.slice(0, 3).join(' ')}: ${said}`,
  );
}
