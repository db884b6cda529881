import { expect } from 'chai';
import type { Ended } from './command-line.ts';
import { outcomesOf } from './outcomes.ts';
import { closeScene, expectPutBack, openScene, type Scene } from './scene.ts';
import { sentences } from './sentences.ts';
import type { Sequence } from './side-by-side.ts';

/** Nothing listens on the port of the discard protocol, which is below those that a system hands out. */
const deadUrl = 'http://127.0.0.1:9';

/** Wrong names, another run, addresses where nobody is, and at last a staging that dies. */
export const aroundIt: Sequence<Scene> = {
  open: () =>
    openScene((work) => work.hasten('bucket-policy-flip', '1s'), { requestTimeout: '2s', revertBudget: '2s' }),
  checks: [
    ['refuses an unknown environment with exit 2 and the nearest name', unknownEnvironment],
    ['refuses a second run on the same environment with exit 4', secondRun],
    ['ends with exit 5 where the target refuses connections', deadTarget],
    ['calls what a dead detector had to see inconclusive, and the rest as ever', deadDetector],
    ['injects nothing and ends with exit 5 where no channel in use can be reached', deadChannels],
    ['ends with exit 6 where the staging dies with a fault in, and recover closes the run', deadStaging],
  ],
  close: closeScene,
};

async function unknownEnvironment({ work }: Scene): Promise<void> {
  const { code, stderr } = await work.windshear('run', '--env', 'embeded');
  expect(code).to.equal(2);
  expect(sentences(stderr)).to.have.length(1);
  expect(stderr).to.contain("'embeded'").and.contain("'embedded'");
}

async function secondRun(scene: Scene): Promise<void> {
  const { work } = scene;
  const first = work.start('run', 'access-key-refused');
  await first.reached('trial-started');
  const { code, stderr } = await work.windshear('run', 'access-key-refused');
  expect(code).to.equal(4);
  expect(sentences(stderr)).to.have.length(1);
  expect(stderr).to.match(/Environment 'embedded' is in use by 'run .*Wait until it has ended/);
  expect((await first.ended).code).to.equal(0);
  await expectPutBack(scene);
}

async function deadTarget(scene: Scene): Promise<void> {
  const dead = (text: string) => text.replace(/\$\{staging\.aws\.endpoint\}/, deadUrl);
  const { code, stderr } = await runWith(scene, dead, 'access-key-refused');
  expect(code).to.equal(5);
  expect(sentences(stderr)).to.have.length(1);
  expect(stderr).to.contain('The AWS target cannot be reached').and.contain('windshear.yaml');
  await expectPutBack(scene);
}

async function deadDetector(scene: Scene): Promise<void> {
  const dead = (text: string) =>
    text.replace(/url: "\$\{staging\.detectors\.posture\.alerts\}"/, `url: "${deadUrl}/api/v2/alerts"`);
  const { code, stdout, stderr } = await runWith(scene, dead, 'trust-policy-opened');
  expect(code, stdout + stderr).to.equal(3);
  expect(stdout + stderr).to.contain("The channel of 'posture' cannot be reached");
  expect(outcomesOf(await scene.work.scorecard())['trust-policy-opened']).to.deep.include({
    'trail-rules/trust-policy-foreign-account': 'detected',
    'posture/ForeignTrust': 'inconclusive (channel-unproven)',
    rollback: 'clean',
  });
  await expectPutBack(scene);
}

async function deadChannels(scene: Scene): Promise<void> {
  const endpoint = /(region: "\$\{staging\.aws\.region\}"\n\s+endpoint: )"\$\{staging\.aws\.endpoint\}"/;
  const dead = (text: string) =>
    text
      .replace(/\$\{staging\.detectors\.trail-rules\.queueUrl\}/, `${deadUrl}/1/queue`)
      .replace(endpoint, `$1"${deadUrl}"`);
  const { code, stdout, stderr } = await runWith(scene, dead, 'lambda-environment-drift');
  expect(code, stdout + stderr).to.equal(5);
  expect(stderr).to.contain('Nothing was injected: none of the channels in use could be reached (trail-rules)');
  await expectPutBack(scene);
}

async function deadStaging({ work }: Scene): Promise<void> {
  const { pid } = await work.up();
  const going = work.start('run', 'bucket-policy-flip');
  await going.reached('fault 1 acknowledged');
  process.kill(pid, 'SIGKILL');
  const { code, stdout, stderr } = await going.ended;
  expect(code, stdout + stderr).to.equal(6);
  const recovered = await work.windshear('recover');
  expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
  expect(recovered.stdout).to.contain('is gone, and with it all that was in it');
}

/** Runs with another windshear.yaml. */
async function runWith(
  { work, config }: Scene,
  change: (text: string) => string,
  ...args: readonly string[]
): Promise<Ended> {
  let kept = '';
  await work.edit('windshear.yaml', (text) => {
    kept = text;
    return change(config);
  });
  try {
    return await work.windshear('run', ...args);
  } finally {
    await work.edit('windshear.yaml', () => kept);
  }
}
