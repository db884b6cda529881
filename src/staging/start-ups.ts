import { join } from 'node:path';
import type { ApplicationState } from './application/start-up.ts';
import type { ClusterHalf } from './cluster-half.ts';
import * as clusterStartUps from './cluster-start-ups.ts';
import type { DetectionStartUp } from './detection/start-up.ts';
import type { ProxyStartUp } from './proxy/start-up.ts';
import type { RemediatorStartUp } from './remediator/start-up.ts';
import * as clusterNames from './seed/cluster/names.ts';
import * as names from './seed/names.ts';
import type { Seeded } from './seed.ts';
import type { StagingOptions, StagingState } from './state.ts';
import { actingGuardrails, detectionSwitches } from './switches.ts';

/** Is what the start-ups are made of. */
export interface Premises {
  readonly folder: string;
  readonly emulator: string;
  readonly models: string;
  readonly modelCache: string;
  readonly seeded: Seeded;
  readonly options: StagingOptions;
}

const { account, secondAccount, region, secondRegion, roleArn, roleNames } = names;

/** Lists the resources that state and detection know by the same names. */
function neighbourhood({ fleet }: Seeded) {
  return {
    roles: {
      tester: roleArn(roleNames.tester),
      revert: roleArn(roleNames.revert),
      remediator: roleArn(roleNames.remediator),
      appFirst: roleArn(roleNames.appFirst),
      appSecond: roleArn(roleNames.appSecond),
    },
    users: { protected: names.userNames.protected, ordinary: names.userNames.ordinary },
    buckets: { models: names.bucketNames.models, modelsGuarded: names.bucketNames.modelsGuarded },
    lambda: { function: names.functionName },
    autoscaling: { group: names.groupName, ...fleet, rogueImage: names.rogueImage },
    trails: {
      primary: names.trailArn(names.trailNames.primary, region),
      regional: names.trailArn(names.trailNames.regional, secondRegion),
    },
    canary: { role: roleNames.canary },
  };
}

export function proxyStartUpOf({ folder, emulator, models, modelCache, seeded }: Premises): ProxyStartUp {
  return {
    upstream: emulator,
    account,
    auditFolder: join(folder, 'audit'),
    models,
    modelCache,
    keys: Object.values(seeded.users).map(({ key }) => key),
    trails: [...seeded.trails],
    rules: [...seeded.rules],
  };
}

export function detectionStartUpOf(
  { folder, emulator, seeded, options }: Premises,
  { endpoint }: Pick<ApplicationState, 'endpoint'>,
): DetectionStartUp {
  const queue = (name: string) => `${emulator}/${account}/${name}`;
  const { trailRules, identityRules, profile } = names.queueNames;
  return {
    stateFolder: folder,
    ministack: emulator,
    credentials: { detectors: seeded.users.detectors.credentials },
    account,
    secondAccount,
    region,
    secondRegion,
    ...neighbourhood(seeded),
    endpoint,
    queues: { trailRules: queue(trailRules), identityRules: queue(identityRules), profile: queue(profile) },
    options: detectionOptions(options),
  };
}

/** Writes options as the detection reads them. */
function detectionOptions(options: StagingOptions): DetectionStartUp['options'] {
  const { without, delay, noise } = detectionSwitches(options);
  return {
    without: [...without],
    delay: Object.fromEntries(Object.entries(delay).map(([name, ms]) => [name, `${ms}ms`])),
    noise: noise === null ? null : `${noise}/s`,
  };
}

export function remediatorStartUpOf({ emulator, seeded, options }: Premises, endpoint: string): RemediatorStartUp {
  return {
    endpoint,
    readEndpoint: emulator,
    region,
    credentials: seeded.users.remediator.credentials,
    role: roleArn(roleNames.remediator),
    watched: [roleNames.appFirst, roleNames.appSecond],
    ...(actingGuardrails(options).includes('identity-remediator') ? {} : { forbidden: [] }),
  };
}

export interface Started {
  readonly id: string;
  readonly processStart: string;
  readonly control: string;
  readonly endpoint: string;
  readonly detection: string;
  readonly clusterHalf: ClusterHalf;
}

export function stateOf({ folder, emulator, seeded, options }: Premises, started: Started): StagingState {
  const { endpoint, detection, clusterHalf, ...supervisor } = started;
  const { roles, ...rest } = neighbourhood(seeded);
  return {
    ...supervisor,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    aws: { endpoint, emulator, account, secondAccount, region, secondRegion },
    credentials: {
      tester: credentialsPath(folder, 'tester'),
      revert: credentialsPath(folder, 'revert'),
      detectors: credentialsPath(folder, 'detectors'),
      admin: credentialsPath(folder, 'admin'),
    },
    roles: { ...roles, beacon: roleArn(roleNames.beacon) },
    ...rest,
    kubernetes: clusterOf(folder, clusterHalf),
    application: applicationOf(folder, clusterHalf),
    audit: { file: join(folder, 'audit', `${names.trailNames.primary}.jsonl`) },
    detectors: {
      'trail-rules': {
        queueUrl: `${endpoint}/${account}/${names.queueNames.findings}`,
        test: `${detection}/trail-rules/test`,
      },
      'identity-rules': {
        subscribe: `${detection}/identity-rules/subscriptions`,
        test: `${detection}/identity-rules/test`,
      },
      posture: { alerts: `${detection}/posture/api/v2/alerts` },
      profile: { file: clusterStartUps.profileAlertsPath(folder) },
      uptime: {
        subscribe: `${clusterHalf.uptime}/uptime/subscriptions`,
        test: `${clusterHalf.uptime}/uptime/test`,
      },
      'audit-rules': {
        subscribe: `${clusterHalf.clusterDetection}/audit-rules/subscriptions`,
        test: `${clusterHalf.clusterDetection}/audit-rules/test`,
      },
    },
    options,
  };
}

function clusterOf(folder: string, { server, clusterUid, tokenFiles }: ClusterHalf): StagingState['kubernetes'] {
  const { tester, revert, admin } = tokenFiles;
  const { reconciler, remediator } = clusterNames.clusterUsers;
  return {
    server,
    caFile: clusterStartUps.caPath(folder),
    clusterUid,
    kubeconfig: clusterStartUps.kubeconfigPath(folder),
    tokens: { tester, revert, admin },
    users: { reconciler, remediator },
    beacon: { namespace: clusterNames.namespaceNames.beacon, label: clusterNames.beaconLabel },
    namespace: clusterNames.namespaceNames.app,
    workloads: clusterNames.workloadNames,
    images: clusterNames.images,
    networkPolicy: clusterNames.networkPolicyName,
    canaryNamespace: clusterNames.namespaceNames.canary,
    admission: clusterNames.admissionNames,
    audit: { file: clusterStartUps.clusterAuditPath(folder) },
  };
}

function applicationOf(folder: string, { application }: ClusterHalf): StagingState['application'] {
  const { router, endpoint, admin, regions, model } = application;
  return {
    router,
    endpoint,
    admin,
    regions: Object.entries(regions).map(([name, { url }]) => ({ name, url })),
    model,
    token: clusterStartUps.tokenPath(folder, 'application'),
    audit: { file: clusterStartUps.applicationAuditPath(folder) },
  };
}

export function credentialsPath(folder: string, name: string): string {
  return join(folder, 'credentials', `${name}.json`);
}
