import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { commands } from '../../src/cli/command.ts';
import { scenarioSchema } from '../../src/model/scenario.ts';
import { root } from '../sources.ts';

describe('README and CONTRIBUTING', () => {
  const documents = ['README.md', 'CONTRIBUTING.md'];

  it('name only scripts that package.json has', async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(await text('package.json'));
    for (const document of documents) {
      const named = [...(await text(document)).matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name);
      expect(named).to.not.be.empty;
      expect(Object.keys(scripts), document).to.include.members(named);
    }
  });

  it('name only commands that the command line has', async () => {
    const known = commands.map(({ name }) => name);
    const readme = await text('README.md');
    const typed = [...readme.matchAll(/npm run -s windshear -- (\w+)|`windshear (\w+)/g)].map(([, a, b]) => a ?? b);
    const list = /installed `npx windshear <command>`: (.*);/.exec(readme)?.[1] ?? '';
    const listed = [...list.matchAll(/`(\w+)/g)].map(([, name]) => name);
    expect(listed).to.have.length.above(5);
    expect(known).to.include.members([...typed, ...listed]);
  });

  it('lead only to files and folders that are there', async () => {
    for (const document of documents) {
      const paths = [
        ...(await text(document)).matchAll(/`((?:src|tools|experiments|scenarios|windshear\.yaml)[\w./-]*)`/g),
      ];
      expect(paths).to.not.be.empty;
      for (const path of paths.map(([, path]) => path ?? '')) {
        await access(join(root, path)).catch(() => expect.fail(`${document} names '${path}', which is not there.`));
      }
    }
  });

  it('show a load that a scenario may have', async () => {
    const snippet = /```yaml\n(load:[\s\S]*?)```/.exec(await text('README.md'))?.[1] ?? '';
    const { load } = parse(snippet);
    expect(scenarioSchema.shape.load.safeParse(load).error).to.equal(undefined);
    expect(Object.keys(load)).to.include.members(['before', 'expect', 'after']);
  });

  it('say of each detector of the embedded staging what windshear.yaml declares', async () => {
    const { environments } = parse(await text('windshear.yaml'));
    const declared: Record<string, Declared> = environments.embedded.detectors;
    const rows = [
      ...(await text('README.md')).matchAll(
        /^\| `([\w-]+)` \| [^|]+ \| (event|state) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm,
      ),
    ];
    const told = rows.map(([, name, sees, carries, rearm, canary]) => {
      return [name, { sees, carries, rearm, canary: canary?.replace(' (a heartbeat)', '') }] as const;
    });
    const all = Object.entries(declared).map(([name, { sees, carries, rearm, canary }]) => {
      return [name, { sees, carries: carries.join(', '), rearm, canary: Object.keys(canary).join(', ') }] as const;
    });
    expect(Object.fromEntries(told)).to.deep.equal(Object.fromEntries(all));
    const shown = Object.values(declared).filter(({ recurrence }) => (recurrence ?? 'none') !== 'none');
    expect(shown, 'README says that no alert of theirs shows a recurrence').to.deep.equal([]);
  });

  it('show an experiment that the project runs', async () => {
    const snippet = /```ts\n([\s\S]*?)```/.exec(await text('README.md'))?.[1] ?? '';
    const experiment = await text('experiments/bucket-policy-flip.experiment.ts');
    const lines = snippet.split('\n').filter((line) => line.trim() !== '');
    expect(lines).to.have.length.above(3);
    expect(experiment.split('\n')).to.include.members(lines);
  });
});

interface Declared {
  readonly sees: string;
  readonly carries: readonly string[];
  readonly recurrence?: string;
  readonly rearm: string;
  readonly canary: object;
}

function text(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}
