import { Argument } from 'commander';
import { UsageError } from '../model/errors.ts';
import { suggestion } from '../model/nearest.ts';
import type { CommandDefinition } from './command.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

const kinds = ['faults', 'detectors', 'channels', 'formats', 'canaries', 'guardrails', 'probes', 'loads', 'scenarios'];

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly more?: string;
}

/** `windshear list <kind>`: plugins from the catalogue, detectors and guardrails of the environment, scenarios. */
export const listCommand: CommandDefinition = {
  define: (command, host) => {
    withCommonOptions(command)
      .addArgument(new Argument('<kind>', 'what to list').argParser(kindOf))
      .addHelpText('after', `\nKinds: ${kinds.join(', ')}`)
      .action(async (kind: string, options: CommonOptions) => {
        const [{ palette }, { plainText }] = await Promise.all([
          import('../scorecard/palette.ts'),
          import('../scorecard/plain-text.ts'),
        ]);
        const console = host.console(options);
        const listed = await listOf(kind, options);
        if (options.json === true) return console.out(JSON.stringify(listed));
        const width = Math.max(...listed.map((one) => one.name.length), 0);
        const paint = palette(console.colour);
        for (const { name, title, more } of listed) {
          const rest = more === undefined ? '' : paint.dim(`  ${plainText(more)}`);
          console.out(`${paint.bold(plainText(name).padEnd(width))}  ${plainText(title)}${rest}`);
        }
        if (listed.length === 0 && options.quiet !== true) console.err(`There are no ${kind}.`);
      });
  },
};

function kindOf(kind: string): string {
  if (kinds.includes(kind)) return kind;
  throw new UsageError(`There is nothing like '${kind}' to list${suggestion(kind, kinds)}`);
}

async function listOf(kind: string, options: CommonOptions): Promise<readonly Listed[]> {
  const { catalogue } = await import('../catalogue.ts');
  switch (kind) {
    case 'faults':
      return [...catalogue.faults.values()].map((f) => ({
        name: f.type,
        title: f.title,
        more: f.techniques.join(' '),
      }));
    case 'channels':
      return titled(catalogue.channels);
    case 'formats':
      return titled(catalogue.formats);
    case 'canaries':
      return titled(catalogue.canaries);
    case 'probes':
      return [...catalogue.probes.values()].map((p) => ({ name: p.type, title: p.title, more: p.unit }));
    case 'loads':
      return titled(catalogue.loads);
    case 'guardrails':
      return [...catalogue.guardrails.values()].map((g) => ({
        name: g.type,
        title: g.title,
        more: g.outcomes.join(' '),
      }));
    default:
      return fromFiles(kind, options);
  }
}

function titled(plugins: ReadonlyMap<string, { readonly type: string; readonly title: string }>): readonly Listed[] {
  return [...plugins.values()].map((plugin) => ({ name: plugin.type, title: plugin.title }));
}

/** What the project's own files name; they need not be free of problems elsewhere. */
async function fromFiles(kind: string, options: CommonOptions): Promise<readonly Listed[]> {
  if (kind === 'scenarios') {
    const [{ loadScenarios }, { InvalidFilesError }] = await Promise.all([
      import('../loading/scenario-files.ts'),
      import('../model/problems.ts'),
    ]);
    const { files, problems } = await loadScenarios();
    if (problems.length > 0) throw new InvalidFilesError(problems);
    return files.map(({ scenario }) => ({ name: scenario.id, title: scenario.title, more: scenario.tags.join(' ') }));
  }
  const [{ loadEnvironmentFile }, { chooseEnvironment }, { InvalidFilesError }] = await Promise.all([
    import('../loading/environment-file.ts'),
    import('../loading/validate.ts'),
    import('../model/problems.ts'),
  ]);
  const file = await loadEnvironmentFile(options.config);
  if (file.problems.length > 0) throw new InvalidFilesError(file.problems);
  const chosen = chooseEnvironment(file, options.env);
  if ('message' in chosen) throw new InvalidFilesError([chosen]);
  return Object.entries(chosen.environment.detectors).map(([name, detector]) => {
    const formats = [detector.format].flat().map((format) => (typeof format === 'string' ? format : format.type));
    const canaries = Object.keys(detector.canary).join(', ') || 'none';
    return {
      name,
      title: `${detector.channel.type}, ${formats.join(' in ')}`,
      more: `sees ${detector.sees} · carries ${detector.carries.join(', ')} · canary ${canaries}`,
    };
  });
}
