import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliFolder, cliFolder } from '../testing/cli-folder.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

describe('windshear plan in an environment with windows or a lease', function () {
  this.timeout(30_000);
  let folder: CliFolder;
  let config: string;

  before(async () => {
    folder = await cliFolder('project');
    config = await readFile(join(folder.path, 'windshear.yaml'), 'utf8');
  });

  after(() => folder.remove());

  async function plan(window: string) {
    await folder.write('windshear.yaml', config.replace(/^ {4}budgets:/m, `    windows: [${window}]\n    budgets:`));
    return folder.run(['plan', 'rogue-privileged-pod']);
  }

  it('lists them, and says that a run now ends inside', async () => {
    const { code, out } = await plan('{ from: "00:00", to: "24:00", zone: UTC }');
    expect(out).to.match(/Windows\n {2}every day 00:00 to 24:00 UTC\n {2}✔ a run that begins now ends inside\n/);
    expect(code).to.equal(0);
  });

  it('names the lease that a run takes, and whether its journal is mirrored', async () => {
    const lease = 'lease: { type: s3, bucket: example-leases, ttl: 30s }';
    const mirror = 'journal: { mirror: { key: { env: KEY } } }';
    const added = `    ${lease}\n    ${mirror}\n    budgets:`;
    await folder.write('windshear.yaml', config.replace(/^ {4}budgets:/m, added));
    const { code, out } = await folder.run(['plan', 'rogue-privileged-pod']);
    expect(out).to.contain(
      '\nLease\n  s3://example-leases/windshear, renewed for 30 s at a time; journal and states are mirrored',
    );
    expect(out).to.match(
      /"s3:GetObject",\s+"s3:PutObject"\s+\],\s+"Resource": \[\s+"arn:aws:s3:::example-leases\/windshear\/lease"/,
    );
    expect(code).to.equal(0);
  });

  it('says why a run now would be refused, which is no failure of a plan', async () => {
    const later = days[(new Date().getUTCDay() + 3) % 7];
    const { code, out } = await plan(`{ days: [${later}], from: "08:00", to: "09:00", zone: UTC }`);
    expect(out).to.contain(`  ${later} 08:00 to 09:00 UTC\n`);
    expect(out).to.match(/ {2}✘ now: Environment 'embedded' may be touched only in its windows/);
    expect(code).to.equal(0);
  });
});
