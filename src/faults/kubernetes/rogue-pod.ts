import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { namespaceField } from '../../model/kubernetes-names.ts';
import {
  captureAbsence,
  createdStatus,
  createOurs,
  deleteOurs,
  hasFields,
  labelled,
  whoseIs,
} from './created-object.ts';
import { podResource, rightTo, subjectOf } from './kinds.ts';
import { imageField, type KubernetesFaultContext, markedName, prefixField } from './names.ts';
import { asList, asObject, type FoundObject, type ObjectRef, readObject, watchObject } from './objects.ts';
import { mayDelete } from './undone-by.ts';

const rogueness = ['privileged', 'hostPath', 'hostNetwork', 'unknownImage', 'minerLike', 'none'] as const;

const params = z.strictObject({
  namespace: namespaceField,
  /** What is wrong with the pod, and nothing else is; `none` makes a control. */
  rogue: z.enum(rogueness),
  /** Beginning of the pod's name; the marker follows. */
  name: prefixField.default('rogue'),
  /** By default a pause image, which does nothing, or for `unknownImage` one of a registry that does not exist. */
  image: imageField.optional(),
  /** Labels that make it look like the application's own. */
  labels: z.record(z.string(), z.string()).default({}),
  /** Asks admission only: nothing is stored, and nothing but `prevented` can be judged. */
  dryRun: z.boolean().default(false),
});
type Params = z.infer<typeof params>;

/** https://github.com/kubernetes/kubernetes/tree/master/build/pause */
const pauseImage = 'registry.k8s.io/pause:3.10';
const unknownImage = 'registry.example.invalid/unreleased/worker:latest';

/**
 * Starts one bare pod that violates exactly one rule and otherwise the strictest Pod Security level would admit. It
 * gets no token, sleeps, and is deleted by its uid.
 */
export const roguePod = defineFault({
  type: 'kubernetes.rogue-pod',
  kind: 'change',
  target: 'kubernetes',
  title: 'Start a rogue pod',
  description:
    'A bare pod that is privileged, mounts the host, joins its network, runs an image nobody released or looks like a miner starts beside the application. It does nothing; revert deletes it.',
  params,
  example: {
    namespace: 'inference',
    rogue: 'privileged',
    name: 'rogue',
    labels: { app: 'inference-api' },
    dryRun: false,
  },
  techniques: ['T1610', 'T1611'],
  permissions: {
    inject: [rightTo('create', podResource)],
    observe: [rightTo('get', podResource)],
    revert: [rightTo('get', podResource), rightTo('delete', podResource)],
    watch: [rightTo('watch', podResource)],
  },
  touches: ({ namespace, name }) => [subjectOf('pod', namespace, `${name}-*`)],
  leaves: () => 1,
  subjects: ({ namespace }, acknowledged) => {
    const name = acknowledged?.ids?.['name'];
    return name === undefined ? [] : [subjectOf('pod', namespace, name)];
  },
  undoneBy: (_, action) => mayDelete(action, podResource),
  impairs: () => [],
  asksOnly: ({ dryRun }) => dryRun,
  settleMs: 0,
  volatile: [],
  residue: ['events about the pod, which the API server keeps for an hour'],

  capture: async (ctx: KubernetesFaultContext, p: Params) => captureAbsence(ctx, refOf(ctx, p)),

  inject: async (ctx, p, before) => {
    const manifest = podOf(ctx, p);
    const ref = refOf(ctx, p);
    if (!p.dryRun)
      return createOurs(ctx, { ref, subject: subjectOf('pod', p.namespace, ref.name) }, { before, manifest });
    const body = labelled(manifest, ctx.marker);
    const request = {
      verb: 'create',
      of: podResource,
      namespace: p.namespace,
      body,
      dryRun: true,
      isAct: true,
    } as const;
    await ctx.clients.call(request, ctx.signal);
    return {};
  },

  observe: async (ctx, p, before, after) => {
    const ref = refOf(ctx, p);
    const now = await readObject(ctx, ref);
    const holds = now !== undefined && hasFields(now.object['spec'], podOf(ctx, p)['spec'] ?? null);
    return createdStatus(whoseIs(ctx, now, { before, after }), { now, state: stateOf(now), holds, before });
  },

  revert: (ctx, p, before, after) => deleteOurs(ctx, refOf(ctx, p), { before, after }),
  watch: (ctx, p, onChange) => watchObject(ctx, refOf(ctx, p), onChange),
});

function refOf(ctx: KubernetesFaultContext, { namespace, name }: Params): ObjectRef {
  return { of: podResource, namespace, name: markedName(ctx, name) };
}

function stateOf(now: FoundObject | undefined): Json {
  if (now === undefined) return { pod: null };
  const images = asList(asObject(now.object['spec'])['containers']).map((one) => asObject(one)['image'] ?? null);
  return { pod: now.name, uid: now.uid, images };
}

function podOf(ctx: KubernetesFaultContext, p: Params): JsonObject {
  const is = (what: Params['rogue']) => p.rogue === what;
  const container: JsonObject = {
    name: is('minerLike') ? 'xmrig' : 'main',
    image: p.image ?? (is('unknownImage') ? unknownImage : pauseImage),
    // The pause image takes no notice of what it is told.
    ...(is('minerLike') ? { args: ['--url', 'stratum+tcp://pool.example.invalid:3333', '--threads', '8'] } : {}),
    resources: { limits: { cpu: '10m', memory: '16Mi' } },
    securityContext: is('privileged') ? { privileged: true } : restricted,
    ...(is('hostPath') ? { volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: true }] } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: markedName(ctx, p.name), namespace: p.namespace, labels: p.labels },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [container],
      ...(is('hostNetwork') ? { hostNetwork: true } : {}),
      ...(is('hostPath') ? { volumes: [{ name: 'host', hostPath: { path: '/' } }] } : {}),
    },
  };
}

/** What the level `restricted` demands: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const restricted: JsonObject = {
  runAsNonRoot: true,
  runAsUser: 65_535,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
