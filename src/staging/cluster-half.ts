import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../model/json.ts';
import { type ApplicationState, applicationState } from './application/start-up.ts';
import type { StagingChild } from './child.ts';
import { askClusterAdmin } from './cluster-admin.ts';
import * as startUps from './cluster-start-ups.ts';
import { releaseManifests, webhookConfiguration } from './seed/cluster/manifests.ts';
import { type ClusterUser, clusterUsers } from './seed/cluster/names.ts';
import type { StagingOptions } from './state.ts';

/** Is the half of the staging that is a cluster and an application, once it runs. */
export interface ClusterHalf {
  readonly server: string;
  readonly clusterUid: string;
  /** Where each identity's token is. */
  readonly tokenFiles: Readonly<Record<ClusterUser, string>>;
  readonly application: ApplicationState;
  readonly uptime: string;
  /** Address of the process that watches the audit events. */
  readonly clusterDetection: string;
}

export interface ClusterHalfOptions {
  readonly folder: string;
  readonly options: StagingOptions;
  /** Starts the process of a folder beside this file. */
  readonly run: (name: string) => StagingChild;
}

/** Starts cluster, application, and what watches and guards them; `ready` resolves once all of it is. */
export function startClusterHalf({ folder, options, run }: ClusterHalfOptions): {
  readonly application: Promise<ApplicationState>;
  readonly ready: Promise<ClusterHalf>;
} {
  const [kubernetes, applicationChild, uptime] = [run('kubernetes'), run('application'), run('uptime')];
  const [clusterDetection, clusterGuards] = [run('cluster-detection'), run('cluster-guards')];
  const tokens = startUps.newClusterTokens();
  const token = randomBytes(24).toString('base64url');
  kubernetes.start(startUps.kubernetesStartUpOf({ folder, tokens }));
  applicationChild.start(startUps.applicationStartUpOf(folder, token));
  clusterDetection.start(startUps.clusterDetectionStartUpOf(folder, options));
  const application = applicationChild.ready.then(stateOf);
  const ready = finish({
    folder,
    options,
    kubernetes,
    application,
    uptime,
    clusterDetection,
    clusterGuards,
    tokens,
    token,
  });
  for (const promise of [application, ready]) promise.catch(() => undefined);
  return { application, ready };
}

interface Started extends Pick<ClusterHalfOptions, 'folder' | 'options'> {
  readonly kubernetes: StagingChild;
  readonly application: Promise<ApplicationState>;
  readonly uptime: StagingChild;
  readonly clusterDetection: StagingChild;
  readonly clusterGuards: StagingChild;
  readonly tokens: startUps.ClusterTokens;
  readonly token: string;
}

async function finish(started: Started): Promise<ClusterHalf> {
  const { folder, options, kubernetes, application, uptime, clusterDetection, clusterGuards, tokens, token } = started;
  const [service, tokenFiles] = await Promise.all([
    application,
    writeTokens(folder, tokens, token),
    writeRelease(startUps.releasePath(folder)),
  ]);
  uptime.start(startUps.uptimeStartUpOf({ application: service, token, options }));
  const [cluster, monitor] = await Promise.all([kubernetes.ready, uptime.ready]);
  const server = `https://127.0.0.1:${given(cluster.port, 'a port')}`;
  await writeFile(
    startUps.kubeconfigPath(folder),
    startUps.kubeconfigOf({ server, caFile: startUps.caPath(folder), tokenFile: tokenFiles.admin }),
    { mode: 0o600 },
  );
  clusterGuards.start(startUps.clusterGuardsStartUpOf({ folder, server, tokens, options }));
  const watching = `http://127.0.0.1:${given((await clusterDetection.ready).port, 'a port')}`;
  const administered = { server, caFile: startUps.caPath(folder), tokens: { admin: tokenFiles.admin } };
  // Put in before anybody listens: an installation is no habit.
  await installAdmission(administered, startUps.admissionCaPath(folder), await clusterGuards.ready);
  await askClusterAdmin(administered, {
    method: 'PUT',
    path: '/windshear/audit-webhooks',
    body: { urls: [`${watching}/audit`] },
  });
  return {
    server,
    clusterUid: given(cluster.clusterUid, 'a cluster uid'),
    tokenFiles,
    application: service,
    uptime: `http://127.0.0.1:${given(monitor.port, 'a port')}`,
    clusterDetection: watching,
  };
}

/** Writes what the reconciler keeps, a file a Deployment. */
async function writeRelease(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (manifest: JsonObject, index: number) =>
    writeFile(join(folder, `${index}.json`), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
  await Promise.all(releaseManifests().map(write));
}

/** Puts the admission webhook in, as its installer does, once it answers. */
async function installAdmission(
  cluster: Parameters<typeof askClusterAdmin>[0],
  caFile: string,
  { port }: { readonly port?: number | undefined },
): Promise<void> {
  const url = `https://127.0.0.1:${given(port, 'a port')}/admit`;
  const body = webhookConfiguration({ url, caCertificate: await readFile(caFile, 'utf8') });
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await askClusterAdmin(cluster, { method: 'POST', path, body });
}

async function stateOf({ port }: { readonly port?: number | undefined }): Promise<ApplicationState> {
  const answer = await fetch(`http://127.0.0.1:${given(port, 'a port')}/state`);
  return applicationState.parse(await answer.json());
}

async function writeTokens(
  folder: string,
  tokens: startUps.ClusterTokens,
  applicationToken: string,
): Promise<Readonly<Record<ClusterUser, string>>> {
  const who = Object.keys(clusterUsers) as ClusterUser[];
  const write = (path: string, text: string) => writeFile(path, `${text}\n`, { mode: 0o600 });
  const files = who.map((name) => [name, startUps.tokenPath(folder, `kubernetes-${name}`)] as const);
  await Promise.all([
    ...files.map(([name, path]) => write(path, tokens[name])),
    write(startUps.tokenPath(folder, 'application'), applicationToken),
  ]);
  return Object.fromEntries(files) as Record<ClusterUser, string>;
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`A process of the staging is ready without ${what}.`);
  return value;
}
