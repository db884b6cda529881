import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import type { Dump } from '../../staging/dump.ts';
import type { StagingState } from '../../staging/state.ts';
import { type Ended, runsOf } from './command-line.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

describe('windshear run of every scenario', function () {
  this.timeout(240_000);
  let work: Workplace;
  let state: StagingState;
  let accountBefore: Dump;
  let ended: Ended;
  let run: string;

  before(async () => {
    work = await openWorkplace();
    state = await work.up();
    accountBefore = await work.account();
    ended = await work.windshear('run');
    run = (await runsOf(work.folder)).at(-1) ?? '';
  });

  after(() => work.close());

  it('comes to the outcomes that the embedded staging is built for', async () => {
    expect(outcomesOf(await work.scorecard()), ended.stdout).to.deep.equal(fullOutcomes);
  });

  it('ends with exit 1 for the known gaps, since it compares with no baseline', async () => {
    expect(ended.code, ended.stderr).to.equal(1);
    expect((await work.scorecard()).run.exitCode).to.equal(1);
  });

  it('leaves account, cluster and application as they were, less residue', async () => {
    expect(await work.account()).to.deep.equal(accountBefore);
  });

  it('leaves the files that a run leaves', async () => {
    const found = [...(await work.files(`reports/${run}`)).keys()];
    const evidence = Object.keys(fullOutcomes).flatMap((id) =>
      ['audit.jsonl', 'signals.jsonl', 'trial.json'].map((name) => `evidence/${id}/1/${name}`),
    );
    const pages = ['journal.jsonl', 'junit.xml', 'manifest.json', 'scorecard.json', 'scorecard.md'];
    expect(found).to.include.members([...evidence, ...pages]);
    expect(await readlink(join(work.folder, 'reports/latest'))).to.equal(run);
    const [line] = (await readFile(join(work.folder, 'reports/history.jsonl'), 'utf8')).split('\n');
    expect(line).to.contain(run);
  });

  it('lists every file in the manifest by its true hash', async () => {
    const { files } = z
      .object({ files: z.array(z.object({ path: z.string(), sha256: z.string() })) })
      .parse(JSON.parse(await readFile(join(work.folder, 'reports', run, 'manifest.json'), 'utf8')));
    const found = await work.files(`reports/${run}`);
    const hashes = [...found].map(([path, text]) => ({ path, sha256: sha256(text) }));
    const listed = files.map(({ path, sha256 }) => ({ path, sha256 }));
    expect(listed).to.have.deep.members(hashes.filter(({ path }) => path !== 'manifest.json'));
    expect((await work.windshear('report', 'latest', '--verify')).code).to.equal(0);
  });

  it('writes a scorecard that validates against its published schema', async () => {
    const schema = await readFile(join(work.folder, 'src/model/schemas/scorecard.schema.json'), 'utf8');
    const scorecard = await readFile(join(work.folder, 'reports/latest/scorecard.json'), 'utf8');
    const { error } = z.fromJSONSchema(JSON.parse(schema)).safeParse(JSON.parse(scorecard));
    expect(error?.issues).to.equal(undefined);
  });

  it('writes no secret below reports', async () => {
    const credentials = await Promise.all(
      (['tester', 'revert', 'detectors'] as const).map((who) => readFile(state.credentials[who], 'utf8')),
    );
    const secrets = credentials.map((text) =>
      z.object({ secretAccessKey: z.string().min(20) }).parse(JSON.parse(text)),
    );
    const tokenFiles = [...Object.values(state.kubernetes.tokens), state.application.token];
    const tokens = await Promise.all(tokenFiles.map(async (path) => (await readFile(path, 'utf8')).trim()));
    for (const [path, text] of await work.files('reports')) {
      for (const secret of [...secrets.map(({ secretAccessKey }) => secretAccessKey), ...tokens]) {
        expect(text.includes(secret), path).to.equal(false);
      }
      expect(text, path).not.to.match(/secretAccessKey|sessionToken/i);
    }
  });

  it('shows no whole account id on pages', async () => {
    for (const page of ['scorecard.md', 'junit.xml']) {
      expect(await readFile(join(work.folder, 'reports', run, page), 'utf8'), page).not.to.contain(state.aws.account);
    }
    expect(ended.stdout + ended.stderr).not.to.contain(state.aws.account);
  });

  it('leaves no pre-image and no lock', async () => {
    const left = [...(await work.files('.windshear/state')).keys()];
    expect(left).to.deep.equal([]);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
