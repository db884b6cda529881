import { appendFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OpenChannel } from '../../model/detector.ts';
import { type FakeChannelContext, fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { newFollower } from './file-follower.ts';
import { fileTail } from './file-tail.ts';

describe('file-tail', () => {
  let folder = '';
  let path = '';
  let ctx: FakeChannelContext;
  let clock: VirtualClock;
  let channel: OpenChannel | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-tail-'));
    path = join(folder, 'alerts.jsonl');
    clock = new VirtualClock();
    ctx = fakeChannelContext({ clock });
  });
  afterEach(async () => {
    await channel?.close();
    channel = undefined;
    await rm(folder, { recursive: true, force: true });
  });
  const open = async (at = path) => {
    channel = await fileTail.open(ctx, fileTail.params.parse({ path: at }));
  };

  it('hands over what is appended after it opened, a line a payload', async () => {
    await writeFile(path, 'old\nolder\n');
    await open();
    await appendFile(path, 'a\r\n\n  \nb\nc\n');
    await ctx.delivered(3);
    expect(ctx.texts()).to.deep.equal(['a', 'b', 'c']);
  });

  it('waits for the end of a line that is written in parts, of characters too', async () => {
    await writeFile(path, '');
    await open();
    const bytes = Buffer.from('{"é":1}\nx\n');
    await appendFile(path, bytes.subarray(0, 3));
    await clock.advance(500);
    await appendFile(path, bytes.subarray(3));
    await ctx.delivered(2);
    expect(ctx.texts()).to.deep.equal(['{"é":1}', 'x']);
  });

  it('hears a line whole that was half written when it opened', async () => {
    await writeFile(path, `old\n{"a":`);
    await open();
    await appendFile(path, '1}\n');
    await ctx.delivered(1);
    expect(ctx.texts()).to.deep.equal(['{"a":1}']);
  });

  it('reads a file that appears later from its start, in a folder that appears later', async () => {
    const later = join(folder, 'sub', 'alerts.jsonl');
    await open(later);
    expect(ctx.lines[0]).to.match(/looking instead/);
    await mkdir(join(folder, 'sub'));
    await writeFile(later, 'first\n');
    // A look may be under way from before the write; the one after it sees the file.
    await looks(2);
    expect(ctx.texts()).to.deep.equal(['first']);
  });

  it('follows rotation by rename, with what its writer still adds to the old file and its torn end', async () => {
    await writeFile(path, 'old\n');
    await open();
    await appendFile(path, 'a\n');
    await rename(path, `${path}.1`);
    await writeFile(path, 'c\n');
    await appendFile(`${path}.1`, 'b');
    await looks(3);
    expect([...ctx.texts()].sort()).to.deep.equal(['a', 'b', 'c']);
    await appendFile(path, 'd\n');
    await ctx.delivered(4);
  });

  it('follows rotation by truncation', async () => {
    await writeFile(path, 'a long line of old\n');
    await open();
    await appendFile(path, 'half of');
    await looks(2);
    await truncate(path, 0);
    await looks(2);
    await appendFile(path, 'new\n');
    await ctx.delivered(1);
    expect(ctx.texts()).to.deep.equal(['new']);
  });

  it('takes thousands of lines at once', async () => {
    await writeFile(path, '');
    await open();
    await appendFile(path, Array.from({ length: 5000 }, (_, n) => `{"n":${n},"pad":"${'x'.repeat(60)}"}\n`).join(''));
    await ctx.delivered(5000);
    expect(JSON.parse(ctx.texts().at(-1) ?? '')).to.include({ n: 4999 });
  });

  it('J19: says since when a line may have been there, however late it is read', async () => {
    await writeFile(path, '');
    const follower = newFollower(ctx, path);
    await follower.start();
    await clock.advance(100);
    const asked = clock.monoMs();
    await appendFile(path, `${'x'.repeat(100_000)}\n`);
    await clock.advance(900);
    let more = 'late\n';
    ctx.onDeliver = () => {
      appendFileSync(path, more);
      more = '';
    };
    await follower.drain(asked);
    await follower.close();
    expect(ctx.payloads.map(({ arrivedMonoMs }) => arrivedMonoMs)).to.deep.equal([asked, asked + 900]);
  });

  it('counts the lines that it cannot keep up with, says so, and goes on behind them', async () => {
    await writeFile(path, 'old\n');
    const follower = newFollower(ctx, path, 1000);
    await follower.start();
    await appendFile(path, `${Array.from({ length: 300 }, (_, n) => `line ${n}`).join('\n')}\nlast`);
    await follower.drain(0);
    await appendFile(path, ' one\n');
    await follower.drain(0);
    await follower.close();
    expect(ctx.overloads).to.deep.equal([`${path} grows faster than it is read: 300`]);
    expect(ctx.texts()).to.deep.equal(['last one']);
  });

  it('hands over on close what came last', async () => {
    await writeFile(path, '');
    await open();
    await appendFile(path, 'last\n');
    await channel?.close();
    channel = undefined;
    expect(ctx.texts()).to.deep.equal(['last']);
  });

  /** Lets the slow look come round, with time for the file system in between. */
  async function looks(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      await clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});
