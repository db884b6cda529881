import type { Environment } from '../model/environment.ts';
import { UsageError } from '../model/errors.ts';
import type { TargetKind } from '../model/fault.ts';
import type { RunRequest } from '../model/run.ts';
import type { Target } from '../model/target.ts';
import { startOf } from '../system/process-identity.ts';
import { systemClock } from '../system/system-clock.ts';
import { externalTarget } from '../targets/external/external-target.ts';

export interface EnvironmentOptions {
  readonly version: string;
  /** Environment variables; only those that windshear.yaml names are read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gets one sentence a time. */
  readonly notice: (text: string) => void;
}

/** An environment's targets and the clients of its channels, ready to be used. */
export interface OpenTargets {
  readonly targets: ReadonlyMap<TargetKind, Target>;
  readonly channelClients: RunRequest['channelClients'];
  readonly close: () => Promise<void>;
}

/** Builds the targets of an environment; nothing is asked of them yet. Client libraries are loaded by their first call. */
export async function openTargets(environment: Environment, options: EnvironmentOptions): Promise<OpenTargets> {
  const [{ awsTarget }, { channelClients }, { kubernetesTarget }] = await Promise.all([
    import('../targets/aws/aws-target.ts'),
    import('../targets/aws/channel-clients.ts'),
    import('../targets/kubernetes/kubernetes-target.ts'),
  ]);
  const { aws, kubernetes } = environment.targets;
  const shared = {
    embedded: environment.staging === 'embedded',
    variables: options.variables,
    version: options.version,
    warn: options.notice,
  };
  const targets = new Map<TargetKind, Target>();
  if (aws !== undefined) targets.set('aws', awsTarget(aws, { ...shared, clock: systemClock }));
  if (kubernetes !== undefined) {
    targets.set('kubernetes', kubernetesTarget(kubernetes, { ...shared, clock: systemClock }));
  }
  const { http, process } = environment.targets;
  if (http !== undefined) {
    const { httpTarget } = await import('../targets/http/http-target.ts');
    targets.set('http', httpTarget(http, { ...shared, clock: systemClock }));
  }
  if (process !== undefined) {
    const { processTarget } = await import('../targets/process/process-target.ts');
    targets.set('process', processTarget(process, { ...shared, clock: systemClock, startOf }));
  }
  targets.set('none', externalTarget({ clock: systemClock }));
  const opened: { readonly close: () => void }[] = [];
  return {
    targets,
    channelClients: async (_target, params) => {
      const { endpoint, region, credentials } = connectionOf(params);
      const inRegion = region ?? aws?.region;
      if (inRegion === undefined || credentials === undefined) {
        throw new UsageError('A channel that reads a queue needs region and credentials of its own (windshear.yaml).');
      }
      const clients = channelClients({ endpoint, region: inRegion, credentials }, shared);
      opened.push(clients);
      return clients;
    },
    close: async () => {
      for (const clients of opened) clients.close();
      await Promise.all([...targets.values()].map((target) => target.close()));
    },
  };
}

type ChannelCredentials =
  | { readonly file: string }
  | { readonly env: { accessKeyId: string; secretAccessKey: string } };

/** The channel's own schema has checked these already. */
function connectionOf(params: unknown) {
  return params as {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: ChannelCredentials;
  };
}
