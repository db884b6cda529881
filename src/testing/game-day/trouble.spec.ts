import { expect } from 'chai';
import type { Ended } from './command-line.ts';
import { type Call, type Meddling, type MeddlingProxy, startMeddlingProxy } from './meddling-proxy.ts';
import { outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** Nothing listens there: it is the discard port, and below those that the system hands out. */
const deadUrl = 'http://127.0.0.1:9';

describe('windshear run in trouble', function () {
  this.timeout(300_000);
  let work: Workplace;
  let proxy: MeddlingProxy;
  let untouched: unknown;
  let config: string;

  before(async () => {
    work = await openWorkplace();
    await work.hasten('bucket-policy-flip', '1s');
    const { aws } = await work.up();
    proxy = await startMeddlingProxy(aws.endpoint);
    await work.edit('windshear.yaml', (text) => {
      config = text;
      return text
        .replace(/\$\{staging\.aws\.endpoint\}/, proxy.url)
        .replace('        identity:', '        requestTimeout: 2s\n        identity:')
        .replace('stability: 3s', 'stability: 3s\n    revertBudget: 3s');
    });
    untouched = await work.account();
  });

  beforeEach(() => {
    proxy.meddle = () => 'pass';
  });

  afterEach(async () => {
    expect(await work.account(), 'the account afterwards').to.deep.equal(untouched);
  });

  after(async () => {
    await proxy?.close();
    await work.close();
  });

  /** Runs with another windshear.yaml. */
  async function runWith(change: (text: string) => string, ...args: readonly string[]): Promise<Ended> {
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

  it('refuses an unknown environment with exit 2 and the nearest name', async () => {
    const { code, stderr } = await work.windshear('run', '--env', 'embeded');
    expect(code).to.equal(2);
    expect(sentences(stderr)).to.have.length(1);
    expect(stderr).to.contain("'embeded'").and.contain("'embedded'");
  });

  it('refuses a second run on the same environment with exit 4', async () => {
    const first = work.start('run', 'access-key-refused');
    await first.reached('trial-started');
    const { code, stderr } = await work.windshear('run', 'access-key-refused');
    expect(code).to.equal(4);
    expect(sentences(stderr)).to.have.length(1);
    expect(stderr).to.match(/Environment 'embedded' is in use by 'run .*Wait until it has ended/);
    expect((await first.ended).code).to.equal(0);
  });

  it('ends with exit 5 where the target refuses connections', async () => {
    const dead = (text: string) => text.replace(/\$\{staging\.aws\.endpoint\}/, deadUrl);
    const { code, stderr } = await runWith(dead, 'access-key-refused');
    expect(code).to.equal(5);
    expect(sentences(stderr)).to.have.length(1);
    expect(stderr).to.contain('The AWS target cannot be reached').and.contain('windshear.yaml');
  });

  for (const [what, meddling] of [
    ['answers rubbish', 'rubbish'],
    ['drops every connection', 'cut-before'],
    ['answers later than anyone waits', { lateMs: 10_000 }],
  ] as const) {
    it(`ends with exit 5 where the target ${what} from the start`, async () => {
      proxy.meddle = () => meddling;
      const { code, stderr } = await work.windshear('run', 'access-key-refused');
      expect(code, stderr).to.equal(5);
      expect(sentences(stderr)).to.have.length(1);
      expect(stderr).to.contain('The AWS target cannot be reached').and.contain('windshear.yaml');
    });
  }

  it('measures all the same where the target answers slowly', async () => {
    proxy.meddle = () => ({ lateMs: 150 });
    const { code, stdout, stderr } = await work.windshear('run', 'access-key-refused');
    expect(code, stdout + stderr).to.equal(0);
  });

  for (const [what, meddling] of [
    ['is lost', 'cut-after'],
    ['comes too late', { lateMs: 4000 }],
    ['never comes because the request is lost', 'cut-before'],
  ] as const) {
    it(`puts the account back, and says why, where the answer to an injection ${what}`, async () => {
      proxy.meddle = once((call) => call.phase === 'i' && isChange(call), meddling);
      const { code, stdout, stderr } = await work.windshear('run', 'bucket-policy-flip');
      expect(code, stdout + stderr).to.equal(3);
      expect(flat(stdout)).to.match(/Nothing was injected: .*s3:PutBucketPublicAccessBlock was sent and not answered/);
      expect((await work.windshear('recover')).stdout).to.contain('Nothing to recover');
    });
  }

  it('puts the account back where the answer to a revert is lost', async () => {
    proxy.meddle = once((call) => call.phase === 'r' && isChange(call), 'cut-after');
    const { code, stdout, stderr } = await work.windshear('run', 'rogue-instance');
    expect(code, stdout + stderr).to.equal(0);
  });

  it('ends with exit 6 where the target is lost with a fault in, and is recovered once it is back', async () => {
    const going = work.start('run', 'bucket-policy-flip');
    await going.reached('fault 1 acknowledged');
    proxy.meddle = () => 'cut-before';
    const { code, stdout, stderr } = await going.ended;
    expect(code, stdout + stderr).to.equal(6);
    expect(stdout).to.contain('windshear recover');
    proxy.meddle = () => 'pass';
    const recovered = await work.windshear('recover');
    expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
  });

  it('calls what a dead detector had to see inconclusive, and the rest as ever', async () => {
    const dead = (text: string) =>
      text.replace(/url: "\$\{staging\.detectors\.posture\.alerts\}"/, `url: "${deadUrl}/api/v2/alerts"`);
    const { code, stdout, stderr } = await runWith(dead, 'trust-policy-opened');
    expect(code, stdout + stderr).to.equal(3);
    expect(stdout + stderr).to.contain("The channel of 'posture' cannot be reached");
    expect(outcomesOf(await work.scorecard())['trust-policy-opened']).to.deep.include({
      'trail-rules/trust-policy-foreign-account': 'detected',
      'posture/ForeignTrust': 'inconclusive (channel-unproven)',
      rollback: 'clean',
    });
  });

  it('injects nothing and ends with exit 5 where no channel in use can be reached', async () => {
    const dead = (text: string) =>
      text
        .replace(/\$\{staging\.detectors\.trail-rules\.queueUrl\}/, `${deadUrl}/1/queue`)
        .replace(
          /(region: "\$\{staging\.aws\.region\}"\n\s+endpoint: )"\$\{staging\.aws\.endpoint\}"/,
          `$1"${deadUrl}"`,
        );
    const { code, stdout, stderr } = await runWith(dead, 'lambda-environment-drift');
    expect(code, stdout + stderr).to.equal(5);
    expect(stderr).to.contain('Nothing was injected: none of the channels in use could be reached (trail-rules)');
  });
});

describe('windshear run whose staging dies', function () {
  this.timeout(240_000);

  it('ends with exit 6, and recover closes the run', async () => {
    const work = await openWorkplace();
    try {
      await work.hasten('bucket-policy-flip', '1s');
      const { pid } = await work.up();
      await work.edit('windshear.yaml', (text) => text.replace('stability: 3s', 'stability: 3s\n    revertBudget: 3s'));
      const going = work.start('run', 'bucket-policy-flip');
      await going.reached('fault 1 acknowledged');
      process.kill(pid, 'SIGKILL');
      const { code, stdout, stderr } = await going.ended;
      expect(code, stdout + stderr).to.equal(6);
      const recovered = await work.windshear('recover');
      expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
      expect(recovered.stdout).to.contain('is gone, and with it all that was in it');
    } finally {
      await work.close();
    }
  });
});

/** Without the line breaks that fit it to a terminal. */
function flat(printed: string): string {
  return printed.replaceAll(/\s+/g, ' ');
}

/** The lines that a person reads as the error, not as progress. */
function sentences(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => line.startsWith('windshear: '));
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
