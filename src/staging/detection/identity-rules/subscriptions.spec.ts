import { createServer } from 'node:http';
import { expect } from 'chai';
import { VirtualClock } from '../../../testing/fakes/virtual-clock.ts';
import { type CloudEvent, cloudEvent } from '../cloud-event.ts';
import { createSubscriptions, postCloudEvent, type SubscriptionsOptions } from './subscriptions.ts';

const event = (id: string): CloudEvent =>
  cloudEvent({ detector: 'identity', kind: 'alert', id, time: '2026-01-01T00:00:00Z', data: {} });

describe('createSubscriptions', () => {
  it('keeps the order for each subscriber, and lets a failing one delay no other', async () => {
    let failures = 2;
    const { subscriptions, got, clock } = start(async (url) => (url.includes('slow') && failures-- > 0 ? 503 : 204));
    subscriptions.add('http://127.0.0.1:1/slow');
    subscriptions.add('http://127.0.0.1:1/fast');
    for (const id of ['a', 'b']) subscriptions.deliver(event(id));
    await clock.advance(0);
    expect(got).to.deep.equal(['fast a', 'fast b']);
    await clock.advance(1000);
    expect(got.slice(2)).to.deep.equal(['slow a', 'slow b']);
  });

  it('does not repeat what a subscriber refuses', async () => {
    let calls = 0;
    const { subscriptions, clock } = start(async () => {
      calls += 1;
      return 401;
    });
    subscriptions.add('http://127.0.0.1:1/x');
    subscriptions.deliver(event('a'));
    await clock.advance(10_000);
    expect(calls).to.equal(1);
  });

  it('sends one event once to who subscribed twice, and nothing after the end', async () => {
    const { subscriptions, got, clock } = start(async () => 204);
    subscriptions.add('http://127.0.0.1:1/x');
    subscriptions.add('http://127.0.0.1:1/x');
    subscriptions.deliver(event('a'));
    await clock.advance(0);
    expect(subscriptions.remove('http://127.0.0.1:1/x')).to.equal(true);
    subscriptions.deliver(event('b'));
    await clock.advance(0);
    expect(got).to.deep.equal(['x a']);
    expect(subscriptions.remove('http://127.0.0.1:1/x')).to.equal(false);
  });

  it('forgets a subscriber that took nothing for a minute', async () => {
    const { subscriptions, clock } = start(() => Promise.reject(new Error('refused')));
    subscriptions.add('http://127.0.0.1:1/x');
    subscriptions.deliver(event('a'));
    await clock.advance(70_000);
    expect(subscriptions.remove('http://127.0.0.1:1/x')).to.equal(false);
  });

  for (const url of ['http://example.com/x', 'https://127.0.0.1/x', 'http://127.0.0.1.example.com/']) {
    it(`refuses ${url}`, () => {
      expect(() => start(async () => 204).subscriptions.add(url)).to.throw(TypeError, '127.0.0.1');
    });
  }
});

describe('postCloudEvent', () => {
  it('posts one structured event and answers the status', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.headers['content-type']}`);
      request.on('data', (chunk) => seen.push(...(/"id":"a"/.exec(String(chunk)) ?? [])));
      request.on('end', () => response.writeHead(202).end());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const status = await postCloudEvent(`http://127.0.0.1:${port}/`, event('a'), AbortSignal.timeout(2000));
    server.close();
    expect([status, ...seen]).to.deep.equal([202, 'POST application/cloudevents+json', '"id":"a"']);
  });
});

function start(post: (url: string) => Promise<number>) {
  const clock = new VirtualClock();
  const got: string[] = [];
  const options: SubscriptionsOptions = {
    post: async (url, { id }) => {
      const status = await post(url);
      if (status < 300) got.push(`${new URL(url).pathname.slice(1)} ${id}`);
      return status;
    },
    clock,
    log: () => undefined,
    signal: new AbortController().signal,
  };
  return { subscriptions: createSubscriptions(options), got, clock };
}
