import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../../model/json.ts';
import { clusterAccess } from './access.ts';
import {
  admissionNames,
  beaconLabel,
  configName,
  images,
  namespaceNames,
  networkPolicyName,
  secretName,
  workloadNames,
} from './names.ts';

/** Where admission control answers. */
export interface AdmissionAddress {
  readonly url: string;
  /** As PEM. */
  readonly caCertificate: string;
}

const { app } = namespaceNames;
const { api, worker, preview } = workloadNames;

/** Lists the objects that the cluster begins with: workloads with accounts of their own, their policies, who may what. */
export function clusterManifests(): readonly JsonObject[] {
  return [
    namespace(app, { [beaconLabel.key]: beaconLabel.value }),
    namespace(namespaceNames.beacon, { [beaconLabel.key]: beaconLabel.value }),
    namespace(namespaceNames.canary, {}),
    ...clusterAccess(),
    ...[api, worker, preview].map((name) => inApp('v1', 'ServiceAccount', name, {})),
    inApp('v1', 'ConfigMap', configName, { data: { model: 'resnet-7', batch: '16' } }),
    inApp('v1', 'Secret', secretName, { type: 'Opaque', stringData: { key: randomBytes(24).toString('base64url') } }),
    inApp('networking.k8s.io/v1', 'NetworkPolicy', networkPolicyName, {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    }),
    ...releaseManifests(),
    deployment(preview, images.preview, 1),
  ];
}

/** Lists what the release declares and the reconciler keeps; the preview is nobody's but its developers'. */
export function releaseManifests(): readonly JsonObject[] {
  return [deployment(api, images.api, 2), deployment(worker, images.worker, 1)];
}

/** Asks about what a workload may be, and nothing else, so that a slow answer slows nothing else down. */
export function webhookConfiguration({ url, caCertificate }: AdmissionAddress): JsonObject {
  const caBundle = Buffer.from(caCertificate).toString('base64');
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: admissionNames.configuration },
    webhooks: [
      {
        name: admissionNames.webhook,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 3,
        clientConfig: { url, caBundle },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
}

function deployment(name: string, image: string, replicas: number): JsonObject {
  const labels = { app: name };
  const container = {
    name: name.split('-').at(-1) ?? name,
    image,
    resources: { limits: { cpu: '500m', memory: '512Mi' } },
    securityContext: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  const podSpec = { serviceAccountName: name, automountServiceAccountToken: false, containers: [container] };
  return inApp('apps/v1', 'Deployment', name, {
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  });
}

function namespace(name: string, labels: Readonly<Record<string, string>>): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function inApp(apiVersion: string, kind: string, name: string, content: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace: app }, ...content };
}
