import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { catalogue } from '../catalogue.ts';

const run = promisify(execFile);

interface AnyPlugin {
  readonly type: string;
  readonly title: string;
  readonly description: string;
}

const folders = {
  channels: 'detectors/channels',
  formats: 'detectors/formats',
  canaries: 'detectors/canaries',
  guardrails: 'guardrails',
  probes: 'probes',
  loads: 'loads',
} as const;

describe('catalogue', () => {
  it('loads no client library', async () => {
    const script = `
      import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) {
        if (/node_modules/.test(url) && !/node_modules\\/(zod|yaml)\\//.test(url)) console.log(url);
        return next(url, context);
      } });
      await import(${JSON.stringify(new URL('../catalogue.ts', import.meta.url).href)});`;
    const args = ['--conditions=windshear-source', '--input-type=module', '-e', script];
    const { stdout } = await run(process.execPath, args);
    expect(stdout).to.equal('');
  });

  for (const [kind, folder] of Object.entries(folders)) {
    const plugins = [...(catalogue[kind as keyof typeof folders] as ReadonlyMap<string, AnyPlugin>).values()];
    for (const plugin of plugins) {
      it(`has ${kind} '${plugin.type}' in the file of its id, with a title and a sentence that describes it`, () => {
        expect(existsSync(fileURLToPath(new URL(`../${folder}/${plugin.type}.ts`, import.meta.url)))).to.equal(true);
        expect(plugin.title).to.not.equal('');
        expect(plugin.description).to.match(/\.$/);
      });
    }
  }

  for (const plugin of [...catalogue.guardrails.values(), ...catalogue.probes.values(), ...catalogue.loads.values()]) {
    it(`has an example of '${plugin.type}' that its schema leaves as it is`, () => {
      expect(plugin.params.parse(plugin.example)).to.deep.equal(plugin.example);
    });
  }
});
