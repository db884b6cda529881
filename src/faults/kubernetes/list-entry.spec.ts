import { expect } from 'chai';
import { FakeKubernetes } from '../../testing/fakes/kubernetes.ts';
import { faultContext } from '../../testing/fakes/kubernetes-context.ts';
import { imageDrift } from './image-drift.ts';
import { deploymentResource } from './kinds.ts';

const place = { of: deploymentResource, namespace: 'inference', name: 'api' } as const;
const container = (name: string, image: string) => ({ name, image });
const [was, evil] = [container('api', 'api:1'), 'api:evil'];

describe('a container whose image drifted', () => {
  for (const [title, template, at] of [
    ['under another name', { containers: [was, container('api2', evil)] }, '/spec/template/spec/containers/1/image'],
    [
      'among the containers that run first',
      { containers: [was], initContainers: [container('api', evil)] },
      '/spec/template/spec/initContainers/0/image',
    ],
  ] as const) {
    it(`is not as before while its image stands ${title}`, async () => {
      const fake = new FakeKubernetes();
      const ctx = faultContext(fake.clients());
      const body = { metadata: { name: 'api' }, spec: { replicas: 0, template: { spec: { containers: [was] } } } };
      await fake.clients().call({ verb: 'create', of: place.of, namespace: 'inference', body }, ctx.signal);
      const p = imageDrift.params.parse({ namespace: 'inference', deployment: 'api', container: 'api', image: evil });
      const before = await imageDrift.capture(ctx, p);
      const acknowledged = await imageDrift.inject(ctx, p, before);

      const moved = { spec: { template: { spec: template } } };
      await fake.clients().call({ verb: 'patch', ...place, body: moved }, ctx.signal);
      expect((await imageDrift.observe(ctx, p, before, { acknowledged })).status).to.equal('other');
      const { outcome, note } = await imageDrift.revert(ctx, p, before, { acknowledged });
      expect(outcome).to.equal('left');
      expect(note).to.include(`'${at}'`);
    });
  }
});
