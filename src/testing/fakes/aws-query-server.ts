import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface QueryRequest {
  /** `GetCallerIdentity`; empty where the body is no query. */
  readonly action: string;
  readonly fields: URLSearchParams;
  readonly userAgent: string;
  readonly accessKeyId: string;
}

export interface QueryAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface QueryServer {
  readonly url: string;
  readonly requests: readonly QueryRequest[];
  readonly close: () => Promise<void>;
}

/** What becomes of a request besides an answer: the connection is dropped, or nothing ever comes. */
export type QueryFate = QueryAnswer | 'drop' | 'hang';

/** Serves AWS's query protocol (STS, IAM) on 127.0.0.1; `answer` says what each request gets. */
export async function startQueryServer(answer: (request: QueryRequest) => QueryFate): Promise<QueryServer> {
  const requests: QueryRequest[] = [];
  const server = createServer((incoming, response) => void serve(incoming, response));

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const fields = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const request: QueryRequest = {
      action: fields.get('Action') ?? '',
      fields,
      userAgent: incoming.headers['user-agent'] ?? '',
      accessKeyId: /Credential=([^/]+)\//.exec(incoming.headers.authorization ?? '')?.[1] ?? '',
    };
    requests.push(request);
    const fate = answer(request);
    if (fate === 'hang') return;
    if (fate === 'drop') {
      incoming.socket.destroy();
      return;
    }
    response.writeHead(fate.status ?? 200, {
      'content-type': 'text/xml',
      'x-amzn-requestid': 'request-1',
      ...fate.headers,
    });
    response.end(fate.body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

export function callerIdentity(account: string, arn = `arn:aws:iam::${account}:user/tester`): QueryAnswer {
  return answerXml('GetCallerIdentity', `<Arn>${arn}</Arn><UserId>U</UserId><Account>${account}</Account>`);
}

export function assumedRole(accessKeyId: string, expiration: Date): QueryAnswer {
  return answerXml(
    'AssumeRole',
    `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials>`,
  );
}

export function answerXml(action: string, inner: string): QueryAnswer {
  return {
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></${action}Response>`,
  };
}

export function errorXml(
  status: number,
  code: string,
  message: string,
  headers: QueryAnswer['headers'] = {},
): QueryAnswer {
  return {
    status,
    headers,
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>`,
  };
}
