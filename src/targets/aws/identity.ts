import type { AwsIdentityConfig, AwsTargetConfig } from '../../model/environment.ts';
import { OtherIdentityError, RefusedError } from '../../model/errors.ts';
import type { Phase } from '../../model/marker.ts';
import type { Identity } from '../../model/target.ts';
import { type AwsConnection, openConnection } from './connection.ts';
import { readCredentials } from './credentials.ts';
import type { AwsCredentials } from './services.ts';
import type { AwsTargetOptions } from './target-options.ts';

/**
 * The default of AssumeRole, which every role allows; also the most that role chaining allows.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
const sessionSeconds = 3600;
/** Refreshed this long before expiry; the SDK asks for new credentials at the same distance. */
const refreshAheadMs = 5 * 60_000;

export interface IdentityRequest {
  readonly config: AwsTargetConfig;
  readonly options: AwsTargetOptions;
  readonly identity: AwsIdentityConfig;
  readonly phase: Phase;
  /** `ws….i`, or absent where we act for no trial. */
  readonly marker?: string;
}

export interface PinnedIdentity {
  readonly identity: Identity & { readonly account: string };
  /** Hands out the session; a refresh repeats the identity check and throws `RefusedError` if the account is another. */
  readonly credentials: () => Promise<AwsCredentials>;
}

/** Obtains a session and asks AWS who it is; does not judge the account. */
export async function whoIs(
  request: IdentityRequest,
): Promise<PinnedIdentity['identity'] & { credentials: AwsCredentials }> {
  const { options, identity } = request;
  const base = await readCredentials(identity.credentials, { variables: options.variables, warn: options.warn });
  const credentials = identity.assumeRole === undefined ? base : await assume(request, base, identity.assumeRole);
  return withConnection(request, credentials, async ({ clients }) => {
    const answer = await clients.call('sts:GetCallerIdentity', {}, never());
    return { arn: answer.Arn ?? '', account: answer.Account ?? '', credentials };
  });
}

/** Obtains a session whose account is one of the proven ones, and keeps it on that account. */
export async function pinIdentity(request: IdentityRequest): Promise<PinnedIdentity> {
  const first = await whoIs(request);
  const { accounts } = request.config.proof;
  if (!accounts.includes(first.account)) throw otherAccount(first.account, accounts);
  let held = Promise.resolve(first.credentials);
  let renewAtMs = renewal(first.credentials);

  async function renew(): Promise<AwsCredentials> {
    const next = await whoIs(request);
    if (next.account !== first.account) throw otherAccount(next.account, [first.account]);
    if (next.arn !== first.arn) throw otherUser(next.arn, first.arn);
    renewAtMs = renewal(next.credentials);
    return next.credentials;
  }

  return {
    identity: { arn: first.arn, account: first.account },
    credentials: () => {
      if (request.options.clock.epochMs() >= renewAtMs) {
        renewAtMs = Number.POSITIVE_INFINITY;
        held = renew();
        held.catch(() => {
          renewAtMs = 0;
        });
      }
      return held;
    },
  };
}

function renewal(credentials: AwsCredentials): number {
  return credentials.expiration === undefined
    ? Number.POSITIVE_INFINITY
    : credentials.expiration.getTime() - refreshAheadMs;
}

async function assume(request: IdentityRequest, base: AwsCredentials, role: string): Promise<AwsCredentials> {
  return withConnection(request, base, async ({ clients }) => {
    const { Credentials: session } = await clients.call(
      'sts:AssumeRole',
      { RoleArn: role, RoleSessionName: request.marker ?? 'windshear', DurationSeconds: sessionSeconds },
      never(),
    );
    if (session?.AccessKeyId === undefined || session.SecretAccessKey === undefined) {
      throw new RefusedError('no-session', `AssumeRole of '${role}' was answered without credentials.`);
    }
    return {
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      ...(session.SessionToken === undefined ? {} : { sessionToken: session.SessionToken }),
      ...(session.Expiration === undefined ? {} : { expiration: session.Expiration }),
    };
  });
}

async function withConnection<Result>(
  { config, options, phase, marker }: IdentityRequest,
  credentials: AwsCredentials,
  act: (connection: AwsConnection) => Promise<Result>,
): Promise<Result> {
  const connection = openConnection({
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    region: config.region,
    account: '',
    embedded: options.embedded,
    credentials: async () => credentials,
    userAgent: { version: options.version, ...(marker === undefined ? {} : { marker }) },
    phase,
    requestTimeoutMs: config.requestTimeout,
    clock: options.clock,
  });
  try {
    return await act(connection);
  } finally {
    connection.close();
  }
}

function otherAccount(got: string, expected: readonly string[]): OtherIdentityError {
  return new OtherIdentityError(
    'wrong-account',
    `The AWS credentials belong to account ${lastFour(got)}, expected ${expected.map(lastFour).join(' or ')}: nothing was sent with them.`,
  );
}

function otherUser(got: string, expected: string): OtherIdentityError {
  return new OtherIdentityError(
    'wrong-user',
    `The new AWS credentials are those of '${nameOf(got)}', expected '${nameOf(expected)}': nothing was sent with them.`,
  );
}

/** An ARN without its account. */
function nameOf(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

function lastFour(account: string): string {
  return account === '' ? '(none)' : `…${account.slice(-4)}`;
}

/** These calls end by their own time-out. */
function never(): AbortSignal {
  return new AbortController().signal;
}
