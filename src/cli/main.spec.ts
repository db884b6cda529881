import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeManifest } from '../scorecard/manifest.ts';
import { systemDisk } from '../system/system-disk.ts';
import { type CliFolder, cliFolder } from '../testing/cli-folder.ts';
import { gameDay } from '../testing/fixtures/scorecards.ts';

describe('windshear', function () {
  this.timeout(30_000);
  let empty: CliFolder;
  let project: CliFolder;
  before(async () => {
    [empty, project] = await Promise.all([cliFolder(), cliFolder('project')]);
  });
  after(() => Promise.all([empty.remove(), project.remove()]));

  it('lists all commands and exit codes in its help', async () => {
    const { code, out } = await empty.run(['--help']);
    expect(code).to.equal(0);
    for (const name of ['run', 'plan', 'recover', 'stop', 'validate', 'list', 'parse', 'baseline', 'staging']) {
      expect(out).to.match(new RegExp(`^  ${name} `, 'm'));
    }
    expect(out).to.contain('130 stopped, all reverted');
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await empty.run(['--version'])).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  for (const [args, phrase] of [
    [['valdate'], 'Did you mean validate?'],
    [['run', '--trails', '3'], 'Did you mean --trials?'],
    [['run', '--trials', '0'], 'whole number of at least 1'],
    [['run', '--slo-scale', 'fast'], 'a number from 0.01 to 100'],
    [['run', '--slo-scale', '0.1', '--baseline', 'reports/baseline.json'], 'cannot be compared with a --baseline'],
    [['run', 'a.yaml', 'b.experiment.ts'], 'either scenarios or experiments'],
    [['run', 'none.experiment.ts'], 'There is no experiment'],
    [['run', '--baseline', 'none.json'], 'There is no baseline'],
    [['list', 'fault'], "did you mean 'faults'?"],
    [['explain', 'detector-dwn'], "did you mean 'detector-down'"],
    [['explain', 'bogus'], 'the nearest are'],
    [['explain', '131'], "did you mean '130'"],
    [['parse', 'falko'], "did you mean 'falco'?"],
    [['parse', 'mapped', '--params', '{"rule":4}'], 'rule must be a text (put it in quotes), got 4.'],
    [['parse', 'mapped', '--params', '4'], 'must be a JSON object'],
    [['parse', 'falco', 'none.json'], 'There is no file none.json'],
    [['staging', 'up', '--without', 'postur'], "did you mean 'posture'"],
    [['staging', 'up', '--noise', '50'], 'a rate such as 50/s'],
    [['staging', 'up', '--delay', 'posture'], 'must look like posture=8s'],
    [['report', 'none'], "There is no run 'none'"],
    [['diff', 'a', 'b'], "There is no run 'a'"],
    [['baseline', 'accept', '--expires', 'soon'], 'a day such as 2027-03-31'],
    [['run', '--env', 'live'], "there is no environment 'live'"],
    [['run', 'bucket-polcy-flip'], "did you mean 'bucket-policy-flip'"],
    [['run', '--reports', 'windshear.yaml'], "'windshear.yaml' is a file; name a folder"],
    [['run', '--reports', 'windshear.yaml/x'], "'windshear.yaml/x' (ENOTDIR)"],
    [['run', '--tag', 'nothing'], 'No scenario is left to run'],
  ] as const) {
    it(`refuses 'windshear ${args.join(' ')}' with one sentence and exit code 2`, async () => {
      const { code, out, err } = await project.run(args);
      expect(code).to.equal(2);
      expect(out).to.equal('');
      expect(err)
        .to.match(/^(windshear: )?\S/)
        .and.contain(phrase);
      expect(err).to.not.match(/^ +at /m);
    });
  }

  for (const args of [['--help'], ['validate'], ['list', 'faults'], ['parse', 'falco']] as const) {
    it(`loads no client library for '${args.join(' ')}'`, async () => {
      const watch = `import { registerHooks } from 'node:module';
        registerHooks({ resolve: (specifier, context, next) => {
          if (/@aws-sdk|@smithy|^mocha$|^execa$/.test(specifier)) process.stderr.write('loaded ' + specifier + '\\n');
          return next(specifier, context);
        } });`;
      const hook = `--import=data:text/javascript,${encodeURIComponent(watch)}`;
      const { code, err } = await project.run(args, { nodeOptions: [hook], stdin: '[]' });
      expect(err).to.not.contain('loaded');
      expect(code).to.be.oneOf([0, 2]);
    });
  }

  describe('validate', () => {
    it('counts what is valid', async () => {
      const { code, out, err } = await project.run(['validate']);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.match(/^Valid: 1 environment, \d+ scenarios, \d+ expectations\.\n$/);
    });

    it('answers problems as JSON on stdout', async () => {
      await project.write('other/bad.yaml', 'id: bad\n');
      const { code, out } = await project.run(['validate', 'other/bad.yaml', '--json']);
      expect(code).to.equal(2);
      expect(JSON.parse(out).problems[0]).to.include({ file: 'other/bad.yaml' });
    });

    const scenario = (id: string, more = '') => `id: ${id}\ntitle: T\nwhy: W\n${more}`;
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
    ].join('\n');
    for (const [what, content, phrase] of [
      ['broken YAML', 'id: [unclosed', /bad\.yaml:\d+:\d+: /],
      ['an unknown key', scenario('bad', 'tilte: x\n'), /bad\.yaml:4:1: .*tilte.*title/s],
      ['a duration without a unit', scenario('bad', 'hold: 5\nfaults: []\nexpect: {}\n'), /hold/],
      [
        'an unknown fault',
        scenario('bad', 'faults: [{ type: aws.s3.bucket-policy-pubic }]\nexpect: {}\n'),
        /bucket-policy-public/,
      ],
      ['an alias bomb', bomb, /bad\.yaml/],
      ['a file of 50 MB', 'x'.repeat(50 * 1024 * 1024), /50\.0 MiB.*limit/],
    ] as const) {
      it(`names the place of ${what}, and exits with 2`, async () => {
        await project.write('bad/bad.yaml', content);
        const { code, out, err } = await project.run(['validate', 'bad/bad.yaml']);
        expect(code).to.equal(2);
        expect(out).to.equal('');
        expect(err)
          .to.match(phrase)
          .and.match(/\d+ problems?; nothing was touched\./);
      });
    }

    it('names both files of a duplicate id', async () => {
      const flip = await readFile(join(project.path, 'scenarios/aws/bucket-policy-flip.yaml'));
      await project.write('twice/bucket-policy-flip.yaml', flip);
      const { code, err } = await project.run(['validate', 'scenarios', 'twice']);
      expect(code).to.equal(2);
      expect(err).to.contain('scenarios/aws/bucket-policy-flip.yaml').and.contain('twice/bucket-policy-flip.yaml');
    });

    it('says that there is no windshear.yaml', async () => {
      const { code, err } = await empty.run(['validate']);
      expect(code).to.equal(2);
      expect(err).to.contain('windshear.yaml: there is no such file');
    });
  });

  describe('run', () => {
    it('touches nothing where a file is invalid', async () => {
      const folder = await cliFolder('project');
      try {
        await folder.write('scenarios/broken.yaml', 'id: [');
        const { code, err } = await folder.run(['run']);
        expect(code).to.equal(2);
        expect(err).to.match(/broken\.yaml:\d+:\d+/);
        expect(await systemDisk.exists(join(folder.path, '.windshear'))).to.equal(false);
        expect(await systemDisk.exists(join(folder.path, 'reports'))).to.equal(false);
      } finally {
        await folder.remove();
      }
    });
  });

  describe('plan', () => {
    it('shows calls, blast radius, budgets and policies without a staging', async () => {
      const { code, out } = await project.run(['plan', 'trail-stopped', 'bucket-policy-flip']);
      expect(code).to.equal(0);
      expect(out).to.contain('Nothing has been done').and.contain('cloudtrail:StopLogging').and.contain('waits for');
      expect(out).to.contain('API writes').and.contain('Least privilege').and.contain('not asked');
    });

    it('answers a policy that IAM takes as JSON', async () => {
      const { out } = await project.run(['plan', 'bucket-policy-flip', '--json']);
      const { policies } = JSON.parse(out);
      expect(policies.tester).to.include({ Version: '2012-10-17' });
      expect(policies.tester.Statement[0].Action).to.include('s3:PutBucketPolicy');
      expect(policies.revert.Statement[0].Action).to.include('s3:DeleteBucketPolicy');
    });
  });

  describe('staging status', () => {
    it('answers 5 where it is not up', async () => {
      const { code, out } = await empty.run(['staging', 'status', '--json']);
      expect(code).to.equal(5);
      expect(JSON.parse(out)).to.deep.equal({ status: 'down' });
    });
  });

  describe('parse', () => {
    it('prints a signal a line, and problems apart', async () => {
      const falco = JSON.stringify({
        ...{ output: 'x', priority: 'Warning', rule: 'Terminal shell', time: '2026-01-01T00:00:00.123456789Z' },
        output_fields: {},
      });
      const { code, out, err } = await empty.run(['parse', 'falco'], { stdin: `${falco}\n{"rule":\n` });
      expect(code).to.equal(0);
      expect(JSON.parse(out)).to.include({ rule: 'Terminal shell', severity: 3 });
      expect(err).to.match(/^windshear: /);
    });

    it('says how many lines it ignored where there is no alert', async () => {
      const { code, out, err } = await empty.run(['parse', 'falco'], { stdin: 'Falco initialized\n' });
      expect({ code, out }).to.deep.equal({ code: 0, out: '' });
      expect(err).to.include('No alert in stdin; 1 ignored');
    });

    it('exits with 2 where nothing fits', async () => {
      expect(await empty.run(['parse', 'ocsf'], { stdin: 'no json' })).to.include({ code: 2, out: '' });
    });
  });

  describe('on a run that was written', () => {
    let folder: CliFolder;
    const card = gameDay();
    beforeEach(async () => {
      folder = await cliFolder();
      const at = `reports/${card.run.id}`;
      await folder.write(`${at}/scorecard.json`, JSON.stringify(card));
      await folder.write(`${at}/evidence/flip/1/a.json`, '{}');
      const manifest = await makeManifest(systemDisk, { card, folder: join(folder.path, at), inputs: [] });
      await folder.write(`${at}/manifest.json`, JSON.stringify(manifest));
      await symlink(card.run.id, join(folder.path, 'reports/latest'));
    });
    afterEach(() => folder.remove());

    it('accepts a baseline, and compares with it', async () => {
      const accepted = await folder.run(['baseline', 'accept', '--reason', 'no rule yet', '--expires', '2999-01-01']);
      expect(accepted).to.include({ code: 0 });
      const entry = JSON.parse(await readFile(join(folder.path, 'reports/baseline.json'), 'utf8')).scenarios[
        'lambda-environment-drift'
      ]['trail-rules/lambda-environment'];
      expect(entry).to.deep.equal({ verdict: 'missed', met: false, reason: 'no rule yet', expires: '2999-01-01' });
      const { out } = await folder.run(['report', '--baseline', 'reports/baseline.json']);
      expect(out).to.contain('missed, known gap').and.contain('no rule yet');
    });

    it('refuses a dirty run as baseline with 4', async () => {
      const rollback = { ...card.summary.rollback, dirty: 1 };
      await folder.write('dirty/scorecard.json', JSON.stringify({ ...card, summary: { ...card.summary, rollback } }));
      const { code, err } = await folder.run(['baseline', 'accept', 'dirty']);
      expect(code).to.equal(4);
      expect(err).to.contain('windshear recover');
    });

    it('renders it again in every format', async () => {
      const [terminal, markdown, junit, json] = await Promise.all(
        ['terminal', 'markdown', 'junit', 'json'].map((format) => folder.run(['report', '--format', format])),
      );
      expect(terminal?.out).to.contain('8 met · 1 failed');
      expect(markdown?.out).to.contain('# windshear scorecard');
      expect(junit?.out).to.contain('<testsuites ');
      expect(JSON.parse(json?.out ?? '').run.id).to.equal(card.run.id);
    });

    it('verifies its manifest, and notices a changed file', async () => {
      expect(await folder.run(['report', '--verify'])).to.include({ code: 0 });
      await folder.write(`reports/${card.run.id}/evidence/flip/1/a.json`, '{ }');
      const { code, out } = await folder.run(['report', '--verify']);
      expect(code).to.equal(1);
      expect(out).to.contain('evidence/flip/1/a.json was changed after the run.');
    });

    it('compares it with another', async () => {
      await folder.write('other/scorecard.json', JSON.stringify({ ...card, scenarios: card.scenarios.slice(0, 4) }));
      const { code, out } = await folder.run(['diff', 'other', 'latest']);
      expect(code).to.equal(0);
      expect(out).to.contain('added').and.contain('trail-stopped trail-rules/blind');
    });

    it('writes colours only where they are wanted', async () => {
      const colour = '\u001b[';
      expect((await folder.run(['report'])).out).to.not.contain(colour);
      expect((await folder.run(['report'], { variables: { FORCE_COLOR: '1' } })).out).to.contain(colour);
      const off = { FORCE_COLOR: '1', NO_COLOR: '1' };
      expect((await folder.run(['report'], { variables: off })).out).to.not.contain(colour);
      const flag = await folder.run(['report', '--no-color'], { variables: { FORCE_COLOR: '1' } });
      expect(flag.out).to.not.contain(colour);
    });

    it('says what is wrong with a scorecard that is none', async () => {
      await folder.write('bad/scorecard.json', '{"schemaVersion": 2}');
      const { code, err } = await folder.run(['report', 'bad']);
      expect(code).to.equal(2);
      expect(err).to.match(/bad\/scorecard\.json:1:\d+: schemaVersion must be '1', got/);
    });
  });
});
