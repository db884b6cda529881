import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OpenChannel } from '../../model/detector.ts';
import { type FakeChannelContext, fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { portOf, serveObjects, stepUntil, thing, until } from '../../testing/fakes/object-server.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { kubernetesWatch } from './kubernetes-watch.ts';

describe('kubernetes-watch', () => {
  let api: Awaited<ReturnType<typeof serveObjects>>;
  let folder = '';
  let clock = new VirtualClock();
  let ctx: FakeChannelContext;
  let open: OpenChannel[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'windshear-watch-'));
  });
  beforeEach(async () => {
    api = await serveObjects();
    open = [];
    clock = new VirtualClock();
    ctx = fakeChannelContext({ clock });
  });
  afterEach(async () => {
    for (const channel of open) await channel.close();
    api.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  async function watch(params: object = {}): Promise<OpenChannel> {
    const channel = await kubernetesWatch.open(
      ctx,
      kubernetesWatch.params.parse({ server: api.origin, path: '/apis/example.dev/v1/things', ...params }),
    );
    open.push(channel);
    return channel;
  }
  const watching = (count: number) => until(() => api.watches.length >= count, `${count} watches`);
  const told = () => ctx.texts().map((text) => JSON.parse(text) as { type: string; object: object; previous?: object });
  const watched = () => api.asked.filter(({ url }) => url.searchParams.has('watch')).map(({ url }) => url.searchParams);

  it('hands over what exists, page by page, then api.watches from there', async () => {
    api.items = [
      { name: 'a', version: 4 },
      { name: 'b', version: 7 },
    ];
    await watch({ labelSelector: 'app=x', fieldSelector: 'type=Warning' });
    expect(told()).to.deep.equal(
      api.items.map((item) => ({
        type: 'ADDED',
        object: { kind: 'Thing', apiVersion: 'example.dev/v1', ...thing(item) },
      })),
    );
    await watching(1);
    expect(Object.fromEntries(watched()[0] ?? [])).to.deep.equal({
      labelSelector: 'app=x',
      fieldSelector: 'type=Warning',
      watch: '1',
      resourceVersion: '10',
      allowWatchBookmarks: 'true',
    });
  });

  it('hands over each change, with the object as it was before', async () => {
    await watch();
    await watching(1);
    const [first, second] = [thing({ name: 'a', version: 11 }), thing({ name: 'a', version: 12, value: 'ü' })];
    api.tell('ADDED', first);
    await ctx.delivered(1);
    const line = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: second })}\n`);
    api.last().write(line.subarray(0, line.indexOf(0xc3) + 1));
    api.last().write(line.subarray(line.indexOf(0xc3) + 1));
    await ctx.delivered(2);
    api.tell('DELETED', second);
    await ctx.delivered(3);
    expect(told()).to.deep.equal([
      { type: 'ADDED', object: first },
      { type: 'MODIFIED', object: second, previous: first },
      { type: 'DELETED', object: second },
    ]);
  });

  it('goes on after the last change or bookmark when a watch ends, and hands nothing over twice', async () => {
    await watch();
    await watching(1);
    api.tell('ADDED', thing({ name: 'a', version: 11 }));
    await ctx.delivered(1);
    api.tell('BOOKMARK', { metadata: { resourceVersion: '15' } });
    api.last().end();
    await watching(2);
    expect(watched()[1]?.get('resourceVersion')).to.equal('15');
    api.tell('ADDED', thing({ name: 'a', version: 11 }));
    api.tell('ADDED', thing({ name: 'b', version: 16 }));
    await ctx.delivered(2);
    expect(told().map(({ object }) => (object as { metadata: { name: string } }).metadata.name)).to.deep.equal([
      'a',
      'b',
    ]);
  });

  it('goes on when the connection is cut in the middle of a line', async () => {
    await watch();
    await watching(1);
    api.tell('ADDED', thing({ name: 'a', version: 11 }));
    await ctx.delivered(1);
    await new Promise((resolve) => api.last().write('{"type":"ADDED","obj', resolve));
    api.last().destroy();
    await watching(2);
    expect(watched()[1]?.get('resourceVersion')).to.equal('11');
    expect(ctx.refusals).to.deep.equal([]);
  });

  for (const how of ['in the stream', 'as an answer'])
    it(`lists again when the version is too old (410 ${how}), and tells only what changed`, async () => {
      api.items = [
        { name: 'a', version: 4 },
        { name: 'b', version: 5 },
      ];
      await watch();
      await watching(1);
      api.items = [
        { name: 'b', version: 5 },
        { name: 'c', version: 20 },
      ];
      api.version = 21;
      if (how === 'in the stream')
        api.tell('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' });
      else {
        api.refuseWatch = 410;
        api.last().end();
      }
      await stepUntil(() => ctx.payloads.length >= 4, clock);
      expect(
        told()
          .slice(2)
          .map(({ type, object }) => [type, (object as { metadata: { name: string } }).metadata.name]),
      ).to.deep.equal([
        ['DELETED', 'a'],
        ['ADDED', 'c'],
      ]);
      await stepUntil(() => watched().at(-1)?.get('resourceVersion') === '21', clock);
    });

  it('opens a silent watch anew after its idle time, which every byte begins again', async () => {
    await watch({ idle: '60s' });
    await watching(1);
    await until(() => clock.sleeping > 0, 'sleeper');
    await clock.advance(40_000);
    api.tell('BOOKMARK', { metadata: { resourceVersion: '11' } });
    api.tell('ADDED', thing({ name: 'a', version: 12 }));
    await ctx.delivered(1);
    await clock.advance(40_000);
    expect(api.watches).to.have.length(1);
    await stepUntil(() => api.watches.length === 2, clock, 20_000);
    expect(watched()[1]?.get('resourceVersion')).to.equal('12');
  });

  it('waits longer between attempts that fail, and lists again after the third', async () => {
    await watch();
    await watching(1);
    api.asked.length = 0;
    for (let n = 0; n < 3; n++) {
      api.refuseWatch = 500;
      if (n === 0) api.last().end();
      await stepUntil(() => api.refuseWatch === undefined, clock);
    }
    await stepUntil(() => api.watches.length === 2, clock);
    expect(api.asked.filter(({ url }) => !url.searchParams.has('watch'))).to.have.length(1);
    expect(ctx.lines[0]).to.match(/things broke off: .* answered 500: too old resource version/);
  });

  it('hands over a part of each object where a pointer is given', async () => {
    api.items = [{ name: 'a', version: 4, value: 'x' }];
    await watch({ at: '/value' });
    await watching(1);
    api.tell('ADDED', thing({ name: 'b', version: 11 }));
    api.tell('ADDED', thing({ name: 'c', version: 12, value: 'y' }));
    await ctx.delivered(2);
    expect(ctx.texts()).to.deep.equal(['"x"', '"y"']);
  });

  it('reads its token anew for each request', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    await watch({ token: { file } });
    await watching(1);
    writeFileSync(file, 'second\n');
    api.last().end(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '11' } } })}\n`);
    await watching(2);
    expect(api.asked.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer first',
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('refuses a line that is no event and reads on', async () => {
    await watch();
    await watching(1);
    api.last().write('{"type":"ODD"}\n');
    api.tell('ADDED', thing({ name: 'a', version: 11 }));
    await ctx.delivered(1);
    expect(ctx.refusals).to.have.length(1);
  });

  it("does not open where it may not list, and says the server's words", async () => {
    const failure = await watch({ path: '/apis/example.dev/v1/forbidden' }).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'unreachable' });
    expect(String(failure)).to.contain('answered 403: events is forbidden');
  });

  it('ends its connection when closed', async () => {
    const channel = await watch();
    await watching(1);
    const cut = new Promise<void>((resolve) => api.last().on('close', resolve));
    await channel.close();
    await cut;
    expect(clock.sleeping).to.equal(0);
  });

  it('sends nothing in clear but to loopback', () => {
    const accepts = (url: string) => kubernetesWatch.params.safeParse({ server: url, path: '/api/v1/events' }).success;
    expect(['http://127.0.0.1:8001', 'http://[::1]:1', 'https://10.0.0.1'].map(accepts)).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect(['http://10.0.0.1', 'http://127.0.0.1.example.com'].map(accepts)).to.deep.equal([false, false]);
  });

  it('trusts the named authority over TLS and no other', async function () {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const openssl = spawnSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    if (openssl.error !== undefined) this.skip();
    const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, api.answer);
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const at = `https://127.0.0.1:${portOf(tls)}`;
    try {
      const distrusted = await watch({ server: at }).catch((error: unknown) => error);
      expect(String(distrusted)).to.match(/self-signed certificate/);
      const channel = await watch({ server: at, caFile: cert });
      await watching(1);
      api.tell('ADDED', thing({ name: 'a', version: 11 }));
      await ctx.delivered(1);
      await channel.close();
    } finally {
      tls.closeAllConnections();
      tls.close();
    }
  });
});
