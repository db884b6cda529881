import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { InvalidFilesError, problemText } from '../model/problems.ts';
import {
  smallCatalogue as catalogue,
  smallEnvironment,
  smallScenario,
  smallState,
} from '../testing/fakes/small-catalogue.ts';
import { loadFiles } from './load.ts';
import { validateFiles } from './validate.ts';

describe('validateFiles', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const validate = (options: { environment?: string; scenarios?: readonly string[] } = {}) =>
    validateFiles({
      environmentFile: path('windshear.yaml'),
      scenarios: [path('scenarios')],
      catalogue,
      staging: smallState,
      ...options,
    });
  const messages = async (options?: Parameters<typeof validate>[0]) =>
    (await validate(options)).problems.map((problem) => problemText(problem).replaceAll(`${folder}/`, ''));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-validate-'));
    await mkdir(path('scenarios/aws'), { recursive: true });
    await writeFile(path('windshear.yaml'), smallEnvironment);
    await writeFile(path('scenarios/aws/bucket-open.yaml'), smallScenario);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('counts what it read, and picks the default environment', async () => {
    const { counts, problems, chosen, scenarios } = await validate();
    expect(problems).to.deep.equal([]);
    expect(counts).to.deep.equal({ scenarios: 1, environments: 1, expectations: 2 });
    expect(chosen?.name).to.equal('small');
    expect(scenarios[0]?.file).to.equal(path('scenarios/aws/bucket-open.yaml'));
  });

  it('refuses a named pipe that nobody writes to, at once', async () => {
    await promisify(execFile)('mkfifo', [path('scenarios/pipe.yaml')]);
    expect(await messages({ scenarios: [path('scenarios/pipe.yaml')] })).to.deep.equal([
      'scenarios/pipe.yaml: is a device, not a file.',
    ]);
  });

  it('tells all problems of all files at once, in order', async () => {
    await writeFile(path('windshear.yaml'), smallEnvironment.replace('type: denier', 'type: deniar'));
    await writeFile(path('scenarios/aws/bucket-open.yaml'), smallScenario.replace('within: 4s', 'within: 4'));
    await writeFile(path('scenarios/other.yaml'), 'a: [1\n');
    const found = await messages();
    expect(found).to.have.length(3);
    expect(found[0]).to.match(/^scenarios\/aws\/bucket-open\.yaml:16:\d+: .*duration with a unit/);
    expect(found[1]).to.match(/^scenarios\/other\.yaml:/);
    expect(found[2]).to.match(/^windshear\.yaml:27:\d+: .*no guardrail 'deniar'/);
  });

  for (const [what, from, to, at] of [
    ['an SLO', 'within: 4s, severity', `within: "\${env.slo}", severity`, '16'],
    ['all params of a fault', /with: \{ bucket: "\$\{env\.bucket\}" \}/, `with: "\${env.bucket}"`, '8'],
  ] as const) {
    it(`refuses a reference that stands for ${what}, where none is resolved`, async () => {
      await writeFile(path('scenarios/aws/bucket-open.yaml'), smallScenario.replace(from, to));
      const [first] = await messages();
      expect(first).to.match(new RegExp(`^scenarios/aws/bucket-open\\.yaml:${at}:\\d+: `));
    });
  }

  it('tells unknown names beside what the schema refuses, in one file', async () => {
    const broken = smallScenario
      .replace('within: 4s', 'within: 4')
      .replace('type: aws.bucket.open\n    as', 'type: aws.bucket.opne\n    as')
      .replace('detector: posture', 'detector: postrue')
      .replace('title:', 'titel:');
    await writeFile(path('scenarios/aws/bucket-open.yaml'), broken);
    await writeFile(
      path('windshear.yaml'),
      smallEnvironment.replace('sees: event', 'sees: events').replace('denier', 'deniar'),
    );
    const found = (await messages()).join('\n');
    expect(found.split('\n')).to.have.length(7);
    expect(found).to.match(/:6:11: .*no fault 'aws.bucket.opne'; did you mean 'aws.bucket.open'/);
    expect(found).to.match(/duration with a unit/);
    expect(found).to.match(/no detector 'postrue'; did you mean 'posture'/);
    expect(found).to.match(/unknown key 'titel'.*did you mean 'title'/);
    expect(found).to.match(/title is required/);
    expect(found).to.match(/must be 'state' or 'event', got 'events'/);
    expect(found).to.match(/no guardrail 'deniar'/);
  });

  it('tells a hundred of two thousand unknown keys, and how many more there are', async () => {
    const keys = Array.from({ length: 2000 }, (_, n) => `k${n}: 1\n`).join('');
    await writeFile(path('scenarios/aws/bucket-open.yaml'), `${smallScenario}${keys}`);
    const found = await messages();
    expect(found).to.have.length(101);
    expect(found.join('\n')).to.include('1900 more unknown keys are not told.');
  });

  it('refuses a file of 50 MB without reading it', async () => {
    await writeFile(path('scenarios/huge.yaml'), 'a: 1\n');
    await truncate(path('scenarios/huge.yaml'), 50_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(await messages()).to.deep.equal([
      'scenarios/huge.yaml: has 47.7 MiB and was not read; the limit is 256 KiB.',
    ]);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(10_000_000);
  });

  const odd: readonly [title: string, bytes: Uint8Array, message: string][] = [
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0]), 'is UTF-16; save it as UTF-8.'],
    ['bytes that are no text', Uint8Array.from([0x61, 0xc3, 0x28]), 'is not UTF-8 text.'],
    ['an empty file', new Uint8Array(), 'is empty.'],
  ];
  for (const [title, bytes, message] of odd) {
    it(`refuses ${title}`, async () => {
      await writeFile(path('scenarios/odd.yaml'), bytes);
      expect(await messages()).to.deep.equal([`scenarios/odd.yaml: ${message}`]);
    });
  }

  it('refuses files, folders and environments that are not there', async () => {
    expect(await messages({ scenarios: [path('nowhere')] })).to.deep.equal(['nowhere: there is no such file.']);
    await mkdir(path('empty'));
    expect(await messages({ scenarios: [path('empty')] })).to.deep.equal(['empty: holds no scenario (*.yaml).']);
    expect(await messages({ environment: 'smal' })).to.deep.equal([
      "windshear.yaml: there is no environment 'smal'; did you mean 'small'?",
    ]);
    await rm(path('windshear.yaml'));
    expect(await messages()).to.deep.equal(['windshear.yaml: there is no such file.']);
  });

  it('never picks a live environment by itself', async () => {
    const live = smallEnvironment.replace('default: small\n', '').replace('staging: embedded', 'staging: live');
    await writeFile(path('windshear.yaml'), live);
    expect((await messages()).join('\n')).to.contain('no environment is the default; name one by --env: small.');
  });

  it('reads a file once that is named twice', async () => {
    const scenarios = [path('scenarios'), path('scenarios/aws/bucket-open.yaml')];
    expect((await validate({ scenarios })).counts.scenarios).to.equal(1);
  });

  describe('loadFiles', () => {
    const request = () => ({ environmentFile: path('windshear.yaml'), scenarios: [path('scenarios')], catalogue });

    it('answers what a run needs', async () => {
      const { chosen, scenarios } = await loadFiles({ ...request(), staging: smallState });
      expect(chosen.environment.staging).to.equal('embedded');
      expect(scenarios.map(({ scenario }) => scenario.id)).to.deep.equal(['bucket-open']);
    });

    it('throws one usage error with a line a problem', async () => {
      await writeFile(path('scenarios/aws/bucket-open.yaml'), smallScenario.replaceAll('within: 4s', 'within: 4'));
      const error: unknown = await loadFiles(request()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(InvalidFilesError);
      expect(error).to.include({ code: 'usage', exitCode: 2 });
      expect((error as InvalidFilesError).message.split('\n')).to.have.length(2);
    });
  });
});
