import { expect } from 'chai';
import { z } from 'zod';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import type { TestableDetector } from './detector.ts';
import { createSubscriptions } from './identity-rules/subscriptions.ts';
import { createAlertStore } from './posture/alert-store.ts';
import { detectionRoutes } from './routes.ts';
import { serve } from './server.ts';

describe('detectionRoutes', () => {
  let end: AbortController;
  let base: string;
  let tested: string[];
  beforeEach(() => open(true));
  afterEach(() => end.abort(new Error('test is over')));

  it('accepts a test with a marker by 202 and hands it to the detector', async () => {
    expect(await call('POST /trail-rules/test', { marker: 'wsa.k' })).to.deep.equal({ status: 202, body: undefined });
    expect(await call('POST /identity-rules/test', { marker: 'wsb.k' })).to.deep.equal({
      status: 202,
      body: undefined,
    });
    expect(tested).to.deep.equal(['trail-rules wsa.k', 'identity-rules wsb.k']);
  });

  for (const body of ['', '{', '[]', '{"marker":7}']) {
    it(`refuses a test whose body is '${body}'`, async () => {
      expect((await call('POST /trail-rules/test', body)).status).to.equal(400);
      expect(tested).to.deep.equal([]);
    });
  }

  it('adds and removes a subscription', async () => {
    const url = { url: 'http://127.0.0.1:1/x' };
    expect((await call('PUT /identity-rules/subscriptions', url)).status).to.equal(204);
    expect((await call('DELETE /identity-rules/subscriptions', url)).status).to.equal(204);
    expect((await call('DELETE /identity-rules/subscriptions', url)).status).to.equal(404);
  });

  for (const url of ['http://example.com/', 'nothing']) {
    it(`refuses a subscription of '${url}'`, async () => {
      expect((await call('PUT /identity-rules/subscriptions', { url })).status).to.equal(400);
    });
  }

  it('lists a posted alert', async () => {
    const labels = { alertname: 'windshear-test', resource: 'r' };
    expect(await call('POST /posture/api/v2/alerts', [{ labels }])).to.deep.equal({ status: 200, body: undefined });
    expect((await call('GET /posture/api/v2/alerts')).body).to.have.nested.property('[0].labels.alertname');
  });

  it('filters as Alertmanager does', async () => {
    const named = ['PublicBucket', 'TrailStopped'].map((alertname) => ({ labels: { alertname } }));
    await call('POST /posture/api/v2/alerts', named);
    const shown = async (query: string) => {
      const { body } = await call(`GET /posture/api/v2/alerts?${query}`);
      return z
        .array(z.object({ labels: z.object({ alertname: z.string() }) }))
        .parse(body)
        .map((one) => one.labels.alertname);
    };
    expect(await shown(`filter=${encodeURIComponent('alertname="TrailStopped"')}`)).to.deep.equal(['TrailStopped']);
    expect(await shown(`filter=${encodeURIComponent('alertname=~"Public.*"')}`)).to.deep.equal(['PublicBucket']);
    expect(await shown(`filter=${encodeURIComponent('alertname!="PublicBucket"')}`)).to.deep.equal(['TrailStopped']);
    expect(await shown('active=false')).to.deep.equal([]);
    expect((await call('GET /posture/api/v2/alerts?filter=x')).status).to.equal(400);
  });

  for (const alerts of [
    {},
    [{ labels: {} }],
    [{ labels: { 'not a name': 'x' } }],
    [{ labels: { a: 'b' }, startsAt: 'soon' }],
    [{ labels: { a: 'b' }, startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }],
  ]) {
    it(`refuses alerts that are ${JSON.stringify(alerts)} with a JSON string`, async () => {
      const { status, body } = await call('POST /posture/api/v2/alerts', alerts);
      expect(status).to.equal(400);
      expect(body).to.be.a('string');
    });
  }

  it('accepts and shows nothing without delivery', async () => {
    end.abort(new Error('reopened'));
    await open(false);
    expect((await call('POST /posture/api/v2/alerts', [{ labels: { a: 'b' } }])).status).to.equal(200);
    expect((await call('GET /posture/api/v2/alerts')).body).to.deep.equal([]);
  });

  it('answers 404, 405 and 413 where they belong', async () => {
    expect((await call('GET /nothing')).status).to.equal(404);
    expect((await call('GET /trail-rules/test')).status).to.equal(405);
    expect((await call('POST /trail-rules/test', { marker: 'x'.repeat(16 * 1024 * 1024) })).status).to.equal(413);
  });

  async function open(postureDelivery: boolean): Promise<void> {
    end = new AbortController();
    tested = [];
    const clock = new VirtualClock();
    const log = () => undefined;
    const detector = (name: string): TestableDetector => ({
      handle: () => undefined,
      chatter: () => undefined,
      test: (marker) => tested.push(`${name} ${marker}`),
    });
    const routes = detectionRoutes({
      trailRules: detector('trail-rules'),
      identityRules: detector('identity-rules'),
      subscriptions: createSubscriptions({ post: async () => 204, clock, log, signal: end.signal }),
      alerts: createAlertStore(clock),
      postureDelivery,
    });
    base = `http://127.0.0.1:${await serve(routes, log, end.signal)}`;
  }

  async function call(route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const [method = '', path = ''] = route.split(' ');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(base + path, { method, ...(text !== undefined && { body: text }) });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
  }
});
