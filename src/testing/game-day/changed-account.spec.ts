import { expect } from 'chai';
import type { Meddling } from './meddling-proxy.ts';
import { closeScene, expectPutBack, openScene, type Scene } from './scene.ts';
import { flat } from './sentences.ts';

/** So short that it is renewed, and its identity asked for again, before each call. */
const shortLived: Meddling = {
  rewrite: (text) => text.replace(/(?<=<Expiration>)[^<]*/, new Date(Date.now() + 60_000).toISOString()),
};
const elsewhere: Meddling = { rewrite: (text) => text.replace(/(?<=<Account>)\d*/, '999988887777') };

describe('windshear run whose credentials change account in mid-run', function () {
  this.timeout(120_000);
  let scene: Scene;

  before(async () => {
    scene = await openScene((work) => work.hasten('bucket-policy-flip', '1s'));
  });

  after(() => closeScene(scene));

  it('asks who it is before the next change, injects nothing more, takes back what is in, and exits 4', async () => {
    const { work, proxy } = scene;
    let hasChanged = false;
    proxy.meddle = ({ phase, body }) => {
      if (phase !== 'i') return 'pass';
      if (body.includes('Action=AssumeRole')) return shortLived;
      return hasChanged && body.includes('Action=GetCallerIdentity') ? elsewhere : 'pass';
    };
    const going = work.start('run', 'bucket-policy-flip', 'rogue-instance');
    await going.reached('control 0 acknowledged');
    hasChanged = true;
    const { code, stdout, stderr } = await going.ended;
    proxy.meddle = () => 'pass';
    expect(code, stdout + stderr).to.equal(4);
    expect(flat(stdout)).to.contain('The AWS credentials belong to account …7777, expected …3333');
    expect(flat(stdout)).not.to.contain('999988887777');
    await expectPutBack(scene);
  });

  it('goes on where a renewed session is of the same account', async () => {
    const { work, proxy } = scene;
    proxy.meddle = ({ phase, body }) => (phase === 'i' && body.includes('Action=AssumeRole') ? shortLived : 'pass');
    const { code, stdout, stderr } = await work.windshear('run', 'bucket-policy-flip');
    proxy.meddle = () => 'pass';
    expect(code, stdout + stderr).to.equal(0);
    await expectPutBack(scene);
  });
});
