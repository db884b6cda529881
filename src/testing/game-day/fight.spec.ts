import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import type { GuardrailResult } from '../../model/scorecard.ts';
import { eventually } from '../../staging/calls.fixture.ts';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import type { StagingState } from '../../staging/state.ts';
import { realTime } from '../real-time.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const released = 'registry.internal/inference-api:1.4.2';
const drifted = 'registry.internal/inference-api:1.4.2-hotfix';

/** Somebody puts back what is declared, and somebody else will not have it. */
describe('windshear run where a drift comes again after a heal', function () {
  this.timeout(120_000);
  let work: Workplace;
  let staging: StagingState;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    await work.edit('windshear.yaml', (text) =>
      text
        // So seldom that polls hardly see a drift: what is seen, the watch told.
        .replace('poll: 300ms', 'poll: 5s')
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the environment's own reference
        .replace('user: "${staging.kubernetes.users.reconciler}"', 'userAgent: healer/1'),
    );
    staging = await work.up('--without', 'release-reconciler');
    untouched = await work.account();
  });

  after(() => work.close());

  async function fight(driftsAgain: number): Promise<GuardrailResult> {
    const fought = healAndDrift(staging.kubernetes, driftsAgain);
    const { stdout, stderr } = await work.windshear('run', 'release-image-drift');
    await fought;
    const trial = (await work.scorecard()).scenarios[0]?.trials[0];
    const result = trial?.guardrails[0];
    if (result === undefined) throw new Error(stdout + stderr);
    expect(trial?.rollback.verdict, stdout + stderr).to.be.oneOf(['clean', 'by-guardrail']);
    // New pods run a moment after the last heal.
    await eventually(async () => (isDeepStrictEqual(await work.account(), untouched) ? true : undefined));
    return result;
  }

  it('J16: finds heals that do not last not stable', async () => {
    const { verdict, reasonCode, reason } = await fight(12);
    expect([verdict, reasonCode], reason).to.deep.equal(['absent', 'not-stable']);
  });

  it('J16: reckons from the last heal where the other gives in, and says who did it', async () => {
    const { verdict, reasonCode, reason, ttrMs } = await fight(1);
    expect([verdict, reasonCode], reason).to.deep.equal(['reverted', 'in-time']);
    expect(ttrMs).to.be.above(2 * driftMs + calmMs);
  });

  it('J16: credits nobody who sets something else instead, and leaves that to people', async () => {
    const altered = alter(staging.kubernetes);
    const { code, stdout, stderr } = await work.windshear('run', 'release-image-drift');
    await altered;
    const trial = (await work.scorecard()).scenarios[0]?.trials[0];
    const { verdict, reasonCode } = trial?.guardrails[0] ?? {};
    expect([verdict, reasonCode, code], stdout + stderr).to.deep.equal(['inconclusive', 'altered', 6]);
    await write(staging.kubernetes, released, 'person/1');
    expect((await work.windshear('recover')).code).to.equal(0);
    await eventually(async () => (isDeepStrictEqual(await work.account(), untouched) ? true : undefined));
  });
});

/** Waits for a drift, and sets another image than the one declared, as half a repair does. */
async function alter(kubernetes: StagingState['kubernetes']): Promise<void> {
  while ((await read(kubernetes)).image !== drifted) await realTime.sleep(50);
  await write(kubernetes, `${drifted}-2`, 'healer/1');
}

/** How long a drift and a heal last. */
const driftMs = 500;
const calmMs = 800;

/** Waits for a drift, heals it, and lets it come again so often, healed each time. */
async function healAndDrift(kubernetes: StagingState['kubernetes'], driftsAgain: number): Promise<void> {
  while ((await read(kubernetes)).image !== drifted) await realTime.sleep(50);
  for (let left = driftsAgain; ; left--) {
    await realTime.sleep(driftMs);
    await write(kubernetes, released, 'healer/1');
    if (left === 0) return;
    await realTime.sleep(calmMs);
    await write(kubernetes, drifted, 'drifter/1');
  }
}

const path = '/apis/apps/v1/namespaces/inference/deployments/inference-api';
const container = z.looseObject({ image: z.string() });
const deployment = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.tuple([container]) }) }) }),
});

async function read(kubernetes: StagingState['kubernetes']) {
  const object = deployment.parse(await askClusterAdmin(kubernetes, { method: 'GET', path }));
  return { object, image: object.spec.template.spec.containers[0].image };
}

/** Does nothing where the image is so already, as when the harness put it back meanwhile. */
async function write(kubernetes: StagingState['kubernetes'], image: string, userAgent: string): Promise<void> {
  for (;;) {
    const { object, image: live } = await read(kubernetes);
    if (live === image) return;
    object.spec.template.spec.containers[0].image = image;
    try {
      await askClusterAdmin(kubernetes, { method: 'PUT', path, body: object, userAgent });
      return;
    } catch (error) {
      // Somebody wrote to it in between.
      if (!(error instanceof Error && error.message.includes('answered 409'))) throw error;
    }
  }
}
