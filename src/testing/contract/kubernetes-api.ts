import { accessClaims } from './kubernetes/access.ts';
import { admissionClaims } from './kubernetes/admission.ts';
import type { ApiUnderTest } from './kubernetes/api.ts';
import { auditClaims } from './kubernetes/audit.ts';
import { auditWebhookClaims } from './kubernetes/audit-webhook.ts';
import { discoveryClaims } from './kubernetes/discovery.ts';
import { listClaims } from './kubernetes/lists.ts';
import { objectClaims } from './kubernetes/objects.ts';
import { watchClaims } from './kubernetes/watches.ts';
import { workloadClaims } from './kubernetes/workloads.ts';

/**
 * Holds an API server to what scenarios, reverts, detectors and guardrails of ours rely on: one claim a behaviour.
 * It knows the server by address, authority and tokens alone, so a real kube-apiserver can stand in its place; what
 * such a server has not around it is said in {@link ApiUnderTest}.
 */
export function kubernetesApiContract(name: string, api: () => ApiUnderTest): void {
  describe(`${name} keeps the contract of the Kubernetes API`, () => {
    describe('objects', () => objectClaims(api));
    describe('lists', () => listClaims(api));
    describe('watches', () => watchClaims(api));
    describe('access', () => accessClaims(api));
    describe('discovery and custom resources', () => discoveryClaims(api));
    describe('admission', () => admissionClaims(api));
    describe('the audit log', () => auditClaims(api));
    describe('the audit webhook', () => auditWebhookClaims(api));
    describe('workloads', () => workloadClaims(api));
  });
}

export type { ApiUnderTest };
