import type { Json, JsonObject } from '../../../model/json.ts';
import { at, isObject, listAt, objectAt, sameJson, textAt, withDefaults, without } from '../objects/json.ts';
import { type FieldProblem, forbiddenField, required } from '../objects/status.ts';
import type { KindRules } from './kind-rules.ts';

/** Fills a pod as https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go does. */
export const podRules: KindRules = {
  defaults: (pod) => ({
    ...pod,
    spec: withDefaults(defaultPodSpec(objectAt(pod, 'spec')), {
      enableServiceLinks: true,
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    }),
  }),
  validate: (pod, previous) => [
    ...podSpecProblems(objectAt(pod, 'spec'), 'spec'),
    ...(previous !== undefined && !onlyImagesDiffer(objectAt(previous, 'spec'), objectAt(pod, 'spec'))
      ? [forbiddenField('spec', immutable)]
      : []),
  ],
  firstStatus: (pod) => ({ phase: 'Pending', qosClass: qosClass(objectAt(pod, 'spec')) }),
};

const immutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function defaultPodSpec(spec: JsonObject): JsonObject {
  const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
  const lists = ['initContainers', 'containers', 'ephemeralContainers'].filter((field) => spec[field] !== undefined);
  const filled = lists.map((field) => [
    field,
    listAt(spec, field).map((container) => defaultContainer(container, spec['hostNetwork'] === true)),
  ]);
  return withDefaults(
    {
      ...spec,
      ...(Object.fromEntries(filled) as JsonObject),
      ...(spec['volumes'] !== undefined && { volumes: listAt(spec, 'volumes').map(defaultVolume) }),
      ...(account !== undefined && { serviceAccountName: account, serviceAccount: account }),
    },
    {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
  );
}

function defaultContainer(container: Json, hostNetwork: boolean): Json {
  if (!isObject(container)) return container;
  const image = textAt(container, 'image') ?? '';
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => container[name] !== undefined);
  return withDefaults(
    {
      ...container,
      ...(container['ports'] !== undefined && {
        ports: listAt(container, 'ports').map((port) => defaultPort(port, hostNetwork)),
      }),
      ...Object.fromEntries(probes.map((name) => [name, defaultProbe(objectAt(container, name))])),
    },
    {
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: pullPolicy(image),
      resources: {},
    },
  );
}

/** The newest image is always pulled, a tag or digest only when it is absent. */
function pullPolicy(image: string): string {
  const [, tag] = /:([^:/]+)$/.exec(image.split('@')[0] ?? '') ?? [];
  return !image.includes('@') && (tag === undefined || tag === 'latest') ? 'Always' : 'IfNotPresent';
}

function defaultPort(port: Json, hostNetwork: boolean): Json {
  if (!isObject(port)) return port;
  return withDefaults(port, { ...(hostNetwork && { hostPort: port['containerPort'] ?? null }), protocol: 'TCP' });
}

function defaultProbe(probe: JsonObject): JsonObject {
  const scheme =
    probe['httpGet'] === undefined ? {} : { httpGet: withDefaults(objectAt(probe, 'httpGet'), { scheme: 'HTTP' }) };
  return withDefaults(
    { ...probe, ...scheme },
    { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  );
}

function defaultVolume(volume: Json): Json {
  if (!isObject(volume)) return volume;
  const filled: Record<string, Json> = { ...volume };
  for (const type of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    if (volume[type] !== undefined) filled[type] = withDefaults(objectAt(volume, type), { defaultMode: 420 });
  }
  if (volume['hostPath'] !== undefined) filled['hostPath'] = withDefaults(objectAt(volume, 'hostPath'), { type: '' });
  return Object.keys(volume).length === 1 ? { ...filled, emptyDir: {} } : filled;
}

export function podSpecProblems(spec: JsonObject, field: string): readonly FieldProblem[] {
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) return [required(`${field}.containers`)];
  return ['initContainers', 'containers'].flatMap((list) =>
    listAt(spec, list).flatMap((container, index) =>
      ['name', 'image'].flatMap((part) =>
        textAt(container, part) ? [] : [required(`${field}.${list}[${index}].${part}`)],
      ),
    ),
  );
}

function onlyImagesDiffer(before: JsonObject, after: JsonObject): boolean {
  const rest = (spec: JsonObject) => ({
    ...without(spec, 'activeDeadlineSeconds', 'tolerations', 'nodeName'),
    ...Object.fromEntries(
      ['initContainers', 'containers'].map((list) => [
        list,
        listAt(spec, list).map((container) => without(objectAt(container), 'image')),
      ]),
    ),
  });
  const placed = before['nodeName'] === undefined || before['nodeName'] === after['nodeName'];
  return placed && sameJson(rest(before), rest(after));
}

function qosClass(spec: JsonObject): string {
  const containers = ['initContainers', 'containers'].flatMap((list) => listAt(spec, list));
  const amounts = (kind: string) => containers.map((container) => objectAt(container, 'resources', kind));
  const [requests, limits] = [amounts('requests'), amounts('limits')];
  if ([...requests, ...limits].every((one) => Object.keys(one).length === 0)) return 'BestEffort';
  const bound = limits.every((limit, index) => {
    const wanted = requests[index] ?? {};
    return ['cpu', 'memory'].every(
      (one) => at(limit, one) !== undefined && sameJson(at(wanted, one) ?? at(limit, one), at(limit, one)),
    );
  });
  return bound ? 'Guaranteed' : 'Burstable';
}
