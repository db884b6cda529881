import { UsageError } from '../../model/errors.ts';
import { suggestion } from '../../model/nearest.ts';

/** What of the settings every client gets; each is set so that nothing ambient is asked for it. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly ignoreConfiguredEndpointUrls: true;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly maxAttempts: 1;
  readonly retryMode: 'standard';
  readonly defaultsMode: 'standard';
  readonly useDualstackEndpoint: false;
  readonly useFipsEndpoint: false;
  readonly authSchemePreference: string[];
  readonly userAgentAppId: () => Promise<undefined>;
  readonly customUserAgent: [string, string?][];
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly httpAgent: object;
    readonly httpsAgent: object;
  };
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A command of any service, as far as we need to know it. */
export interface AnyCommand {
  readonly middlewareStack: {
    add(middleware: (next: Next, context: unknown) => Next, options: { step: 'deserialize'; priority: 'low' }): void;
  };
}

type Next = (args: { readonly request: unknown }) => Promise<{ readonly response: unknown }>;

interface AnyClient {
  send(command: AnyCommand, options: { readonly abortSignal: AbortSignal }): Promise<object>;
  destroy(): void;
}

/** One service's module, loaded, and a client of it. */
export interface OpenService {
  readonly client: AnyClient;
  /** Makes the command of an operation. Throws `UsageError` for one that the service does not have. */
  readonly command: (operation: string, input: object) => AnyCommand;
}

/** S3 with the bucket in the path, so that every bucket is on the pinned host; nothing follows redirects. */
const s3Settings = {
  forcePathStyle: true,
  followRegionRedirects: false,
  useArnRegion: false,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

type Loader = (settings: ClientSettings) => Promise<{ readonly module: object; readonly client: unknown }>;

/** Loads each service's SDK on first use: 40 to 60 ms each. SQS is kept on the pinned endpoint, not on the host of a queue's URL. */
const loaders: Readonly<Record<string, Loader>> = {
  autoscaling: async (settings) => {
    const module = await import('@aws-sdk/client-auto-scaling');
    return { module, client: new module.AutoScalingClient(settings) };
  },
  cloudtrail: async (settings) => {
    const module = await import('@aws-sdk/client-cloudtrail');
    return { module, client: new module.CloudTrailClient(settings) };
  },
  ec2: async (settings) => {
    const module = await import('@aws-sdk/client-ec2');
    return { module, client: new module.EC2Client(settings) };
  },
  events: async (settings) => {
    const module = await import('@aws-sdk/client-eventbridge');
    return { module, client: new module.EventBridgeClient(settings) };
  },
  iam: async (settings) => {
    const module = await import('@aws-sdk/client-iam');
    return { module, client: new module.IAMClient(settings) };
  },
  lambda: async (settings) => {
    const module = await import('@aws-sdk/client-lambda');
    return { module, client: new module.LambdaClient(settings) };
  },
  s3: async (settings) => {
    const module = await import('@aws-sdk/client-s3');
    return { module, client: new module.S3Client({ ...settings, ...s3Settings }) };
  },
  sqs: async (settings) => {
    const module = await import('@aws-sdk/client-sqs');
    return { module, client: new module.SQSClient({ ...settings, useQueueUrlAsEndpoint: false }) };
  },
  sts: async (settings) => {
    const module = await import('@aws-sdk/client-sts');
    return { module, client: new module.STSClient(settings) };
  },
};

/** Loads a service by its IAM prefix. Throws `UsageError` naming the nearest known one. */
export async function openService(service: string, settings: ClientSettings): Promise<OpenService> {
  const load = loaders[service];
  if (load === undefined) throw unknown('AWS service', service, Object.keys(loaders));
  const { module, client } = await load(settings);
  const constructors = new Map(Object.entries(module).filter(([name]) => /^[A-Z].*Command$/.test(name)));
  return {
    client: client as AnyClient,
    command: (operation, input) => {
      const Command: unknown = constructors.get(`${operation}Command`);
      if (typeof Command !== 'function') {
        const known = [...constructors.keys()].map((name) => name.slice(0, -'Command'.length));
        throw unknown(`operation of AWS service '${service}'`, operation, known);
      }
      return new (Command as new (input: object) => AnyCommand)(input);
    },
  };
}

function unknown(what: string, got: string, known: readonly string[]): UsageError {
  return new UsageError(`Unknown ${what} '${got}'${suggestion(got, known)}`);
}
