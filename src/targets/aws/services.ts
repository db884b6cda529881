import { createRequire } from 'node:module';
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

interface Service {
  readonly load: () => object;
  readonly open: (settings: ClientSettings) => { readonly module: object; readonly client: unknown };
}

function service<Module extends object>(
  load: () => Module,
  clientOf: (module: Module, settings: ClientSettings) => unknown,
): Service {
  const open = (settings: ClientSettings) => {
    const module = load();
    return { module, client: clientOf(module, settings) };
  };
  return { load, open };
}

/** The SDK is CommonJS: an `import` of it keeps its text twice and binds each of its names, 7 MB more for EC2's. */
const require = createRequire(import.meta.url);

/** Each service's SDK is loaded on first use: 40 to 60 ms each. SQS is kept on the pinned endpoint, not on the host of a queue's URL. */
const services: Readonly<Record<string, Service>> = {
  autoscaling: service(
    () => require('@aws-sdk/client-auto-scaling') as typeof import('@aws-sdk/client-auto-scaling'),
    ({ AutoScalingClient }, settings) => new AutoScalingClient(settings),
  ),
  cloudtrail: service(
    () => require('@aws-sdk/client-cloudtrail') as typeof import('@aws-sdk/client-cloudtrail'),
    ({ CloudTrailClient }, settings) => new CloudTrailClient(settings),
  ),
  ec2: service(
    () => require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2'),
    ({ EC2Client }, settings) => new EC2Client(settings),
  ),
  events: service(
    () => require('@aws-sdk/client-eventbridge') as typeof import('@aws-sdk/client-eventbridge'),
    ({ EventBridgeClient }, settings) => new EventBridgeClient(settings),
  ),
  iam: service(
    () => require('@aws-sdk/client-iam') as typeof import('@aws-sdk/client-iam'),
    ({ IAMClient }, settings) => new IAMClient(settings),
  ),
  lambda: service(
    () => require('@aws-sdk/client-lambda') as typeof import('@aws-sdk/client-lambda'),
    ({ LambdaClient }, settings) => new LambdaClient(settings),
  ),
  s3: service(
    () => require('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3'),
    ({ S3Client }, settings) => new S3Client({ ...settings, ...s3Settings }),
  ),
  sqs: service(
    () => require('@aws-sdk/client-sqs') as typeof import('@aws-sdk/client-sqs'),
    ({ SQSClient }, settings) => new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
  ),
  sts: service(
    () => require('@aws-sdk/client-sts') as typeof import('@aws-sdk/client-sts'),
    ({ STSClient }, settings) => new STSClient(settings),
  ),
};

/** Loads a service by its IAM prefix. Throws `UsageError` naming the nearest known one. */
export async function openService(name: string, settings: ClientSettings): Promise<OpenService> {
  const known = Object.hasOwn(services, name) ? services[name] : undefined;
  if (known === undefined) throw unknown('AWS service', name, Object.keys(services));
  const { module, client } = known.open(settings);
  return {
    client: client as AnyClient,
    command: (operation, input) => {
      const Command: unknown = Object.hasOwn(module, `${operation}Command`)
        ? (module as Readonly<Record<string, unknown>>)[`${operation}Command`]
        : undefined;
      if (typeof Command !== 'function')
        throw unknown(`operation of AWS service '${name}'`, operation, operationsOf(module));
      return new (Command as new (input: object) => AnyCommand)(input);
    },
  };
}

/** Loads the modules of services beforehand: that of EC2 blocks this process for some 300 ms, which no trial should feel. */
export async function loadServices(names: Iterable<string>): Promise<void> {
  for (const name of names) if (Object.hasOwn(services, name)) services[name]?.load();
}

function operationsOf(module: object): readonly string[] {
  return Object.keys(module).flatMap((name) => /^([A-Z].*)Command$/.exec(name)?.[1] ?? []);
}

function unknown(what: string, got: string, known: readonly string[]): UsageError {
  return new UsageError(`Unknown ${what} '${got}'${suggestion(got, known)}`);
}
