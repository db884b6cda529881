import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { iamAction, isMutating } from '../../model/aws-action.ts';
import { CallError, type CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { concealError, secretsIn } from '../../model/conceal.ts';
import { WindshearError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Phase } from '../../model/marker.ts';
import { toCallError } from './call-error.ts';
import type { AwsClients } from './clients.ts';
import { pinEndpoint } from './endpoint.ts';
import type { AwsOperation, AwsOperations } from './operations.ts';
import { plainJson } from './plain-json.ts';
import { type AwsCredentials, type OpenService, openService } from './services.ts';

export interface ConnectionSettings {
  readonly endpoint?: string;
  readonly region: string;
  readonly account: string;
  /** Embedded environments refuse any host but loopback. */
  readonly embedded: boolean;
  readonly credentials: () => Promise<AwsCredentials>;
  /** `windshear/<version>`, and where there is one the marker with its phase letter. */
  readonly userAgent: { readonly version: string; readonly marker?: string };
  readonly phase: Phase;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

export interface AwsConnection {
  readonly clients: AwsClients;
  readonly calls: () => readonly CallRecord[];
  readonly close: () => void;
}

/** A socket that idles longer is not used again: its server may be closing it, which would look like a lost answer. */
const idleSocketMs = 1000;

/** Opens a recorded way to AWS for one identity and phase; SDK modules are loaded by the first call of their service. */
export function openConnection(settings: ConnectionSettings): AwsConnection {
  const endpoint = pinEndpoint(settings.endpoint, settings.embedded);
  const httpAgent = new HttpAgent({ keepAlive: true, timeout: idleSocketMs });
  const httpsAgent = new HttpsAgent({ keepAlive: true, timeout: idleSocketMs });
  const records: MutableRecord[] = [];
  const services = new Map<string, Promise<OpenService>>();
  const ownSecrets = new Set<string>();

  /** What signs a request may be quoted by who refuses it. */
  async function credentials(): Promise<AwsCredentials> {
    const handedOut = await settings.credentials();
    for (const secret of [handedOut.secretAccessKey, handedOut.sessionToken ?? '']) ownSecrets.add(secret);
    return handedOut;
  }

  function open(service: string, region: string): Promise<OpenService> {
    const key = `${service} ${region}`;
    const known = services.get(key);
    if (known !== undefined) return known;
    const { version, marker } = settings.userAgent;
    const opening = openService(service, {
      region,
      ...(endpoint.url === undefined ? {} : { endpoint: endpoint.url }),
      ignoreConfiguredEndpointUrls: true,
      credentials,
      maxAttempts: 1,
      retryMode: 'standard',
      defaultsMode: 'standard',
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      authSchemePreference: [],
      userAgentAppId: async () => undefined,
      customUserAgent: [['windshear', version], ...(marker === undefined ? [] : [[marker] as [string]])],
      requestHandler: { connectionTimeout: settings.requestTimeoutMs, httpAgent, httpsAgent },
    });
    services.set(key, opening);
    return opening;
  }

  async function perform(request: Request): Promise<object> {
    const { service, operation, signal } = request;
    signal.throwIfAborted();
    const { client, command: make } = await open(service, request.region);
    const command = make(operation, request.input);
    const action = iamAction(service, operation);
    let record: MutableRecord | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        endpoint.check(args.request as { hostname: string; port?: number });
        record = {
          phase: settings.phase,
          action,
          mutating: isMutating(operation),
          sentMonoMs: settings.clock.monoMs(),
          outcome: 'in-flight',
        };
        records.push(record);
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    try {
      const output = await withDeadline(settings, signal, (abortSignal) => client.send(command, { abortSignal }));
      settle(record, 'acknowledged', requestIdOf(output), settings.clock);
      return output;
    } catch (error) {
      const explained = explain(error, { action, left: record !== undefined, signal });
      const failure =
        explained instanceof CallError
          ? concealError(explained, [...ownSecrets, ...secretsIn(request.input)])
          : explained;
      const outcome = failure instanceof CallError ? failure.kind : record === undefined ? 'failed' : 'unanswered';
      settle(record, outcome, requestIdOf(error), settings.clock);
      throw failure;
    }
  }

  function clientsIn(region: string): AwsClients {
    return {
      account: settings.account,
      region,
      async call<Name extends AwsOperation>(name: Name, input: AwsOperations[Name]['input'], signal: AbortSignal) {
        const [service = '', operation = ''] = name.split(':');
        const output = await perform({ service, operation, input, signal, region });
        return output as AwsOperations[Name]['output'];
      },
      async send(service: string, operation: string, input: JsonObject, signal: AbortSignal): Promise<Json> {
        return plainJson(await perform({ service, operation, input, signal, region }));
      },
      inRegion: clientsIn,
    };
  }

  return {
    clients: clientsIn(settings.region),
    calls: () => records.map((record) => ({ ...record })),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

type MutableRecord = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

interface Request {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly region: string;
  readonly signal: AbortSignal;
}

class DeadlinePassed extends Error {
  override readonly name = 'TimedOut';
}

/** Runs one call against our own clock; a call that is too late is aborted with `DeadlinePassed`. */
async function withDeadline(
  { clock, requestTimeoutMs }: ConnectionSettings,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<object>,
): Promise<object> {
  const deadline = new AbortController();
  const done = new AbortController();
  const ring = clock.sleep(requestTimeoutMs, done.signal).then(
    () => deadline.abort(new DeadlinePassed(`no answer within ${requestTimeoutMs} ms`)),
    (reason: unknown) => {
      if (!done.signal.aborted) throw reason;
    },
  );
  try {
    return await act(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    throw deadline.signal.aborted && !signal.aborted ? deadline.signal.reason : error;
  } finally {
    done.abort();
    await ring;
  }
}

/** An abort before the request left rejects with its own reason; after that nobody knows whether it took effect. */
function explain(error: unknown, call: { action: string; left: boolean; signal: AbortSignal }): unknown {
  const answered =
    error instanceof WindshearError || (error instanceof Error && '$metadata' in error && error.name !== 'AbortError');
  if (!call.signal.aborted || answered) return toCallError(error, call);
  if (!call.left) return call.signal.reason;
  return new CallError('unanswered', 'Aborted', `${call.action} was sent and given up before it was answered.`, {
    cause: call.signal.reason,
  });
}

function settle(
  record: MutableRecord | undefined,
  outcome: CallRecord['outcome'],
  requestId: string | undefined,
  clock: Clock,
): void {
  if (record === undefined) return;
  record.outcome = outcome;
  if (outcome !== 'unanswered') record.answeredMonoMs = clock.monoMs();
  if (requestId !== undefined) record.requestId = requestId;
}

function requestIdOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$metadata' in value)) return undefined;
  const metadata = value.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('requestId' in metadata)) return undefined;
  return typeof metadata.requestId === 'string' ? metadata.requestId : undefined;
}
