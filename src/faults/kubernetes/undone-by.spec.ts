import { expect } from 'chai';
import { kubernetesApply } from './apply.ts';
import { kubernetesDelete } from './delete.ts';
import { deploymentResource, podResource } from './kinds.ts';
import { kubernetesPatch } from './patch.ts';
import { mayDelete, mayWrite } from './undone-by.ts';

describe('mayDelete', () => {
  const table: readonly (readonly [string, boolean])[] = [
    ['delete deployments', true],
    ['deletecollection deployments', true],
    ['delete namespaces', true],
    ['self-heal', true],
    ['patch deployments', false],
    ['create deployments', false],
    ['update deployments/status', false],
    ['delete pods', false],
    ['create pods/eviction', false],
  ];
  for (const [action, expected] of table)
    it(`answers ${expected} for '${action}' and a Deployment`, () => {
      expect(mayDelete(action, deploymentResource)).to.equal(expected);
    });

  it('takes the eviction of a pod for a deletion, and its binding for none', () => {
    expect(mayDelete('create pods/eviction', podResource)).to.equal(true);
    expect(mayDelete('create pods/binding', podResource)).to.equal(false);
  });
});

describe('mayWrite', () => {
  const table: readonly (readonly [string, boolean])[] = [
    ['patch deployments', true],
    ['update deployments', true],
    ['create deployments', true],
    ['patch deployments/scale', true],
    ['self-heal', true],
    ['update deployments/status', false],
    ['delete deployments', false],
    ['deletecollection deployments', false],
    ['patch pods', false],
  ];
  for (const [action, expected] of table)
    it(`answers ${expected} for '${action}' and a Deployment`, () => {
      expect(mayWrite(action, deploymentResource)).to.equal(expected);
    });
});

describe('undoneBy of the faults of the cluster', () => {
  it('asks for a deletion of what was created, and for a write of what was changed or deleted', () => {
    const undoes = (action: string) => [
      kubernetesApply.undoneBy?.(kubernetesApply.example, action),
      kubernetesDelete.undoneBy?.(kubernetesDelete.example, action),
      kubernetesPatch.undoneBy?.(kubernetesPatch.example, action),
    ];
    expect(undoes('deletecollection configmaps')).to.deep.equal([true, false, false]);
    expect(undoes('create configmaps')).to.deep.equal([false, true, false]);
    expect(undoes('patch deployments')).to.deep.equal([false, false, true]);
  });
});
