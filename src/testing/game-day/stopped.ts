import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { stepsOf } from './command-line.ts';
import { killedAt } from './killed.ts';
import { closeScene, expectPutBack, openScene, type Scene } from './scene.ts';
import type { Sequence } from './side-by-side.ts';

const scenario = 'bucket-policy-flip';
const neverReverted = ({ phase }: { readonly phase: string | undefined }) =>
  phase === 'r' ? ({ lateMs: 20_000 } as const) : 'pass';

/** The ways in which people and machines end a run, or even a recovery, before its time. */
export const stopped: Sequence<Scene> = {
  open: () => openScene((work) => work.hasten(scenario, '1s')),
  checks: [
    ...(
      [
        ['SIGINT', 'fault 1 acknowledged'],
        ['SIGTERM', 'fault 1 acknowledged'],
        ['SIGTERM', 'control 0 acknowledged'],
      ] as const
    ).map(
      ([signal, step]) =>
        [
          `reverts everything and exits 130 on ${signal} at '${step}'`,
          (scene: Scene) => stoppedBy(scene, signal, step),
        ] as const,
    ),
    ['reverts everything and exits 130 on windshear stop', stoppedByCommand],
    ['abandons the revert on a second Ctrl-C, exits 6, and leaves the rest to windshear recover', abandoned],
    ['recovers by itself what was killed before it', recoveredByNextRun],
    ['is put back where even windshear recover was killed', recoveryKilled],
  ],
  close: closeScene,
};

async function stoppedBy(scene: Scene, signal: NodeJS.Signals, step: string): Promise<void> {
  const { work } = scene;
  const going = work.start('run', scenario);
  await going.reached(step);
  going.kill(signal);
  const { code, stdout, stderr } = await going.ended;
  expect(code, stdout + stderr).to.equal(130);
  expect(stderr).to.contain('everything that is in is being reverted');
  expect((await work.scorecard()).scenarios[0]?.verdict).to.equal('aborted');
  await expectPutBack(scene);
}

async function stoppedByCommand(scene: Scene): Promise<void> {
  const { work } = scene;
  const going = work.start('run', 'rogue-instance');
  await going.reached('control 0 acknowledged');
  expect((await work.windshear('stop')).code).to.equal(0);
  const { code, stdout, stderr } = await going.ended;
  expect(code, stdout + stderr).to.equal(130);
  await expectPutBack(scene);
}

async function abandoned(scene: Scene): Promise<void> {
  const { work, proxy, untouched } = scene;
  const going = work.start('run', scenario);
  await going.reached('fault 0 acknowledged');
  proxy.meddle = neverReverted;
  await going.reached('fault 1 acknowledged');
  going.kill('SIGINT');
  await going.said('Press Ctrl-C again');
  await going.reached('fault 1 reverting');
  await sleep(1200);
  going.kill('SIGINT');
  const { code, stdout, stderr } = await going.ended;
  proxy.meddle = () => 'pass';
  expect(code, stdout + stderr).to.equal(6);
  expect(stderr).to.contain('windshear recover');
  expect(await work.account()).not.to.deep.equal(untouched);

  const recovered = await work.windshear('recover');
  expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
  await expectPutBack(scene);
}

async function recoveredByNextRun(scene: Scene): Promise<void> {
  const { work } = scene;
  const run = await killedAt(scene, scenario, 'fault 1 acknowledged');
  const { code, stdout, stderr } = await work.windshear('run', 'access-key-refused');
  expect(code, stdout + stderr).to.equal(0);
  expect(stdout + stderr).to.contain(`Recovering '${run}'`);
  expect(await stepsOf(work.folder, run)).to.include.members(['recovery-started', 'fault 1 verified', 'run-ended']);
  await expectPutBack(scene);
}

async function recoveryKilled(scene: Scene): Promise<void> {
  const { work, proxy } = scene;
  const run = await killedAt(scene, scenario, 'fault 1 acknowledged');
  proxy.meddle = ({ method, phase }) => (phase === 'r' && method === 'DELETE' ? { lateMs: 20_000 } : 'pass');
  const recovery = work.start('recover');
  await recovery.reached('fault 1 reverting', run);
  recovery.kill('SIGKILL');
  expect((await recovery.ended).code).to.equal(undefined);
  proxy.meddle = () => 'pass';
  const { code, stdout, stderr } = await work.windshear('recover');
  expect(code, stdout + stderr).to.equal(0);
  await expectPutBack(scene);
}
