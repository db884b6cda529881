import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import type { FaultContext } from '../../model/fault.ts';
import { dnsLabel } from '../../model/kubernetes-names.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';

export type KubernetesFaultContext = FaultContext<KubernetesClients>;

/** Label of everything that a trial creates; its value is the marker. */
export const trialLabel = 'windshear.dev/trial';

/** The beginning of a name that ends in the marker, which takes 15 of the 63 characters. */
export const prefixField = z
  .string()
  .max(40)
  .regex(new RegExp(`^${dnsLabel}$`), { error: 'must be a DNS label of at most 40 characters' });

/** https://github.com/distribution/reference (registry, path, tag and digest, told apart by the runtime only). */
export const imageField = z
  .string()
  .max(500)
  .regex(/^[a-z0-9][\w.:/@-]*$/i, { error: 'must be an image reference (registry/name:tag)' });

/** Names what a trial creates, so that a name alone tells whose it is (J4). */
export function markedName(ctx: Pick<KubernetesFaultContext, 'marker'>, prefix: string): string {
  return `${prefix}-${ctx.marker}`;
}

/** Is thrown, before anything is sent, where the change is in place already and a revert would take away what is not ours. */
export function alreadyInPlace(what: string): CallError {
  return new CallError('invalid', 'AlreadyInPlace', `Nothing was injected: ${what} already.`);
}

/** Answers undefined where the call says that the thing is not there. */
export async function orAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError && error.kind === 'not-found') return undefined;
    throw error;
  }
}
