/** Names of what is in the embedded staging's cluster. */
export const namespaceNames = { app: 'inference', beacon: 'windshear-beacon', canary: 'windshear-canary' } as const;

/** Each identity has a token of its own, so that the audit log tells them apart. */
export const clusterUsers = {
  tester: 'windshear-tester',
  revert: 'windshear-revert',
  detectors: 'windshear-detectors',
  reconciler: 'release-reconciler',
  remediator: 'binding-remediator',
  admin: 'staging-admin',
} as const;

export type ClusterUser = keyof typeof clusterUsers;

export const workloadNames = {
  api: 'inference-api',
  worker: 'inference-worker',
  preview: 'inference-preview',
} as const;

/** What the release declares; nobody has ever run another image in this cluster. */
export const images = {
  api: 'registry.internal/inference-api:1.4.2',
  worker: 'registry.internal/inference-worker:1.4.2',
  preview: 'registry.internal/inference-preview:1.5.0-rc.1',
} as const;

/** How the images begin that somebody released. */
export const releasedImages = ['registry.internal/', 'registry.k8s.io/pause:'] as const;

export const networkPolicyName = 'default-deny';
export const configName = 'inference-settings';
export const secretName = 'inference-api-key';

/** A webhook configuration, and the only webhook in it. */
export const admissionNames = { configuration: 'admission-rego', webhook: 'admission-rego.windshear.dev' } as const;

/** Says "this is staging" on a namespace. */
export const beaconLabel = { key: 'windshear.dev/staging', value: 'embedded' } as const;
