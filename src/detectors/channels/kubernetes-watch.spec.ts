import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OpenChannel } from '../../model/detector.ts';
import { type FakeChannelContext, fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { kubernetesWatch } from './kubernetes-watch.ts';

interface Thing {
  readonly name: string;
  readonly version: number;
  readonly value?: string;
}

function thing({ name, version, value }: Thing) {
  return {
    metadata: { name, uid: `u-${name}`, resourceVersion: String(version) },
    ...(value !== undefined && { value }),
  };
}

describe('kubernetes-watch', () => {
  let server: Server;
  let origin = '';
  let folder = '';
  let items: readonly Thing[] = [];
  let version = 10;
  let refuseWatch: number | undefined;
  const asked: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[] = [];
  let watches: ServerResponse[] = [];
  let clock = new VirtualClock();
  let ctx: FakeChannelContext;
  let open: OpenChannel[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    asked.push({ url, headers: request.headers });
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname.endsWith('/forbidden')) json(403, { kind: 'Status', message: 'events is forbidden', code: 403 });
    else if (!url.searchParams.has('watch')) {
      const half = url.searchParams.get('continue') === 'more' ? items.slice(1) : items.slice(0, 1);
      const more = items.length > 1 && !url.searchParams.has('continue') ? { continue: 'more' } : {};
      json(200, {
        kind: 'ThingList',
        apiVersion: 'example.dev/v1',
        metadata: { resourceVersion: String(version), ...more },
        items: half.map(thing),
      });
    } else if (refuseWatch !== undefined) {
      json(refuseWatch, { kind: 'Status', message: 'too old resource version', code: refuseWatch });
      refuseWatch = undefined;
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      watches.push(response);
    }
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'windshear-watch-'));
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    items = [];
    version = 10;
    refuseWatch = undefined;
    asked.length = 0;
    watches = [];
    open = [];
    clock = new VirtualClock();
    ctx = fakeChannelContext({ clock });
  });
  afterEach(async () => {
    for (const channel of open) await channel.close();
    server.closeAllConnections();
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function watch(params: object = {}): Promise<OpenChannel> {
    const channel = await kubernetesWatch.open(
      ctx,
      kubernetesWatch.params.parse({ server: origin, path: '/apis/example.dev/v1/things', ...params }),
    );
    open.push(channel);
    return channel;
  }
  const watching = (count: number) => until(() => watches.length >= count, `${count} watches`);
  const last = () => watches.at(-1) as ServerResponse;
  const tell = (type: string, object: object) => last().write(`${JSON.stringify({ type, object })}\n`);
  const told = () => ctx.texts().map((text) => JSON.parse(text) as { type: string; object: object; previous?: object });
  const watched = () => asked.filter(({ url }) => url.searchParams.has('watch')).map(({ url }) => url.searchParams);

  it('hands over what exists, page by page, then watches from there', async () => {
    items = [
      { name: 'a', version: 4 },
      { name: 'b', version: 7 },
    ];
    await watch({ labelSelector: 'app=x', fieldSelector: 'type=Warning' });
    expect(told()).to.deep.equal(
      items.map((item) => ({
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
    tell('ADDED', first);
    await ctx.delivered(1);
    const line = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: second })}\n`);
    last().write(line.subarray(0, line.indexOf(0xc3) + 1));
    last().write(line.subarray(line.indexOf(0xc3) + 1));
    await ctx.delivered(2);
    tell('DELETED', second);
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
    tell('ADDED', thing({ name: 'a', version: 11 }));
    await ctx.delivered(1);
    tell('BOOKMARK', { metadata: { resourceVersion: '15' } });
    last().end();
    await watching(2);
    expect(watched()[1]?.get('resourceVersion')).to.equal('15');
    tell('ADDED', thing({ name: 'a', version: 11 }));
    tell('ADDED', thing({ name: 'b', version: 16 }));
    await ctx.delivered(2);
    expect(told().map(({ object }) => (object as { metadata: { name: string } }).metadata.name)).to.deep.equal([
      'a',
      'b',
    ]);
  });

  it('goes on when the connection is cut in the middle of a line', async () => {
    await watch();
    await watching(1);
    tell('ADDED', thing({ name: 'a', version: 11 }));
    await ctx.delivered(1);
    await new Promise((resolve) => last().write('{"type":"ADDED","obj', resolve));
    last().destroy();
    await watching(2);
    expect(watched()[1]?.get('resourceVersion')).to.equal('11');
    expect(ctx.refusals).to.deep.equal([]);
  });

  for (const how of ['in the stream', 'as an answer'])
    it(`lists again when the version is too old (410 ${how}), and tells only what changed`, async () => {
      items = [
        { name: 'a', version: 4 },
        { name: 'b', version: 5 },
      ];
      await watch();
      await watching(1);
      items = [
        { name: 'b', version: 5 },
        { name: 'c', version: 20 },
      ];
      version = 21;
      if (how === 'in the stream') tell('ERROR', { kind: 'Status', code: 410, message: 'too old resource version' });
      else {
        refuseWatch = 410;
        last().end();
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
    await untilSleeping(clock);
    await clock.advance(40_000);
    tell('BOOKMARK', { metadata: { resourceVersion: '11' } });
    tell('ADDED', thing({ name: 'a', version: 12 }));
    await ctx.delivered(1);
    await clock.advance(40_000);
    expect(watches).to.have.length(1);
    await stepUntil(() => watches.length === 2, clock, 20_000);
    expect(watched()[1]?.get('resourceVersion')).to.equal('12');
  });

  it('waits longer between attempts that fail, and lists again after the third', async () => {
    await watch();
    await watching(1);
    asked.length = 0;
    for (let n = 0; n < 3; n++) {
      refuseWatch = 500;
      if (n === 0) last().end();
      await stepUntil(() => refuseWatch === undefined, clock);
    }
    await stepUntil(() => watches.length === 2, clock);
    expect(asked.filter(({ url }) => !url.searchParams.has('watch'))).to.have.length(1);
    expect(ctx.lines[0]).to.match(/things broke off: .* answered 500: too old resource version/);
  });

  it('hands over a part of each object where a pointer is given', async () => {
    items = [{ name: 'a', version: 4, value: 'x' }];
    await watch({ at: '/value' });
    await watching(1);
    tell('ADDED', thing({ name: 'b', version: 11 }));
    tell('ADDED', thing({ name: 'c', version: 12, value: 'y' }));
    await ctx.delivered(2);
    expect(ctx.texts()).to.deep.equal(['"x"', '"y"']);
  });

  it('reads its token anew for each request', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    await watch({ token: { file } });
    await watching(1);
    writeFileSync(file, 'second\n');
    last().end(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '11' } } })}\n`);
    await watching(2);
    expect(asked.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer first',
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('refuses a line that is no event and reads on', async () => {
    await watch();
    await watching(1);
    last().write('{"type":"ODD"}\n');
    tell('ADDED', thing({ name: 'a', version: 11 }));
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
    const cut = new Promise<void>((resolve) => last().on('close', resolve));
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
    try {
      const subject = ['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
      execFileSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    } catch {
      this.skip();
    }
    const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const at = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    try {
      const distrusted = await watch({ server: at }).catch((error: unknown) => error);
      expect(String(distrusted)).to.match(/self-signed certificate/);
      const channel = await watch({ server: at, caFile: cert });
      await watching(1);
      tell('ADDED', thing({ name: 'a', version: 11 }));
      await ctx.delivered(1);
      await channel.close();
    } finally {
      tls.closeAllConnections();
      tls.close();
    }
  });
});

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`no ${what} in time`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Moves virtual time on in small steps, with real turns between them for the network. */
async function stepUntil(holds: () => boolean, clock: VirtualClock, stepMs = 50): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come to hold in time');
    await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function untilSleeping(clock: VirtualClock): Promise<void> {
  await until(() => clock.sleeping > 0, 'sleeper');
}
