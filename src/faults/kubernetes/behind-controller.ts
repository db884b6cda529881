import { CallError } from '../../model/call.ts';
import { sameJson } from '../../model/canonical.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { controllerDenial } from '../../model/kubernetes-refusal.ts';
import type { KubernetesFaultContext } from './names.ts';
import { asList, asObject, type FoundObject, type ObjectRef, readObject, text } from './objects.ts';

/** How the controller of a kind tells of the pods that it made of what was written. */
interface PodCounts {
  /** The fields of its status that count them. */
  readonly fields: readonly string[];
  /** True where they count the pods of an older template too, so that only more of them than before are new. */
  readonly older?: true;
  /** True where a refused pod is a condition of the object itself; else it is an Event about it. */
  readonly tells?: true;
  /** Why a pod may be long in coming, as a clause. */
  readonly later?: string;
}

/** Kinds whose controller makes pods of them, by group and resource. */
const countsOfPods: Readonly<Record<string, PodCounts>> = {
  'apps/deployments': { fields: ['updatedReplicas'], tells: true },
  'apps/replicasets': { fields: ['replicas'], older: true, tells: true },
  '/replicationcontrollers': { fields: ['replicas'], older: true, tells: true },
  'apps/statefulsets': { fields: ['updatedReplicas'] },
  'apps/daemonsets': { fields: ['updatedNumberScheduled'] },
  'batch/jobs': { fields: ['active', 'succeeded'], older: true },
  // Its pods are those of Jobs that it makes.
  'batch/cronjobs': { fields: [], tells: true, later: 'makes pods at its times alone' },
};

const eventResource = { group: '', version: 'v1', resource: 'events' } as const;

/** A controller answers within a second or two; what it does later is seen as any other effect is. */
const patienceMs = 5000;
const lookEveryMs = 100;

/** An object as it was stored, and as it was before where it was there. */
interface Write {
  readonly before?: FoundObject;
  readonly written: FoundObject;
}

/**
 * Waits until a controller has made a pod of what was just written. To write a Deployment is allowed where its pods are
 * refused: then this throws a `CallError` of kind `denied`, with the refusal as the controller tells it; the revert takes
 * the written object back. Answers at once for kinds that make no pods; where nothing was written that new pods are made
 * for, or none was made and none refused within five seconds, nobody who judges pods need have been asked, and it
 * answers why.
 */
export async function demandPods(
  ctx: KubernetesFaultContext,
  ref: ObjectRef,
  { before, written }: Write,
): Promise<{ readonly unasked?: string }> {
  const counts = countsOf(ref.of);
  if (counts === undefined) return {};
  const { replicas, paused, suspend } = specOf(written);
  if (replicas === 0) return { unasked: `${ref.name} has no replicas` };
  if (paused === true || suspend === true) return { unasked: `${ref.name} is paused` };
  if (counts.later !== undefined) return { unasked: `${ref.name} ${counts.later}` };
  const change = before === undefined ? 'of-template' : changeOf(specOf(before), specOf(written));
  if (change === 'none') return { unasked: `${ref.name} was given nothing that new pods are made for` };
  const known = failureIn(written.object);
  const older = counts.older === true || change === 'of-number' ? podsIn(written, counts) : 0;
  const deadlineMs = ctx.clock.monoMs() + patienceMs;
  for (;;) {
    const now = await readObject(ctx, ref);
    if (now === undefined || now.uid !== written.uid) return {};
    const denial = (await refusalIn(ctx, ref, { now, known })) ?? undefined;
    if (denial !== undefined) throw new CallError('denied', denial.code, denial.message, { denial });
    if (isObserved(now, written) && podsIn(now, counts) > older) return {};
    if (ctx.clock.monoMs() >= deadlineMs) {
      return { unasked: `no pod of ${ref.name} came within ${patienceMs / 1000} s, and none is known to be refused` };
    }
    await ctx.clock.sleep(lookEveryMs, ctx.signal);
  }
}

/** What a write asks of a controller: pods of another template, more of the same, or none. */
function changeOf(was: JsonObject, is: JsonObject): 'of-template' | 'of-number' | 'none' {
  const differs = (field: string) => !sameJson(was[field] ?? null, is[field] ?? null);
  if (differs('template')) return 'of-template';
  const isMore = ['replicas', 'parallelism', 'completions'].some(
    (field) => Number(is[field] ?? 1) > Number(was[field] ?? 1),
  );
  const isFree = ['paused', 'suspend', 'updateStrategy', 'ordinals'].some(differs);
  return isMore || isFree ? 'of-number' : 'none';
}

interface Seen {
  readonly now: FoundObject;
  /** The failure that was told of before the write. */
  readonly known: JsonObject | undefined;
}

async function refusalIn(ctx: KubernetesFaultContext, ref: ObjectRef, { now, known }: Seen) {
  const about = `${text(now.object['kind']) || ref.of.resource}/${ref.namespace ?? ''}/${ref.name}`;
  if (countsOf(ref.of)?.tells === true) {
    const failure = failureIn(now.object);
    if (failure === undefined || (known !== undefined && sameJson(failure, known))) return undefined;
    return controllerDenial({ reason: text(failure['reason']), message: text(failure['message']), about });
  }
  const { namespace } = ref;
  const { body } = await ctx.clients.call(
    { verb: 'list', of: eventResource, ...(namespace === undefined ? {} : { namespace }) },
    ctx.signal,
  );
  for (const event of asList(body['items']).map(asObject)) {
    if (asObject(event['involvedObject'])['uid'] !== now.uid) continue;
    const denial = controllerDenial({ reason: text(event['reason']), message: text(event['message']), about });
    if (denial !== undefined) return denial;
  }
  return undefined;
}

function failureIn(object: JsonObject): JsonObject | undefined {
  const conditions = asList(statusOf(object)['conditions']).map(asObject);
  return conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
}

/** Whether the controller has seen what was written; a Job has no generation that it tells of. */
function isObserved(now: FoundObject, written: FoundObject): boolean {
  const { observedGeneration } = statusOf(now.object) as { readonly observedGeneration?: Json };
  return typeof observedGeneration !== 'number' || observedGeneration >= (written.generation ?? 0);
}

function specOf({ object }: FoundObject): JsonObject {
  return asObject(object['spec']);
}

function statusOf(object: JsonObject): JsonObject {
  return asObject(object['status']);
}

/** What `demandPods` needs besides reading the object: the events of kinds that have no such condition. */
export function rightsToSeePods(of: ObjectRef['of']): readonly string[] {
  const counts = countsOf(of);
  return counts === undefined || counts.tells === true ? [] : ['list events'];
}

function countsOf({ group, resource }: ObjectRef['of']): PodCounts | undefined {
  return countsOfPods[`${group}/${resource}`];
}

function podsIn({ object }: FoundObject, { fields }: PodCounts): number {
  return fields.reduce((sum, field) => sum + Number(statusOf(object)[field] ?? 0), 0);
}
