import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ApplicationState, applicationStartUp } from './application/start-up.ts';
import type { clusterDetectionStartUp } from './cluster-detection/start-up.ts';
import type { clusterGuardsStartUp } from './cluster-guards/start-up.ts';
import type { kubernetesStartUp } from './kubernetes/start-up.ts';
import { clusterManifests } from './seed/cluster/manifests.ts';
import { type ClusterUser, clusterUsers, namespaceNames, releasedImages } from './seed/cluster/names.ts';
import type { StagingOptions } from './state.ts';
import { actingGuardrails, switchesOf } from './switches.ts';
import type { uptimeStartUp } from './uptime/start-up.ts';

export type ClusterTokens = Readonly<Record<ClusterUser, string>>;

export function newClusterTokens(): ClusterTokens {
  const names = Object.keys(clusterUsers) as ClusterUser[];
  return Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')])) as Record<
    ClusterUser,
    string
  >;
}

export function kubernetesStartUpOf(given: {
  readonly folder: string;
  readonly tokens: ClusterTokens;
}): z.input<typeof kubernetesStartUp> {
  const { folder, tokens } = given;
  const names = Object.keys(clusterUsers) as ClusterUser[];
  return {
    tokens: names.map((name) => ({
      token: tokens[name],
      username: clusterUsers[name],
      groups: name === 'admin' ? ['system:masters'] : [],
    })),
    manifests: [...clusterManifests()] as never,
    caFile: caPath(folder),
    audit: { file: clusterAuditPath(folder) },
  };
}

export function clusterDetectionStartUpOf(
  folder: string,
  options: StagingOptions,
): z.input<typeof clusterDetectionStartUp> {
  return {
    profileFile: profileAlertsPath(folder),
    released: [...releasedImages],
    canaryNamespace: namespaceNames.canary,
    auditRules: switchesOf('audit-rules', options),
    profile: switchesOf('profile', options),
    noise: options.noise,
  };
}

export function clusterGuardsStartUpOf(given: {
  readonly folder: string;
  readonly server: string;
  readonly tokens: ClusterTokens;
  readonly options: StagingOptions;
}): z.input<typeof clusterGuardsStartUp> {
  const { folder, server, tokens, options } = given;
  const { reconciler, remediator } = tokens;
  return {
    server,
    caFile: caPath(folder),
    tokens: { reconciler, remediator },
    releaseFolder: releasePath(folder),
    admissionCaFile: admissionCaPath(folder),
    acting: [...actingGuardrails(options)],
  };
}

export function applicationStartUpOf(folder: string, token: string): z.input<typeof applicationStartUp> {
  return { auditFile: applicationAuditPath(folder), token };
}

export function uptimeStartUpOf(given: {
  readonly application: ApplicationState;
  readonly token: string;
  readonly options: StagingOptions;
}): z.input<typeof uptimeStartUp> {
  const { application, token, options } = given;
  const regions = Object.entries(application.regions).map(([name, { url }]) => [name, url]);
  return {
    regions: Object.fromEntries(regions),
    endpoint: application.endpoint,
    token,
    switches: switchesOf('uptime', options),
    noise: options.noise,
  };
}

/** Is for `kubectl --kubeconfig`; it names the file of the token, so that it holds no secret itself. */
export function kubeconfigOf(given: { server: string; caFile: string; tokenFile: string }): string {
  const { server, caFile, tokenFile } = given;
  const name = 'windshear-staging';
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority': caFile } }],
      users: [{ name, user: { tokenFile } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'inference' } }],
      'current-context': name,
    },
    undefined,
    2,
  )}\n`;
}

export function caPath(folder: string): string {
  return join(folder, 'kubernetes', 'ca.pem');
}

export function admissionCaPath(folder: string): string {
  return join(folder, 'kubernetes', 'admission-ca.pem');
}

export function releasePath(folder: string): string {
  return join(folder, 'kubernetes', 'release');
}

export function profileAlertsPath(folder: string): string {
  return join(folder, 'profile', 'alerts.jsonl');
}

export function kubeconfigPath(folder: string): string {
  return join(folder, 'kubernetes', 'kubeconfig.json');
}

export function clusterAuditPath(folder: string): string {
  return join(folder, 'audit', 'kubernetes.jsonl');
}

export function applicationAuditPath(folder: string): string {
  return join(folder, 'audit', 'application.jsonl');
}

export function tokenPath(folder: string, name: string): string {
  return join(folder, 'credentials', `${name}.token`);
}
