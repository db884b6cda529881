import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import type { Json } from '../model/json.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { BrowserFinding, BrowserPage } from '../targets/http/browser.ts';
import type { HttpClients } from '../targets/http/clients.ts';
import { FakeHttp, unreliableHttp } from '../testing/fakes/http.ts';
import type { CallFate } from '../testing/fakes/unreliable-aws.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { browserJourney } from './browser.journey.ts';
import { httpAvailability } from './http.availability.ts';
import { httpLatency } from './http.latency.ts';
import { kubernetesReadiness } from './kubernetes.readiness.ts';

const url = 'http://127.0.0.1:8080/healthz';

describe('http.availability', () => {
  it('measures the share of requests that are answered well', async () => {
    const { ctx } = world((n) => (n === 2 ? 'unanswered-before-acting' : 'proceed'));
    const measured = await httpAvailability.measure(ctx, httpAvailability.params.parse({ url, calls: 4 }));
    expect(measured).to.include({ status: 'measured', value: 0.75 }).and.have.property('detail').that.is.a('string');
  });

  it('counts only the statuses that it is told', async () => {
    const { ctx } = world();
    const ask = { url: `${url}/gone`, calls: 1 };
    expect(await httpAvailability.measure(ctx, httpAvailability.params.parse(ask))).to.include({ value: 0 });
    const expected = httpAvailability.params.parse({ ...ask, statuses: [404] });
    expect(await httpAvailability.measure(ctx, expected)).to.deep.equal({ status: 'measured', value: 1 });
  });
});

describe('http.latency', () => {
  it('measures a percentile, in which a failed request counts as its time limit', async () => {
    const { ctx, clock } = world();
    let n = 0;
    const slow: HttpClients = {
      ...ctx.clients,
      ask: async (request, signal) => {
        await clock.sleep(++n * 10);
        if (n === 10) throw new CallError('unanswered', 'ECONNRESET', 'reset');
        return ctx.clients.ask(request, signal);
      },
    };
    const at = async (percentile: number) => {
      n = 0;
      const parsed = httpLatency.params.parse({ url, calls: 10, percentile });
      const measured = await httpLatency.measure({ ...ctx, clients: slow }, parsed);
      return measured.status === 'measured' ? measured.value : undefined;
    };
    expect(await at(50)).to.equal(50);
    expect(await at(90)).to.equal(90);
    expect(await at(95)).to.equal(2000);
  });
});

describe('kubernetes.readiness', () => {
  for (const [what, body, value] of [
    ['all are ready', { spec: { replicas: 2 }, status: { readyReplicas: 2 } }, 1],
    ['one of four is', { spec: { replicas: 4 }, status: { readyReplicas: 1 } }, 0.25],
    ['none is', { spec: { replicas: 4 }, status: {} }, 0],
    ['none is wanted', { spec: { replicas: 0 }, status: {} }, 1],
    ['the Deployment is gone', undefined, 0],
  ] as const) {
    it(`measures ${value} where ${what}`, async () => {
      const call = async () => {
        if (body === undefined) throw new CallError('not-found', 'NotFound', 'gone');
        return { status: 200, body: body as { [key: string]: Json }, warnings: [] };
      };
      const ctx = { clock: new VirtualClock(), signal: new AbortController().signal, clients: { call } };
      const measured = await kubernetesReadiness.measure(ctx, kubernetesReadiness.example);
      expect(measured).to.include({ status: 'measured', value });
    });
  }
});

describe('browser.journey', () => {
  it('measures 1 where every step succeeds, in order', async () => {
    const { measured, did } = await journey();
    expect(measured).to.deep.equal({ status: 'measured', value: 1 });
    expect(did).to.deep.equal(['goto', 'fill', 'click', 'expectText', 'close']);
  });

  it('ends at the first step that fails, with a screenshot', async () => {
    const { measured, did, kept } = await journey('click');
    expect(measured).to.deep.equal({ status: 'measured', value: 0, detail: 'Step 3 of 4 failed: no click' });
    expect(did).to.deep.equal(['goto', 'fill', 'click', 'screenshot', 'close']);
    expect(kept).to.deep.equal(['journey-0-step-3.png']);
  });

  it('is skipped with its reason where there is no browser', async () => {
    const { measured } = await journey('browser');
    expect(measured).to.deep.equal({ status: 'skipped', reason: 'No browser.' });
  });
});

async function journey(fails?: string) {
  const did: string[] = [];
  const kept: string[] = [];
  const step = (name: string) => async () => {
    did.push(name);
    if (name === fails) throw new CallError('failed', 'StepFailed', `no ${name}`);
  };
  const page: BrowserPage = {
    goto: step('goto'),
    fill: step('fill'),
    click: step('click'),
    expectText: step('expectText'),
    close: step('close'),
    screenshot: async () => {
      did.push('screenshot');
      return new Uint8Array();
    },
  };
  const finding: BrowserFinding =
    fails === 'browser' ? { status: 'absent', reason: 'No browser.' } : { status: 'open', page };
  const { ctx } = world();
  const clients: HttpClients = { ...ctx.clients, browser: async () => finding };
  const keep = async (name: string) => void kept.push(name);
  const measured = await browserJourney.measure({ ...ctx, clients, keep }, browserJourney.example);
  return { measured, did, kept };
}

function world(fateOf: (n: number) => CallFate = () => 'proceed') {
  const fake = new FakeHttp();
  fake.put(url, { healthy: true });
  const clock = new VirtualClock({ autoAdvance: true });
  const clients = unreliableHttp(fake.clients(), ({ n }) => fateOf(n));
  const ctx: ProbeContext<HttpClients> = { clock, signal: new AbortController().signal, clients };
  return { ctx, clock };
}
