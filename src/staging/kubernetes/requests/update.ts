import { checkEscalation } from '../access/escalation.ts';
import { metadataProblems } from '../kinds/metadata.ts';
import { rulesOfKind } from '../kinds/rules-of.ts';
import { sameJson, without } from '../objects/json.ts';
import { type KubernetesObject, withMeta } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { conflict, invalid, invalidValue, notServed, StatusError, staleVersion } from '../objects/status.ts';
import { type Cluster, named, type ObjectReply, type Request } from './call.ts';
import { objectBody } from './decode.ts';
import { existing } from './read.ts';

export function replaceObject(cluster: Cluster, request: Request): Promise<ObjectReply> {
  const { resource } = request;
  const wanted = objectBody(request);
  const rules = rulesOfKind(resource);
  if (rules.needsVersion && !wanted.metadata.resourceVersion) {
    const problem = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalid({ group: resource.group, kind: resource.kind, name: wanted.metadata.name }, [problem]);
  }
  return changeObject(cluster, request, () => wanted);
}

const attempts = 5;

/**
 * Changes an object to what `change` makes of the stored one. When somebody else writes in between, an update that
 * named its resourceVersion is refused, any other is made again.
 */
export async function changeObject(
  cluster: Cluster,
  request: Request,
  change: (stored: KubernetesObject) => KubernetesObject,
): Promise<ObjectReply> {
  const { store, authorizer, admit } = cluster;
  const { resource, target, dryRun, call, notes } = request;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const stored = readForChange(cluster, request);
    const wanted = change(stored);
    checkPreconditions(wanted, stored, request);
    const object = nextObject(wanted, stored, request);
    const { namespace, name } = stored.metadata;

    await admit({
      operation: 'UPDATE',
      resource,
      subresource: target.subresource,
      namespace,
      name,
      object,
      previous: stored,
      dryRun,
      user: call.user,
      notes,
      validate: () => validateChange(),
    });
    function validateChange(): void {
      const rules = rulesOfKind(resource);
      if (!sameGrant(object, stored)) checkEscalation(authorizer, call.user, { resource, object });
      const problems = [
        ...metadataProblems(object, resource, rules.freeNames === true),
        ...(target.subresource === '' ? (rules.validate?.(object, stored) ?? []) : []),
      ];
      if (problems.length > 0) throw invalid({ group: resource.group, kind: resource.kind, name }, problems);
    }

    const current = store.get(keyOf(resource), namespace, name);
    if (current !== stored) {
      if (current !== undefined && !wanted.metadata.resourceVersion) continue;
      throw current === undefined ? conflictGone(request) : staleVersion(named(request));
    }
    if (dryRun || sameJson(object, stored)) return { status: 200, body: object };
    if (isFinished(object)) return { status: 200, body: store.remove(keyOf(resource), object) };
    return { status: 200, body: store.put(keyOf(resource), object) };
  }
  throw staleVersion(named(request));
}

/** Some kinds are created by a PUT or server-side apply that finds nothing. */
function readForChange({ store }: Cluster, request: Request): KubernetesObject {
  try {
    return existing(store, request);
  } catch (error) {
    const creates = request.call.method === 'PUT' && rulesOfKind(request.resource).createdByUpdate;
    if (error instanceof StatusError && error.code === 404 && creates) {
      throw notServed(`A PUT would have to create ${request.resource.plural} "${request.target.name}".`);
    }
    throw error;
  }
}

function checkPreconditions(wanted: KubernetesObject, stored: KubernetesObject, request: Request): void {
  const { uid, resourceVersion } = wanted.metadata;
  if (uid && uid !== stored.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`;
    throw conflict(named(request), why);
  }
  if (resourceVersion && resourceVersion !== stored.metadata.resourceVersion) throw staleVersion(named(request));
}

/** Keeps what only the server says, and of spec and status the part that the request is not about. */
function nextObject(
  wanted: KubernetesObject,
  stored: KubernetesObject,
  { resource, target }: Request,
): KubernetesObject {
  const { status: storedStatus, ...storedRest } = stored;
  const { status: wantedStatus, ...wantedRest } = wanted;
  const { apiVersion, kind } = stored;
  if (target.subresource === 'status') {
    const status = wantedStatus === undefined ? {} : { status: wantedStatus };
    return { ...storedRest, apiVersion, kind, metadata: stored.metadata, ...status };
  }
  const rules = rulesOfKind(resource);
  const hasStatus = rules.firstStatus !== undefined || resource.subresources.includes('status');
  const status = hasStatus ? storedStatus : wantedStatus;
  const kept = Object.fromEntries(
    serverFields.flatMap((field) => (stored.metadata[field] === undefined ? [] : [[field, stored.metadata[field]]])),
  );
  const metadata = { ...without(wanted.metadata, ...serverFields), ...kept, name: stored.metadata.name };
  const raw: KubernetesObject = { ...wantedRest, apiVersion, kind, metadata };
  const filled = rules.defaults?.(raw) ?? raw;
  const whole: KubernetesObject = status === undefined ? filled : { ...filled, status };
  const sameSpec = sameJson(withoutMetaAndStatus(whole), withoutMetaAndStatus(stored));
  return !rules.hasGeneration || sameSpec
    ? whole
    : withMeta(whole, { generation: (stored.metadata.generation ?? 0) + 1 });
}

const serverFields = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
  'namespace',
];

function withoutMetaAndStatus(object: KubernetesObject) {
  return without(object, 'metadata', 'status');
}

function sameGrant(object: KubernetesObject, stored: KubernetesObject): boolean {
  return ['rules', 'subjects', 'roleRef'].every((field) => sameJson(object[field], stored[field]));
}

/** An object on its way out goes with its last finalizer. */
function isFinished({ metadata, ...rest }: KubernetesObject): boolean {
  const isPlain = rest['kind'] !== 'Namespace' && !(metadata.deletionGracePeriodSeconds ?? 0);
  return metadata.deletionTimestamp !== undefined && isPlain && (metadata.finalizers ?? []).length === 0;
}

function conflictGone(request: Request): StatusError {
  return conflict(named(request), 'the object has been deleted');
}
