import { expect } from 'chai';
import { systemClock } from '../detection/system-clock.ts';
import { runApplication } from './application.ts';
import { type ApplicationState, applicationStartUp } from './start-up.ts';

const token = 'a-token-for-tests';
const authorization = `Bearer ${token}`;
const other = `sha256:${'0'.repeat(64)}`;

describe('runApplication', () => {
  let end: AbortController;
  let state: ApplicationState;
  let audited: string[];

  beforeEach(async () => {
    end = new AbortController();
    audited = [];
    const startUp = applicationStartUp.parse({
      auditFile: '/unused',
      token,
      health: { everyMs: 20, timeoutMs: 100, failures: 2, successes: 2 },
    });
    const audit = (line: string) => audited.push(line);
    state = await runApplication(startUp, { audit, clock: systemClock, log: () => undefined, signal: end.signal });
  });
  afterEach(() => end.abort());

  it('answers a prompt with region, model version and digest, to who has the token', async () => {
    const answered = await infer({ authorization });
    expect(answered.status).to.equal(200);
    expect(answered.body).to.deep.include({ region: 'eu-west-1', model: state.model });
    expect((await infer({})).status).to.equal(401);
    expect((await infer({ authorization: 'Bearer wrong' })).status).to.equal(401);
  });

  for (const mode of ['refuse', 'hang', 'error', 'slow']) {
    it(`fails over within a second when a region does ${mode}, and comes back`, async () => {
      await put(state.regions['eu-west-1']?.admin, { mode });
      const began = performance.now();
      while ((await status()).active !== 'us-east-1') await systemClock.sleep(10);
      expect(performance.now() - began).to.be.below(2000);
      expect((await infer({ authorization })).body).to.include({ region: 'us-east-1' });
      await put(state.regions['eu-west-1']?.admin, { mode: 'serve' });
      while ((await status()).active !== 'eu-west-1') await systemClock.sleep(10);
      expect(await status()).to.include({ failovers: 2 });
    });
  }

  it('leads users away from a region that drains, without a failed request, and not from the last one', async () => {
    await put(state.regions['eu-west-1']?.admin, { mode: 'drain' });
    while ((await status()).active !== 'us-east-1') {
      expect((await infer({ authorization })).status).to.equal(200);
    }
    await put(state.regions['us-east-1']?.admin, { mode: 'error' });
    while ((await status()).active !== 'eu-west-1') await systemClock.sleep(10);
    expect((await infer({ authorization })).body).to.include({ region: 'eu-west-1' });
  });

  it('shows the card of its model to everybody once it is public', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${state.router}/model-card`, { headers })).status;
    expect([await ask({}), await ask({ authorization })]).to.deep.equal([401, 200]);
    await put(`${state.admin}/documentation`, { public: true });
    expect(await ask({})).to.equal(200);
    expect((await infer({})).status).to.equal(401);
  });

  it('answers 503 when no region is left', async () => {
    for (const { admin } of Object.values(state.regions)) await put(admin, { mode: 'error' });
    while ((await status()).active !== null) await systemClock.sleep(10);
    expect((await infer({ authorization })).status).to.equal(503);
  });

  it('lets everybody in when authentication is off, and swaps a model behind its version', async () => {
    await put(`${state.admin}/authentication`, { required: false });
    await put(`${state.admin}/models/resnet-7`, { digest: other });
    const answered = await infer({});
    expect(answered.status).to.equal(200);
    expect(answered.body).to.deep.include({ model: { version: 'resnet-7', digest: other } });
  });

  it('audits each change with who made it, refused ones too', async () => {
    const agent = { 'user-agent': 'windshear/1 wsabcdefghij23.i' };
    const done = await put(`${state.admin}/authentication`, { required: false }, agent);
    expect((await put(`${state.admin}/authentication`, { required: 'no' }, agent)).status).to.equal(400);
    expect((await put(`${state.admin}/authentication`, { required: true }, { 'if-match': '"1"' })).status).to.equal(
      412,
    );
    const entries = audited.map((line) => JSON.parse(line));
    expect(entries.map((entry) => entry.status)).to.deep.equal([200, 400, 412]);
    expect(entries[0]).to.deep.include({
      requestId: done.headers.get('x-request-id'),
      resource: 'endpoint/inference',
      userAgent: 'windshear/1 wsabcdefghij23.i',
      before: { required: true },
      after: { required: false },
    });
  });

  it('shows a page that takes a prompt and shows the answer, with the prompt escaped', async () => {
    expect(await (await fetch(state.router)).text()).to.include('<input id="prompt"');
    const body = new URLSearchParams({ prompt: '<b>x</b>' });
    const page = await (await fetch(`${state.router}/ask`, { method: 'POST', body })).text();
    expect(page)
      .to.match(/<p id="answer">It is a \w+\.<\/p>/)
      .and.include('&lt;b&gt;x')
      .and.not.include('<b>');
  });

  it('says that it is staging', async () => {
    expect(await (await fetch(`${state.router}/staging`)).json()).to.deep.equal({ staging: 'embedded' });
  });

  async function infer(headers: Record<string, string>) {
    const body = JSON.stringify({ prompt: 'a bird' });
    const response = await fetch(state.endpoint, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as object };
  }

  async function put(url: string | undefined, body: object, headers: Record<string, string> = {}) {
    return fetch(url ?? '', { method: 'PUT', headers, body: JSON.stringify(body) });
  }

  async function status() {
    return (await (await fetch(`${state.router}/status`)).json()) as { active: string | null; failovers: number };
  }
});
