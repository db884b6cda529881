import { expect } from 'chai';
import type { FieldManager } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { reconciler } from './reconciler.ts';

const subject = 'deployments/inference/inference-api';

function record(name: string, more: Partial<Signal> & { readonly userAgent?: string } = {}): Signal {
  const { userAgent, ...rest } = more;
  return {
    format: 'k8s-audit',
    id: 'a-1',
    dedupeKey: 'a-1',
    rule: 'patch deployments',
    severity: null,
    rawSeverity: '',
    resource: { kind: 'deployments', id: subject, namespace: 'inference', name: 'inference-api' },
    actor: { type: 'kubernetes-user', name, ...(userAgent !== undefined && { userAgent }) },
    action: 'patch deployments',
    status: 'open',
    sample: false,
    techniques: [],
    ...rest,
  };
}

function attribution(params: object, audit: readonly Signal[], managers: readonly FieldManager[] = []) {
  return reconciler.attributeRevert?.({ audit, subjects: [subject], managers }, reconciler.params.parse(params));
}

const argo = 'system:serviceaccount:argocd:argocd-application-controller';
const argoAgent = 'argocd-application-controller/v3.2.6 (linux/amd64)';

describe('reconciler', () => {
  const table: readonly (readonly [object, Signal, string])[] = [
    [{ user: 'reconciler' }, record('reconciler'), 'mine'],
    [{ user: 'system:serviceaccount:argocd:*' }, record(argo), 'mine'],
    [{ user: 'reconciler' }, record('ada'), 'other'],
    [{ preset: 'argocd' }, record(argo, { userAgent: argoAgent }), 'mine'],
    [{ preset: 'argocd' }, record('ada', { userAgent: 'kubectl/v1.36.3' }), 'other'],
    [{ preset: 'argocd', user: argo }, record('ada', { userAgent: argoAgent }), 'other'],
    [{ preset: 'flux' }, record('f', { userAgent: 'kustomize-controller/v1.8.0' }), 'mine'],
    [{ preset: 'flux' }, record('f', { userAgent: argoAgent }), 'other'],
    [{ userAgent: 'healer/*' }, record('any', { userAgent: 'healer/1' }), 'mine'],
  ];
  for (const [params, written, expected] of table)
    it(`answers ${expected} for ${JSON.stringify(params)} when ${written.actor?.name} wrote with ${written.actor?.userAgent}`, () => {
      expect(attribution(params, [written])?.whose).to.equal(expected);
    });

  it("finds its own write among others', and says which it was", () => {
    const answer = attribution({ user: 'reconciler' }, [record('reconciler'), record('ada')]);
    expect(answer).to.include({ whose: 'mine', evidence: 'patch deployments by reconciler (a-1)' });
  });

  it('counts no write of another object, and no status update', () => {
    const elsewhere = record('reconciler', { resource: { id: 'deployments/shop/inference-api' } });
    const status = record('reconciler', { action: 'patch deployments/status' });
    expect(attribution({ user: 'reconciler' }, [elsewhere, status])?.whose).to.equal('unknown');
  });

  it('counts a request to all objects of its kind and namespace', () => {
    const all = (name: string) => record('ada', { resource: { kind: 'deployments' }, resources: [name] });
    expect(attribution({ user: 'reconciler' }, [all('deployments/inference/*')])?.whose).to.equal('other');
    expect(attribution({ user: 'reconciler' }, [all('deployments/shop/*')])?.whose).to.equal('unknown');
  });

  it("does not take the controllers of Kubernetes for the healer, so that the healer's record is waited for", () => {
    const accounts = ['deployment-controller', 'generic-garbage-collector', 'horizontal-pod-autoscaler'];
    for (const name of [
      'system:kube-controller-manager',
      ...accounts.map((account) => `system:serviceaccount:kube-system:${account}`),
    ])
      expect(attribution({ user: 'reconciler' }, [record(name)])?.whose).to.equal('unknown');
  });

  it("takes a tool's own record of the heal, of the preset's tool alone", () => {
    const heal = record('argocd-application-controller', {
      format: 'argocd-application',
      rule: 'SelfHeal',
      action: 'self-heal',
      resource: { id: 'Deployment/inference/inference-api' },
      actor: { type: 'controller', name: 'argocd-application-controller' },
    });
    expect(attribution({ preset: 'argocd', user: argo }, [heal])?.whose).to.equal('mine');
    expect(attribution({ preset: 'flux' }, [heal])?.whose).to.equal('other');
  });

  it('takes the field manager of the live object where no record tells', () => {
    const managers: readonly FieldManager[] = [
      { manager: 'argocd-controller', operation: 'Apply', time: '2026-11-22T20:00:17Z', ownsChange: true },
    ];
    expect(attribution({ preset: 'argocd' }, [], managers)).to.include({
      whose: 'mine',
      evidence: 'field manager argocd-controller (Apply at 2026-11-22T20:00:17Z)',
    });
    expect(attribution({ manager: 'healer' }, [], managers)?.whose).to.equal('unknown');
    const status = [{ manager: 'healer', operation: 'Update', subresource: 'status', ownsChange: true }];
    expect(attribution({ manager: 'healer' }, [], status)?.whose).to.equal('unknown');
  });

  it('takes no record for that of another where it is known by its field manager alone', () => {
    expect(attribution({ manager: 'healer' }, [record('ada')])?.whose).to.equal('unknown');
    const managers: readonly FieldManager[] = [{ manager: 'healer', operation: 'Update', ownsChange: true }];
    expect(attribution({ manager: 'healer' }, [record('ada')], managers)?.whose).to.equal('mine');
  });

  it('credits no field manager where another wrote to it as late', () => {
    const healer = { manager: 'healer', operation: 'Update', time: '2026-11-22T20:00:17Z', ownsChange: true };
    const entry = (manager: string, time: string): FieldManager => ({
      ...{ manager, operation: 'Update', time },
      ownsChange: false,
    });
    for (const [other, expected] of [
      [entry('kubectl-edit', '2026-11-22T20:00:18Z'), 'unknown'],
      [entry('kubectl-edit', '2026-11-22T20:00:16Z'), 'mine'],
      [entry('windshear', '2026-11-22T20:00:18Z'), 'mine'],
      [entry('kube-controller-manager', '2026-11-22T20:00:18Z'), 'mine'],
    ] as const)
      expect(attribution({ manager: 'healer' }, [], [healer, other])?.whose, other.manager).to.equal(expected);
  });

  it('credits no field manager that does not own what was put back', () => {
    const time = '2026-11-22T20:00:17Z';
    const stamped: FieldManager = { manager: 'healer', operation: 'Update', time, ownsChange: false };
    expect(attribution({ manager: 'healer' }, [], [stamped])).to.deep.equal({
      whose: 'unknown',
      why: 'field manager healer wrote in its time, but does not own what went',
    });
    expect(attribution({ manager: 'healer', user: 'r' }, [record('ada')], [stamped])?.whose).to.equal('other');
  });

  it('needs something to know it by', () => {
    expect(reconciler.params.safeParse({}).success).to.equal(false);
  });
});
