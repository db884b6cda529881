import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { environmentSchema } from '../model/environment.ts';
import { RefusedError } from '../model/errors.ts';
import type { Scorecard } from '../model/scorecard.ts';
import { exitCodeOf } from '../model/summary.ts';
import { acceptBaseline, type Baseline, compareWithBaseline, exitCodeWithBaseline } from '../scorecard/baseline.ts';
import type { Session } from '../session/session.ts';
import { gameDay, missed, noisyControl, scenario, scorecard, trial } from '../testing/fixtures/scorecards.ts';
import { runExperiments } from './run-experiments.ts';

const index = new URL('../index.ts', import.meta.url).href;
const plain = { colour: false, columns: 100 };
const day = '2026-11-22';

describe('runExperiments', () => {
  let folder: string;
  let files = 0;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-experiments-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs experiments of this text against a run that ends with this scorecard. */
  async function play(text: string, { card = gameDay(), baseline, grep }: Played = {}) {
    const file = join(folder, `x${++files}.experiment.ts`);
    await writeFile(file, `import { experiment, expect } from '${index}';\n${text}`);
    const asked: (readonly string[])[] = [];
    const open = async (scenarios: readonly string[]) => {
      asked.push(scenarios);
      return fakeSession(card, scenarios, baseline);
    };
    const result = await runExperiments({ files: [file], grep }, open, () => undefined);
    return { ...result, asked, text: result.report(plain) };
  }

  const flip = `experiment('bucket-policy-flip', (trial) => {
    it('is seen', async () => { expect(await trial()).to.be.detectedBy('trail-rules').within('4s'); });
  });`;
  const drift = `experiment('lambda-environment-drift', (trial) => {
    it('is seen too', async () => { expect(await trial()).to.be.detectedBy('trail-rules'); });
  });`;
  const known = acceptBaseline(gameDay(), undefined, { reason: 'no rule yet' }, `${day}T00:00:00Z`);

  it('runs each scenario once, however many experiments name it', async () => {
    const { asked, exitCode, text } = await play(`${flip}\ndescribe('again', () => { ${flip} });`);
    expect(asked).to.deep.equal([['bucket-policy-flip']]);
    expect(exitCode).to.equal(0);
    expect(text).to.contain('again › bucket-policy-flip').and.contain('✔ the run is safe');
  });

  it('fails a claim with 1 and prints its timeline', async () => {
    const { exitCode, text } = await play(drift);
    expect(exitCode).to.equal(1);
    expect(text).to.contain("expected 'lambda-environment-drift' to be detected by 'trail-rules'");
    expect(text).to.contain('the first mutating request left');
  });

  it('leaves a known gap pending, in the title', async () => {
    const { exitCode, text } = await play(drift, { baseline: known });
    expect(exitCode).to.equal(0);
    expect(text).to.contain('✘ is seen too (known gap)');
  });

  it('fails with 1 as soon as something is worse than the baseline, whatever the tests claim', async () => {
    const worse = scorecard([scenario('bucket-policy-flip', trial({ control: noisyControl }))]);
    const { exitCode } = await play(flip, { card: worse, baseline: known });
    expect(exitCode).to.equal(1);
  });

  it('starts only the scenarios of tests that grep leaves, and stays safe', async () => {
    const { asked, exitCode, text } = await play(`${flip}\n${drift}`, { grep: 'is seen too', baseline: known });
    expect(asked).to.deep.equal([['lambda-environment-drift']]);
    expect(exitCode).to.equal(0);
    expect(text).to.not.contain('✔ is seen\n');
  });

  it('starts only the scenarios of exclusive and not of skipped tests', async () => {
    const { asked } = await play(`${flip}\n${drift.replace('it(', 'it.only(')}`);
    expect(asked).to.deep.equal([['lambda-environment-drift']]);
    const skipped = await play(`${flip}\n${drift.replace('it(', 'it.skip(')}`);
    expect(skipped.asked).to.deep.equal([['bucket-policy-flip']]);
  });

  it('answers 3 for a claim that is inconclusive, and the run is not safe', async () => {
    const unclear = missed({ verdict: 'inconclusive', reasonCode: 'channel-unproven', reason: 'No canary came.' });
    const card = scorecard([scenario('bucket-policy-flip', trial({ detections: [unclear] }))]);
    const { exitCode, text } = await play(flip, { card });
    expect(exitCode).to.equal(3);
    expect(text).to.contain('? is seen').and.contain('✘ the run is safe');
  });

  it('fails for a hook where grep leaves the safety test out', async () => {
    const card = scorecard([scenario('bucket-policy-flip', trial({ rollback: { verdict: 'dirty', faults: [] } }))]);
    const { exitCode, text } = await play(flip, { card, grep: 'is seen' });
    expect(exitCode).to.equal(6);
    expect(text).to.contain('the run is safe').and.contain('windshear recover');
  });

  it('fails a test for its own assertions, and says where', async () => {
    const { exitCode, text } = await play(
      flip.replace(`expect(await trial())`, 'expect(1).to.equal(2); expect(await trial())'),
    );
    expect(exitCode).to.equal(1);
    expect(text).to.contain(
      '1 test failed beyond what the scenarios expect: the exit code is 1, and the scorecard records that of the run, 0.',
    );
    expect(text)
      .to.contain('expected 1 to equal 2')
      .and.match(/x\d+\.experiment\.ts:3/);
  });

  it('fails a claim without parentheses that does not hold, or that names nobody', async () => {
    const without = flip.replace("detectedBy('trail-rules').within('4s')", 'quietOnControl');
    const card = scorecard([scenario('bucket-policy-flip', trial({ control: noisyControl }))]);
    const noisy = await play(without, { card });
    expect(noisy.exitCode).to.equal(1);
    expect(noisy.text).to.contain("expected 'bucket-policy-flip' to be quiet on its control");
    const nobody = await play(without.replace('quietOnControl', 'detectedBy'));
    expect(nobody.exitCode).to.equal(2);
    expect(nobody.text).to.contain("'detectedBy' was named without its parentheses, so nothing was claimed");
    expect((await play(flip)).exitCode).to.equal(0);
  });

  it('says of which file it is that it does not load, and what to do about a CommonJS project', async () => {
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
    const file = join(folder, 'old.experiment.ts');
    await writeFile(file, `import { expect } from '${index}';\n`);
    const refuse = async () => {
      throw new Error('nothing is to be opened');
    };
    expect(String(await rejection(runExperiments({ files: [file] }, refuse, () => undefined))))
      .to.contain(`The experiment ${file} cannot be loaded`)
      .and.contain('set "type": "module" in the package.json');
  });

  it('throws what refused the run, and what does not load', async () => {
    const refuse = async () => {
      throw new RefusedError('locked', 'Environment is in use.');
    };
    const file = join(folder, 'refused.experiment.ts');
    await writeFile(file, `import { experiment, expect } from '${index}';\n${flip}`);
    expect(await rejection(runExperiments({ files: [file] }, refuse, () => undefined))).to.include({ exitCode: 4 });
    const broken = join(folder, 'broken.experiment.ts');
    await writeFile(broken, 'this is no script');
    expect(await rejection(runExperiments({ files: [broken] }, refuse, () => undefined))).to.include({ exitCode: 2 });
    expect(await rejection(runExperiments({ files: ['/none.ts'] }, refuse, () => undefined))).to.include({
      exitCode: 2,
    });
  });
});

interface Played {
  readonly card?: Scorecard;
  readonly baseline?: Baseline;
  readonly grep?: string;
}

/** A session whose engine plays the events of a scorecard. */
function fakeSession(card: Scorecard, scenarios: readonly string[], baseline: Baseline | undefined): Session {
  const played = { ...card, scenarios: card.scenarios.filter((s) => scenarios.includes(s.id)) };
  const compare: Session['compare'] = (results) =>
    baseline === undefined ? undefined : compareWithBaseline({ scenarios: results }, baseline, day);
  return {
    environmentName: 'embedded',
    environment: environmentSchema.parse({ staging: 'embedded', targets: {} }),
    scenarios: [],
    boundMs: 5000,
    compare,
    close: async () => undefined,
    run: async (onEvent) => {
      for (const result of played.scenarios) onEvent({ kind: 'scenario-ended', result });
      const comparison = compare(played.scenarios);
      const exitCode = exitCodeWithBaseline(exitCodeOf(played), comparison);
      return { scorecard: played, exitCode, comparison, folder: '/reports/x' };
    },
  };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
