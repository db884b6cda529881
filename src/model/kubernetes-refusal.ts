import type { Denial } from './call.ts';

/** Who refused a request to the Kubernetes API, as far as the answer's message tells. */
export type KubernetesRefusal =
  | {
      readonly by: 'webhook';
      readonly webhook: string;
      readonly product: 'gatekeeper' | 'kyverno' | undefined;
      /** Constraints of Gatekeeper; policies, and each rule as `policy/rule`, of Kyverno. */
      readonly policies: readonly string[];
    }
  | { readonly by: 'webhook-down'; readonly webhook: string; readonly product: 'gatekeeper' | 'kyverno' | undefined }
  /** `broken` where the policy's expression failed, and with it the request. */
  | { readonly by: 'vap'; readonly policy: string; readonly binding: string; readonly broken: boolean }
  | { readonly by: 'pod-security'; readonly level: string; readonly version: string }
  | { readonly by: 'rbac' }
  | { readonly by: 'quota'; readonly what: string }
  | { readonly by: 'validation' }
  | { readonly by: 'unknown' };

/**
 * Reads who refused from the message of a Status answer, or of an Event that quotes one. What stands first in it counts,
 * since a webhook may quote anything. Sources: webhook/errors/statuserror.go, policy/validating/dispatcher.go and
 * authorization/rbac of https://github.com/kubernetes/apiserver, https://github.com/kubernetes/pod-security-admission,
 * and plugin/pkg/admission/{resourcequota,limitranger} of https://github.com/kubernetes/kubernetes.
 */
export function readRefusal(message: string): KubernetesRefusal {
  const text = message.slice(0, longest);
  let first: { readonly index: number; readonly refusal: KubernetesRefusal } | undefined;
  for (const [pattern, read] of readers) {
    const match = pattern.exec(text);
    if (match !== null && (first === undefined || match.index < first.index))
      first = { index: match.index, refusal: read(match) };
  }
  return first?.refusal ?? { by: 'unknown' };
}

/** As much of an Event as tells of a refused creation; both API groups, `message` being the `note` of the newer. */
export interface ControllerEvent {
  readonly reason: string;
  readonly message: string;
  /** What the Event is about: `ReplicaSet/inference/api-6d9f8c7b5`. */
  readonly about: string;
}

/**
 * Answers the refusal behind a controller. To create a Deployment is allowed (201) where its pods are refused; the denial
 * stands only in the message of a FailedCreate Event about its ReplicaSet (StatefulSet, DaemonSet, Job alike). A fault
 * that creates pods by way of a controller waits for such an Event, and throws a `CallError` of kind `denied` with this
 * denial as if its own request had been refused; its revert takes the controller back. Undefined where no guard refused.
 */
export function controllerDenial({ reason, message, about }: ControllerEvent): Denial | undefined {
  if (reason !== 'FailedCreate') return undefined;
  const refusal = readRefusal(message);
  if (refusal.by === 'unknown') return undefined;
  return { action: 'create pods', code: codes[refusal.by] ?? 'Forbidden', message, resource: about, behind: about };
}

const codes: Readonly<Partial<Record<KubernetesRefusal['by'], string>>> = {
  'webhook-down': 'InternalError',
  vap: 'Invalid',
  validation: 'Invalid',
};

const longest = 64 * 1024;

type Reader = readonly [pattern: RegExp, read: (match: RegExpExecArray) => KubernetesRefusal];

const readers: readonly Reader[] = [
  [
    /admission webhook "([^"]+)" denied the request(?:: ?([\s\S]*))?/,
    ([, webhook = '', said = '']) => ({
      by: 'webhook',
      webhook,
      product: productOf(webhook),
      policies: policiesIn(productOf(webhook), said),
    }),
  ],
  [
    /failed calling webhook "([^"]+)"/,
    ([, webhook = '']) => ({ by: 'webhook-down', webhook, product: productOf(webhook) }),
  ],
  [
    /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: ?([\s\S]*)/,
    ([, policy = '', binding = '', said = '']) => ({
      by: 'vap',
      policy,
      binding,
      broken: /^expression '[\s\S]*' resulted in error: /.test(said),
    }),
  ],
  [
    /violates PodSecurity "([a-z]+):([^"]*)"/,
    ([, level = '', version = '']) => ({ by: 'pod-security', level, version }),
  ],
  [
    /User "[^"]*" cannot [\w*]+ (?:resource|path)|is attempting to grant RBAC permissions not currently held|cannot set blockOwnerDeletion/,
    () => ({ by: 'rbac' }),
  ],
  [/(?:exceeded|failed) quota: ([^\s,:]+)/, ([, name = '']) => ({ by: 'quota', what: `ResourceQuota ${name}` })],
  [
    /(?:maximum|minimum) \S+ (?:usage|storage size|limit to request ratio) per \S+ is /,
    () => ({ by: 'quota', what: 'a LimitRange' }),
  ],
  [/^\S+ "[^"]*" is invalid: /, () => ({ by: 'validation' })],
];

function productOf(webhook: string): 'gatekeeper' | 'kyverno' | undefined {
  if (webhook.endsWith('.gatekeeper.sh')) return 'gatekeeper';
  return /(?:^|\.)kyverno\.svc(?:-|$)/.test(webhook) ? 'kyverno' : undefined;
}

function policiesIn(product: 'gatekeeper' | 'kyverno' | undefined, said: string): readonly string[] {
  if (product === 'gatekeeper')
    return [...said.matchAll(/^\[(?:denied by )?([^\]]+)\]/gm)].map((match) => match[1] ?? '');
  return product === 'kyverno' ? kyvernoPolicies(said) : [];
}

/** A policy stands at the start of a line, its rules indented under it; policies in CEL are named in a sentence. */
function kyvernoPolicies(said: string): readonly string[] {
  const sentence = /Policy (\S+) (?:failed|error)/.exec(said)?.[1];
  const found: string[] = sentence === undefined ? [] : [sentence];
  let policy: string | undefined;
  for (const line of said.split('\n')) {
    const named = /^([\w.-]+):\s*$/.exec(line)?.[1];
    const rule = /^ {2}([\w.-]+): /.exec(line)?.[1];
    if (named !== undefined) {
      policy = named;
      found.push(named);
    } else if (rule !== undefined && policy !== undefined) found.push(`${policy}/${rule}`);
  }
  return found;
}
