import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { processIdentity } from './process-identity.ts';
import { withProcessLock } from './process-lock.ts';

describe('withProcessLock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one in after the other', async () => {
    const path = join(folder, 'lock');
    const order: string[] = [];
    const act = (name: string) => async () => {
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
    };
    await Promise.all([withProcessLock(path, 1000, act('a')), withProcessLock(path, 1000, act('b'))]);
    expect(order.map((text) => text.split(' ')[1])).to.deep.equal(['in', 'out', 'in', 'out']);
  });

  it('takes over from an owner that is dead, though its pid is in use again', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify({ ...(await processIdentity(process.pid)), startedAt: 'earlier' }));
    expect(await withProcessLock(path, 1000, () => readFile(path, 'utf8'))).to.contain(String(process.pid));
  });

  it('gives up after its patience with an owner that lives', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, JSON.stringify(await processIdentity(process.pid)));
    const error = await withProcessLock(path, 20, async () => undefined).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Error).with.property('message').that.contains('held by another process');
  });

  it('is free again after a failure', async () => {
    const path = join(folder, 'lock');
    const failing = withProcessLock(path, 1000, () => Promise.reject(new Error('no')));
    expect(await failing.catch(() => 'failed')).to.equal('failed');
    expect(await withProcessLock(path, 1000, async () => 'in')).to.equal('in');
  });
});
