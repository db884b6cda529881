import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnyFormat, BoundFormat, FormatDefinition } from '../../model/detector.ts';
import { parseAlerts } from '../parse.ts';
import { argocdApplication } from './argocd-application.ts';
import { fluxEvent } from './flux-event.ts';
import { gatekeeperConstraint } from './gatekeeper-constraint.ts';
import { k8sAudit } from './k8s-audit.ts';
import { opaDecisionLog } from './opa-decision-log.ts';
import { policyReport } from './policy-report.ts';

const folder = process.env['WINDSHEAR_SAMPLE_PAYLOADS'];

function bound<Params>(definition: FormatDefinition<Params>, params: unknown = {}): BoundFormat {
  return { definition: definition as unknown as AnyFormat, params: definition.params.parse(params) };
}

/** A file, its format, and the rules and first resource that are in it. */
const recorded: readonly (readonly [string, BoundFormat, readonly string[], string])[] = [
  ['k8s-audit/pod-create-hostpath-eks.json', bound(k8sAudit), ['create pods'], 'pods/default/test'],
  [
    'argocd/selfheal-during-application.json',
    bound(argocdApplication),
    ['SelfHeal'],
    'Deployment/microtodo-local/auth-api',
  ],
  ['flux/event-info-progressing.json', bound(fluxEvent), ['Progressing'], 'Namespace/my-app'],
  [
    'gatekeeper/constraint-status.json',
    bound(gatekeeperConstraint),
    ['ns-must-have-gk', 'ns-must-have-gk', 'ns-must-have-gk'],
    'Namespace/default',
  ],
  [
    'gatekeeper/audit-log.jsonl',
    bound(gatekeeperConstraint),
    ['replica-limits', 'container-must-have-limits'],
    'Deployment/apps/bluegreen-stack',
  ],
  [
    'kyverno/policyreport-wgpolicy.json',
    bound(policyReport),
    ['disallow-host-ports/host-ports-none'],
    'Pod/kube-system/node-local-dns',
  ],
  ['opa/decision-log-batch.json', bound(opaDecisionLog, { denies: 'true' }), ['http/example/authz/allow'], ''],
];

describe('recorded samples of Kubernetes tools', () => {
  it(`are at hand${folder === undefined ? ' (skipped: WINDSHEAR_SAMPLE_PAYLOADS names no folder)' : ''}`, function () {
    if (folder === undefined) this.skip();
    expect(recorded.some(([name]) => existsSync(join(folder, name)))).to.equal(true);
  });

  for (const [name, format, rules, first] of recorded)
    if (folder !== undefined && existsSync(join(folder, name)))
      it(`gives ${rules.join(', ')} from ${name}`, () => {
        const { signals, problems } = parseAlerts([format], readFileSync(join(folder, name)));
        expect(problems).to.deep.equal([]);
        const open = signals.filter(({ rule }) => rule !== 'OutOfSync');
        expect(open.map(({ rule }) => rule)).to.deep.equal(rules);
        expect(open[0]?.resource?.id ?? '').to.equal(first);
      });

  it('calls an audit event malformed whose id an export has left out', function () {
    const name = join(folder ?? '', 'k8s-audit/clusterrolebinding-cluster-admin.json');
    if (folder === undefined || !existsSync(name)) this.skip();
    expect(parseAlerts([bound(k8sAudit)], readFileSync(name)).problems).to.have.length(1);
  });
});
