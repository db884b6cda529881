import { expect } from 'chai';
import { fakeSecret } from '../../testing/fakes/aws-iam.ts';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { serviceAccountResource } from './kinds.ts';
import { serviceAccountSprawl } from './service-account-sprawl.ts';

const p = serviceAccountSprawl.params.parse({ namespace: 'inference', count: 2 });

describe('kubernetes.service-account-sprawl', () => {
  it('gives each account a token that never expires, and keeps none', async () => {
    const cluster = new FakeKubernetes();
    const ctx = faultContext(cluster.clients());
    const acknowledged = await serviceAccountSprawl.inject(ctx, p, {});
    const name = `robot-${ctx.marker}-1`;
    expect([...cluster.objects().keys()]).to.include.members([
      `serviceaccounts/inference/${name}`,
      `secrets/inference/${name}-token`,
    ]);
    expect(cluster.objects()).to.have.length(4);
    const stored = JSON.stringify(cluster.objects().get(`secrets/inference/${name}-token`));
    expect(stored).to.include(`"kubernetes.io/service-account.name":"${name}"`).and.include(fakeSecret);
    const said = [acknowledged, await serviceAccountSprawl.observe(ctx, p, {}, { acknowledged })];
    expect(JSON.stringify(said)).to.not.include(fakeSecret);
  });

  it('deletes what is still ours, and names what somebody adopted', async () => {
    const cluster = new FakeKubernetes();
    const ctx = faultContext(cluster.clients());
    await serviceAccountSprawl.inject(ctx, p, {});
    const name = `robot-${ctx.marker}-2`;
    const body = { metadata: { labels: { 'windshear.dev/trial': null } } };
    const place = { of: serviceAccountResource, namespace: 'inference', name } as const;
    await cluster.clients().call({ verb: 'patch', ...place, body }, ctx.signal);
    expect((await serviceAccountSprawl.observe(ctx, p, {})).status).to.equal('other');
    expect(await serviceAccountSprawl.revert(ctx, p, {})).to.deep.include({
      outcome: 'left',
      candidates: [`serviceaccount/inference/${name}`],
    });
    expect([...cluster.objects().keys()]).to.deep.equal([`serviceaccounts/inference/${name}`]);
  });

  it('leaves and names what somebody created again, with our label', async () => {
    const cluster = new FakeKubernetes();
    const ctx = faultContext(cluster.clients());
    const acknowledged = await serviceAccountSprawl.inject(ctx, p, {});
    const name = `robot-${ctx.marker}-2`;
    const place = { of: serviceAccountResource, namespace: 'inference' } as const;
    const body = cluster.objects().get(`serviceaccounts/inference/${name}`) ?? {};
    await cluster.clients().call({ verb: 'delete', ...place, name }, ctx.signal);
    await cluster.clients().call({ verb: 'create', ...place, body }, ctx.signal);
    expect((await serviceAccountSprawl.observe(ctx, p, {}, { acknowledged })).status).to.equal('other');
    expect(await serviceAccountSprawl.revert(ctx, p, {}, { acknowledged })).to.deep.include({
      outcome: 'left',
      candidates: [`serviceaccount/inference/${name}`],
    });
    expect([...cluster.objects().keys()]).to.deep.equal([`serviceaccounts/inference/${name}`]);
  });

  it('names the accounts that it made, and their namespace, as subjects', async () => {
    const ctx = faultContext(new FakeKubernetes().clients());
    const acknowledged = await serviceAccountSprawl.inject(ctx, p, {});
    const account = `robot-${ctx.marker}-1`;
    const subjects = serviceAccountSprawl.subjects?.(p, acknowledged);
    expect(subjects).to.have.length(5);
    expect(subjects).to.include.members([
      'namespace/inference',
      `serviceaccount/inference/${account}`,
      `secret/inference/${account}-token`,
    ]);
  });
});
