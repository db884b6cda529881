import { expect } from 'chai';
import type { JsonObject } from '../../../model/json.ts';
import { type ApiUnderTest, eventually, freshName } from './api.ts';
import type { AuditPost } from './audit-receiver.ts';
import { suite } from './suite.ts';

/** Claims about the audit webhook, read from what it posted. */
export function auditWebhookClaims(api: () => ApiUnderTest): void {
  const { call, in: at } = suite(api);
  before(function () {
    if (api().auditReceiver === undefined) this.skip();
  });

  const posts = (): readonly AuditPost[] => api().auditReceiver?.posts ?? [];

  /** Waits until the events of `count` requests of a user agent are taken, two stages a request. */
  async function takenOf(userAgent: string, count: number): Promise<readonly JsonObject[]> {
    return eventually(`the posted audit events of ${userAgent}`, async () => {
      const own = posts().flatMap(({ taken, list }) => (taken ? itemsOf(list, userAgent) : []));
      return own.length >= 2 * count ? own : undefined;
    });
  }

  it('posts events in lists, each request by its stages in order', async () => {
    const userAgent = freshName('agent');
    const { headers } = await call('GET', at('v1', 'configmaps'), undefined, { userAgent });
    const events = await takenOf(userAgent, 1);
    expect(events.map(({ stage, auditID }) => [stage, auditID])).to.deep.equal([
      ['RequestReceived', headers['audit-id']],
      ['ResponseComplete', headers['audit-id']],
    ]);
    const list = posts().find((post) => itemsOf(post.list, userAgent).length > 0)?.list;
    expect(list).to.include({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1' });
  });

  it('posts several requests in one batch', async () => {
    const userAgent = freshName('agent');
    const asked = Array.from({ length: 12 }, () => call('GET', at('v1', 'configmaps'), undefined, { userAgent }));
    await Promise.all(asked);
    await takenOf(userAgent, asked.length);
    const batches = posts().map(({ list }) => itemsOf(list, userAgent).length);
    expect(Math.max(...batches), 'events in the largest batch').to.be.greaterThan(2);
  });

  it('posts a batch again that was not taken, with nothing lost or doubled', async () => {
    const userAgent = freshName('agent');
    api().auditReceiver?.refuseNext();
    for (const _ of [1, 2, 3]) await call('GET', at('v1', 'configmaps'), undefined, { userAgent });
    const taken = (await takenOf(userAgent, 3)).map(({ auditID, stage }) => JSON.stringify([auditID, stage]));
    expect(new Set(taken)).to.have.lengthOf(6);
    expect(taken).to.have.lengthOf(6);
    const refused = posts().filter((post) => !post.taken);
    expect(refused, 'refused posts').to.have.lengthOf(1);
    const again = posts().filter(({ list }) => JSON.stringify(list) === JSON.stringify(refused[0]?.list));
    expect(again.map((post) => post.taken)).to.deep.equal([false, true]);
  });
}

function itemsOf({ items }: JsonObject, userAgent: string): readonly JsonObject[] {
  return (items as readonly JsonObject[]).filter((event) => event['userAgent'] === userAgent);
}
