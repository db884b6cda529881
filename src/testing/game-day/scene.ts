import { expect } from 'chai';
import { type MeddlingProxy, startMeddlingProxy } from './meddling-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** A workplace whose staging is up, behind a proxy that can spoil what the harness asks of the target. */
export interface Scene {
  readonly work: Workplace;
  readonly proxy: MeddlingProxy;
  /** The account before anything happened. */
  readonly untouched: unknown;
  /** `windshear.yaml` without the proxy. */
  readonly config: string;
}

export interface Limits {
  readonly requestTimeout: string;
  readonly revertBudget: string;
}

/** Patient as a user's environment is. */
const usual: Limits = { requestTimeout: '10s', revertBudget: '60s' };

/** Opens a scene; `prepare` may change files before the staging comes up. */
export async function openScene(prepare: (work: Workplace) => Promise<void>, limits = usual): Promise<Scene> {
  const work = await openWorkplace();
  try {
    await prepare(work);
    const { aws } = await work.up();
    const proxy = await startMeddlingProxy(aws.endpoint);
    let config = '';
    await work.edit('windshear.yaml', (text) => {
      config = text;
      return text
        .replace(/\$\{staging\.aws\.endpoint\}/, proxy.url)
        .replace('        identity:', `        requestTimeout: ${limits.requestTimeout}\n        identity:`)
        .replace('revertBudget: 15s', `revertBudget: ${limits.revertBudget}`);
    });
    return { work, proxy, config, untouched: await work.account() };
  } catch (error) {
    await work.close();
    throw error;
  }
}

export async function closeScene({ work, proxy }: Scene): Promise<void> {
  await proxy.close();
  await work.close();
}

/** Expects the account as it was, and nothing left for anyone to recover. */
export async function expectPutBack({ work, untouched }: Pick<Scene, 'work' | 'untouched'>): Promise<void> {
  const [account, recovered] = await Promise.all([work.account(), work.windshear('recover')]);
  expect(account, 'the account afterwards').to.deep.equal(untouched);
  expect(recovered, 'another recovery').to.deep.include({
    code: 0,
    stdout: 'Nothing to recover: no dead run of this folder has left anything in.',
  });
  expect([...(await work.files('.windshear/state')).keys()], 'pre-images and locks').to.deep.equal([]);
}
