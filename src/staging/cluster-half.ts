import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type ApplicationState, applicationState } from './application/start-up.ts';
import type { StagingChild } from './child.ts';
import * as startUps from './cluster-start-ups.ts';
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
}

export interface ClusterHalfOptions {
  readonly folder: string;
  readonly options: StagingOptions;
  /** Starts the process of a folder beside this file. */
  readonly run: (name: string) => StagingChild;
}

/** Starts cluster, application and uptime monitor; `ready` resolves once all of it is. */
export function startClusterHalf({ folder, options, run }: ClusterHalfOptions): {
  readonly application: Promise<ApplicationState>;
  readonly ready: Promise<ClusterHalf>;
} {
  const [kubernetes, applicationChild, uptime] = [run('kubernetes'), run('application'), run('uptime')];
  const tokens = startUps.newClusterTokens();
  const token = randomBytes(24).toString('base64url');
  kubernetes.start(startUps.kubernetesStartUpOf({ folder, tokens }));
  applicationChild.start(startUps.applicationStartUpOf(folder, token));
  const application = applicationChild.ready.then(stateOf);
  const ready = finish({ folder, options, kubernetes, application, uptime, tokens, token });
  for (const promise of [application, ready]) promise.catch(() => undefined);
  return { application, ready };
}

interface Started extends Pick<ClusterHalfOptions, 'folder' | 'options'> {
  readonly kubernetes: StagingChild;
  readonly application: Promise<ApplicationState>;
  readonly uptime: StagingChild;
  readonly tokens: startUps.ClusterTokens;
  readonly token: string;
}

async function finish(started: Started): Promise<ClusterHalf> {
  const { folder, options, kubernetes, application, uptime, tokens, token } = started;
  const [service, tokenFiles] = await Promise.all([application, writeTokens(folder, tokens, token)]);
  uptime.start(startUps.uptimeStartUpOf({ application: service, token, options }));
  const [cluster, monitor] = await Promise.all([kubernetes.ready, uptime.ready]);
  const server = `https://127.0.0.1:${given(cluster.port, 'a port')}`;
  await writeFile(
    startUps.kubeconfigPath(folder),
    startUps.kubeconfigOf({ server, caFile: startUps.caPath(folder), tokenFile: tokenFiles.admin }),
    { mode: 0o600 },
  );
  return {
    server,
    clusterUid: given(cluster.clusterUid, 'a cluster uid'),
    tokenFiles,
    application: service,
    uptime: `http://127.0.0.1:${given(monitor.port, 'a port')}`,
  };
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
