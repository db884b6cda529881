import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { conceal } from '../../model/conceal.ts';
import { type CredentialSource, readCredentials } from './credentials.ts';
import { pinEndpoint } from './endpoint.ts';
import type { AwsTargetOptions } from './target-options.ts';

/** What a channel's params say about the account in which its queue is: an identity of its own, apart from the tester's. */
export interface ChannelConnection {
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly credentials: CredentialSource;
}

/** Clients of channels that read a cloud service; `close` ends their sockets. */
export interface ChannelClients {
  readonly sqs: () => Promise<SQSClient>;
  readonly close: () => void;
}

/**
 * Makes the clients of a channel: pinned endpoint (a queue URL's host is not followed), explicit credentials only, one
 * attempt a call, user agent `windshear/<version>`. The module is loaded by the first `sqs()`. Throws `RefusedError`
 * for an embedded environment whose endpoint is not loopback.
 */
export function channelClients(
  connection: ChannelConnection,
  options: Pick<AwsTargetOptions, 'embedded' | 'variables' | 'version' | 'warn'>,
): ChannelClients {
  const endpoint = pinEndpoint(connection.endpoint, options.embedded);
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({ keepAlive: true });
  let client: Promise<SQSClient> | undefined;

  async function open(): Promise<SQSClient> {
    const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
    const secrets = new Set<string>();
    const sqs = new Client({
      region: connection.region,
      ...(endpoint.url === undefined ? {} : { endpoint: endpoint.url }),
      ignoreConfiguredEndpointUrls: true,
      credentials: async () => {
        const handedOut = await readCredentials(connection.credentials, options);
        for (const secret of [handedOut.secretAccessKey, handedOut.sessionToken ?? '']) secrets.add(secret);
        return handedOut;
      },
      useQueueUrlAsEndpoint: false,
      maxAttempts: 1,
      retryMode: 'standard',
      defaultsMode: 'standard',
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      authSchemePreference: [],
      userAgentAppId: async () => undefined,
      customUserAgent: [['windshear', options.version]],
      requestHandler: { httpAgent, httpsAgent },
    });
    sqs.middlewareStack.add(
      (next) => (args) => {
        endpoint.check(args.request as { hostname: string; port?: number });
        return next(args);
      },
      { step: 'deserialize', priority: 'low' },
    );
    // A refused signature is answered with what was signed.
    sqs.middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error) error.message = conceal(error.message, [...secrets]);
          throw error;
        }
      },
      { step: 'initialize', priority: 'high' },
    );
    return sqs;
  }

  return {
    sqs: () => {
      client ??= open();
      return client;
    },
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
