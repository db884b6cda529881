import { expect } from 'chai';
import { runsOf, stepsOf } from './command-line.ts';
import { closeScene, expectPutBack, openScene, type Scene } from './scene.ts';
import type { Sequence } from './side-by-side.ts';

/** Steps of a journal at which the harness is killed: every phase from arm to listen. */
const steps = {
  'bucket-policy-flip': [
    'trial-started',
    'control 0 acknowledged',
    'fault 1 intent',
    'fault 1 acknowledged',
    'fault 1 reverting',
    'fault 1 verified',
    'fault 0 verified',
  ],
  'rogue-instance': [
    'trial-started',
    'control 0 acknowledged',
    'control 0 reverted',
    'fault 0 intent',
    'fault 0 acknowledged',
    'fault 0 reverting',
    'fault 0 reverted',
    'fault 0 verified',
  ],
};

/** kill -9 in every phase of a scenario, each time recovered; all share a staging, so that what is left adds up. */
export function killedIn(scenario: keyof typeof steps): Sequence<Scene> {
  return {
    open: () =>
      openScene(async (work) => {
        await work.hasten(scenario, '500ms');
        // What nobody meets makes the trial listen on.
        const unmet = '    - { detector: trail-rules, rule: no-such-rule, within: 500ms }\n';
        await work.edit(`scenarios/aws/${scenario}.yaml`, (text) => text.replace('maxExposure', `${unmet}maxExposure`));
      }),
    checks: steps[scenario].map((step) => [
      `puts ${scenario} back by windshear recover, killed at '${step}'`,
      (scene) => killedAndRecovered(scene, scenario, step),
    ]),
    close: closeScene,
  };
}

async function killedAndRecovered(scene: Scene, scenario: string, step: string): Promise<void> {
  const { work } = scene;
  const run = await killedAt(scene, scenario, step);
  expect(await stepsOf(work.folder, run), 'the run was not in the middle').not.to.include('run-ended');
  const { code, stdout, stderr } = await work.windshear('recover');
  expect(code, stdout + stderr).to.equal(0);
  await expectPutBack(scene);
}

/** Kills a run at a step of its journal, and answers its id. */
export async function killedAt({ work }: Scene, scenario: string, step: string): Promise<string> {
  const going = work.start('run', scenario);
  await going.reached(step);
  going.kill('SIGKILL');
  expect((await going.ended).code, 'the exit code of what was killed').to.equal(undefined);
  const run = (await runsOf(work.folder)).at(-1);
  if (run === undefined) throw new Error('The run left no folder.');
  return run;
}
