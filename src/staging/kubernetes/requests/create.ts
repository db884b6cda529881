import { randomBytes, randomUUID } from 'node:crypto';
import { checkEscalation } from '../access/escalation.ts';
import { metadataProblems } from '../kinds/metadata.ts';
import { rulesOfKind } from '../kinds/rules-of.ts';
import { type KubernetesObject, metaTime, withMeta, withoutMeta } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { alreadyExists, invalid, StatusError } from '../objects/status.ts';
import type { Cluster, ObjectReply, Request } from './call.ts';
import { objectBody } from './decode.ts';

/** Stores a new object once nothing speaks against it; a dry run stops just before. */
export async function createObject(cluster: Cluster, request: Request): Promise<ObjectReply> {
  const { store, authorizer, admit } = cluster;
  const { resource, target, dryRun, call, notes } = request;
  const given = objectBody(request);
  if ((given.metadata.resourceVersion ?? '') !== '') {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const object = newObject(given, request, cluster.now());
  const { name } = object.metadata;

  await admit({
    operation: 'CREATE',
    resource,
    subresource: '',
    namespace: resource.namespaced ? target.namespace : undefined,
    name,
    object,
    dryRun,
    user: call.user,
    notes,
    validate() {
      const rules = rulesOfKind(resource);
      checkEscalation(authorizer, call.user, { resource, object });
      const problems = [
        ...metadataProblems(object, resource, rules.freeNames === true),
        ...(rules.validate?.(object, undefined) ?? []),
      ];
      if (problems.length > 0) throw invalid({ group: resource.group, kind: resource.kind, name }, problems);
    },
  });
  if (store.get(keyOf(resource), object.metadata.namespace, name) !== undefined) {
    throw alreadyExists({ group: resource.group, resource: resource.plural, name });
  }
  return { status: 201, body: dryRun ? object : store.put(keyOf(resource), object) };
}

function newObject(given: KubernetesObject, { resource }: Request, nowMs: number): KubernetesObject {
  const rules = rulesOfKind(resource);
  const { name, generateName } = given.metadata;
  const clean = withoutMeta(given, ...systemFields);
  const status = rules.firstStatus?.(given);
  const { status: _, ...rest } = clean;
  const keepsStatus = resource.custom && !resource.subresources.includes('status');
  const named = withMeta(
    { ...(keepsStatus ? clean : rest), apiVersion: given.apiVersion, kind: given.kind, metadata: clean.metadata },
    {
      name: name === '' && generateName ? `${generateName.slice(0, 58)}${randomSuffix()}` : name,
      uid: randomUUID(),
      creationTimestamp: metaTime(nowMs),
      ...(rules.hasGeneration && { generation: 1 }),
    },
  );
  const filled = rules.defaults?.(named) ?? named;
  return status === undefined ? filled : { ...filled, status };
}

/** What only the server may say. */
const systemFields = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'selfLink',
];

/** Draws five letters that form no words, as the real server does. */
export function randomSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join('');
}
