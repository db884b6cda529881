import type { JsonObject } from '../../../../model/json.ts';
import { notServed } from '../../objects/status.ts';
import { baselineChecks, uncheckedFields } from './baseline.ts';
import { podParts } from './pod.ts';
import { restrictedChecks } from './restricted.ts';

/** Is a level with the version of its checks, as a namespace's labels name it. */
export interface Policy {
  readonly level: 'privileged' | 'baseline' | 'restricted';
  readonly version: string;
}

/**
 * Answers what violates the policy, as in
 * `violates PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)`
 * without its first word; undefined when nothing does.
 * @throws StatusError 501 when the pod sets a field whose check is missing here
 */
export function podViolations(policy: Policy, spec: JsonObject): string | undefined {
  if (policy.level === 'privileged') return undefined;
  const pod = podParts(spec);
  const unchecked = uncheckedFields(pod);
  if (unchecked.length > 0) throw notServed(`Pod Security has to check ${unchecked.join(', ')}.`);
  const restricted = policy.level === 'restricted' ? restrictedChecks : [];
  const overridden = restricted.flatMap(({ overrides }) => overrides ?? []);
  const checks = [...baselineChecks.filter(({ id }) => !overridden.includes(id)), ...restricted];
  const found = checks.flatMap(({ find }) => find(pod) ?? []);
  if (found.length === 0) return undefined;
  const texts = found.map(({ reason, detail }) => `${reason} (${detail})`);
  return `PodSecurity "${policy.level}:${policy.version}": ${texts.join(', ')}`;
}

const prefix = 'pod-security.kubernetes.io/';

/** Reads the policy of a mode from the labels of a namespace; without label it is `privileged:latest`. */
export function policyOf(
  labels: Readonly<Record<string, string>> | undefined,
  mode: 'enforce' | 'audit' | 'warn',
): Policy {
  const level = labels?.[`${prefix}${mode}`];
  const version = labels?.[`${prefix}${mode}-version`] ?? 'latest';
  return { level: level === 'baseline' || level === 'restricted' ? level : 'privileged', version };
}
