import { expect } from 'chai';
import type { Call, Meddling } from './meddling-proxy.ts';
import { closeScene, expectPutBack, openScene, type Scene } from './scene.ts';
import { flat, sentences } from './sentences.ts';
import type { Sequence } from './side-by-side.ts';

/** A target that spoils its answers: from the start, to one call, or from some moment on. */
export const withTheTarget: Sequence<Scene> = {
  open: () =>
    openScene((work) => work.hasten('bucket-policy-flip', '1s'), { requestTimeout: '2s', revertBudget: '3s' }),
  checks: [
    ...(
      [
        ['answers rubbish', 'rubbish'],
        ['drops every connection', 'cut-before'],
        ['answers later than anyone waits', { lateMs: 10_000 }],
      ] as const
    ).map(
      ([what, meddling]) =>
        [
          `ends with exit 5 where the target ${what} from the start`,
          (scene: Scene) => unreachable(scene, meddling),
        ] as const,
    ),
    ['measures all the same where the target answers slowly', slow],
    ...(
      [
        ['is lost', 'cut-after'],
        ['comes too late', { lateMs: 4000 }],
        ['never comes, since the request is lost', 'cut-before'],
      ] as const
    ).map(
      ([what, meddling]) =>
        [
          `puts the account back, and says why, where the answer to an injection ${what}`,
          (scene: Scene) => unanswered(scene, meddling),
        ] as const,
    ),
    ['puts the account back where the answer to a revert is lost', revertUnanswered],
    ['ends with exit 6 where the target is lost with a fault in, and is recovered once it is back', lost],
  ],
  close: closeScene,
};

async function unreachable(scene: Scene, meddling: Meddling): Promise<void> {
  const { work, proxy } = scene;
  proxy.meddle = () => meddling;
  const { code, stderr } = await work.windshear('run', 'access-key-refused');
  proxy.meddle = () => 'pass';
  expect(code, stderr).to.equal(5);
  expect(sentences(stderr)).to.have.length(1);
  expect(stderr).to.contain('The AWS target cannot be reached').and.contain('windshear.yaml');
  await expectPutBack(scene);
}

async function slow(scene: Scene): Promise<void> {
  const { work, proxy } = scene;
  proxy.meddle = () => ({ lateMs: 150 });
  const { code, stdout, stderr } = await work.windshear('run', 'access-key-refused');
  proxy.meddle = () => 'pass';
  expect(code, stdout + stderr).to.equal(0);
  await expectPutBack(scene);
}

async function unanswered(scene: Scene, meddling: Meddling): Promise<void> {
  const { work, proxy } = scene;
  proxy.meddle = once((call) => call.phase === 'i' && isChange(call), meddling);
  const { code, stdout, stderr } = await work.windshear('run', 'bucket-policy-flip');
  expect(code, stdout + stderr).to.equal(3);
  expect(flat(stdout)).to.match(/Nothing was injected: .*s3:PutBucketPublicAccessBlock was sent and not answered/);
  await expectPutBack(scene);
}

async function revertUnanswered(scene: Scene): Promise<void> {
  const { work, proxy } = scene;
  proxy.meddle = once((call) => call.phase === 'r' && isChange(call), 'cut-after');
  const { code, stdout, stderr } = await work.windshear('run', 'rogue-instance');
  expect(code, stdout + stderr).to.equal(0);
  await expectPutBack(scene);
}

async function lost(scene: Scene): Promise<void> {
  const { work, proxy } = scene;
  const going = work.start('run', 'bucket-policy-flip');
  await going.reached('fault 1 acknowledged');
  proxy.meddle = () => 'cut-before';
  const { code, stdout, stderr } = await going.ended;
  proxy.meddle = () => 'pass';
  expect(code, stdout + stderr).to.equal(6);
  expect(flat(stdout)).to.contain('windshear recover');
  const recovered = await work.windshear('recover');
  expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
  await expectPutBack(scene);
}

function isChange({ method, body }: Call): boolean {
  return method !== 'GET' && method !== 'HEAD' && !/Action=(AssumeRole|Get|Describe)/.test(body);
}

/** Spoils the first call that fits, and passes on all others. */
function once(fits: (call: Call) => boolean, meddling: Meddling): (call: Call) => Meddling {
  let done = false;
  return (call) => {
    if (done || !fits(call)) return 'pass';
    done = true;
    return meddling;
  };
}
