import { z } from 'zod';
import type { Attribution, GuardrailCanary, GuardrailDefinition } from '../model/guardrail.ts';
import { groupField, nameProblem, namespaceField, versionField } from '../model/kubernetes-names.ts';
import { type KubernetesRefusal, readRefusal } from '../model/kubernetes-refusal.ts';
import type { Signal } from '../model/signal.ts';
import type { KubernetesClients, KubernetesRequest } from '../targets/kubernetes/clients.ts';

const params = z.strictObject({
  kind: z.enum(['webhook', 'gatekeeper', 'kyverno', 'vap', 'pod-security']),
  /**
   * Name of the webhook, of Gatekeeper's constraint, of Kyverno's policy (or `policy/rule`), of the
   * ValidatingAdmissionPolicy, or the Pod Security level; any where absent.
   */
  name: z.string().min(1).optional(),
  /** An object that it refuses while it works; asked for as a dry run alone, so that nothing is ever made of it. */
  canary: z
    .strictObject({
      group: groupField.default(''),
      version: versionField.default('v1'),
      resource: z.string().regex(/^[a-z]+$/, { error: "must be a resource in the plural, such as 'pods'" }),
      namespace: namespaceField.optional(),
      object: z.record(z.string(), z.json()),
    })
    .superRefine((canary, context) => {
      const name = nameIn(canary.object);
      const message = name === undefined ? undefined : nameProblem(canary, name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['object', 'metadata', 'name'], message });
    })
    .optional(),
});
type Params = z.infer<typeof params>;

/** Admission control of a cluster: what refuses an object that RBAC would let in. */
export const kubernetesAdmission: GuardrailDefinition<Params> = {
  type: 'kubernetes-admission',
  title: 'Kubernetes admission control',
  description:
    "Prevents by a validating webhook, Gatekeeper, Kyverno, a ValidatingAdmissionPolicy (`vap`) or Pod Security, told apart by the answer's own words; also behind a controller, whose Event quotes them. RBAC says only that the tester lacks the right, a quota or the API server's validation guards nothing. A webhook that cannot be called and fails closed is down; one that failed open is told by the audit record.",
  params,
  example: { kind: 'webhook', name: 'admission-rego.windshear.dev' },
  outcomes: ['prevented'],
  attributeDenial: ({ code, message }, asked) => attribute(readRefusal(message), asked, code),
  attributeFailedOpen: failedOpen,
  canary: ({ kind, canary }) =>
    canary === undefined
      ? undefined
      : { target: 'kubernetes', mayFailOpen: kind !== 'vap' && kind !== 'pod-security', ask: dryRunOf(canary) },
};

function nameIn({ metadata }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return undefined;
  return typeof metadata.name === 'string' ? metadata.name : undefined;
}

/** Webhooks without side effects are asked in a dry run too: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run */
function dryRunOf(canary: NonNullable<Params['canary']>): GuardrailCanary['ask'] {
  const { object, namespace, ...of } = canary;
  return async (clients, signal) => {
    const request = {
      verb: 'create',
      of,
      body: object,
      dryRun: true,
      ...(namespace === undefined ? {} : { namespace }),
    };
    const { auditId } = await (clients as KubernetesClients).call(request as KubernetesRequest, signal);
    return auditId;
  };
}

function attribute(refusal: KubernetesRefusal, asked: Params, code: string): Attribution {
  switch (refusal.by) {
    case 'rbac':
      return { whose: 'own-rights' };
    case 'quota':
      return { whose: 'other', by: refusal.what };
    case 'validation':
      return { whose: 'other', by: "the API server's own validation" };
    case 'unknown':
      return { whose: 'unknown', why: `${code} does not say who refused` };
    case 'webhook-down':
      return isMeant(asked, refusal)
        ? { whose: 'down' }
        : { whose: 'other', by: `webhook ${refusal.webhook}, which is down and fails closed` };
    case 'webhook':
      return byWebhook(refusal, asked);
    case 'vap': {
      const by = `ValidatingAdmissionPolicy ${refusal.policy}`;
      if (asked.kind !== 'vap' || !names(asked, [refusal.policy])) return { whose: 'other', by };
      return refusal.broken ? { whose: 'down' } : { whose: 'mine', evidence: `${by}, binding ${refusal.binding}` };
    }
    case 'pod-security': {
      const by = `Pod Security ${refusal.level}:${refusal.version}`;
      const mine =
        asked.kind === 'pod-security' && names(asked, [refusal.level, `${refusal.level}:${refusal.version}`]);
      return mine ? { whose: 'mine', evidence: by } : { whose: 'other', by };
    }
  }
}

function byWebhook(refusal: KubernetesRefusal & { readonly by: 'webhook' }, asked: Params): Attribution {
  const { webhook, product, policies } = refusal;
  const by = policies.length === 0 ? `webhook ${webhook}` : `webhook ${webhook} (${policies.join(', ')})`;
  if (asked.kind === 'webhook')
    return names(asked, [webhook]) ? { whose: 'mine', evidence: by } : { whose: 'other', by };
  if (asked.kind !== product) return { whose: 'other', by };
  if (names(asked, policies)) return { whose: 'mine', evidence: by };
  return policies.length === 0
    ? { whose: 'unknown', why: `${webhook} does not say which policy refused, expected ${asked.name}` }
    : { whose: 'other', by };
}

/** A webhook that cannot be called says nothing of the policies behind it. */
function isMeant({ kind, name }: Params, { webhook, product }: KubernetesRefusal & { readonly by: 'webhook-down' }) {
  return kind === 'webhook' ? name === undefined || name === webhook : kind === product;
}

function names({ name }: Params, among: readonly string[]): boolean {
  return name === undefined || among.includes(name);
}

/** The format `k8s-audit` keeps the API server's note behind the rule: `create pods [failed-open NAME]`. */
function failedOpen(own: readonly Signal[], asked: Params): string | undefined {
  for (const { rule, id } of own)
    for (const [, webhook = ''] of rule.matchAll(/\[failed-open ([^\]]+)\]/g)) {
      const down = readRefusal(`failed calling webhook "${webhook}"`);
      if (down.by === 'webhook-down' && isMeant(asked, down)) return `webhook ${webhook} failed open (audit ${id})`;
    }
  return undefined;
}
