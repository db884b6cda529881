import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Json } from '../../../../model/json.ts';
import { isObject, numberAt, textAt } from '../../objects/json.ts';

/** Says that a webhook gave no answer that counts; the message is the one that the real server gives. */
export class WebhookFailure extends Error {}

const answerLimitBytes = 3 * 1024 * 1024;

/**
 * Posts an AdmissionReview to the webhook's URL and answers its `response`.
 * Plain http is taken too, which the real server refuses.
 * @throws WebhookFailure when there is no answer in time, or none that can be read
 */
export async function callWebhook(webhook: Json, review: Json): Promise<Json> {
  const seconds = numberAt(webhook, 'timeoutSeconds') ?? 10;
  const url = new URL(textAt(webhook, 'clientConfig', 'url') ?? '');
  url.searchParams.set('timeout', `${seconds}s`);
  const bundle = textAt(webhook, 'clientConfig', 'caBundle');
  const text = await post(url, JSON.stringify(review), {
    timeoutMs: seconds * 1000,
    ...(bundle !== undefined && { ca: Buffer.from(bundle, 'base64').toString('utf8') }),
  });
  return responseOf(text);
}

function responseOf(text: string): Json {
  let review: unknown;
  try {
    review = JSON.parse(text);
  } catch {
    throw new WebhookFailure('converting the answer to an AdmissionReview: it is no JSON');
  }
  const response = isObject(review) ? review['response'] : undefined;
  if (!isObject(response)) throw new WebhookFailure('webhook response was absent');
  return response;
}

interface PostOptions {
  readonly timeoutMs: number;
  readonly ca?: string;
}

function post(url: URL, body: string, { timeoutMs, ca }: PostOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new WebhookFailure(`failed to call webhook: ${why}`));
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'kube-apiserver-admission',
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const request = send(url, { method: 'POST', headers, signal, agent: false, ...(ca !== undefined && { ca }) });
    request.on('error', (error) =>
      fail(`Post ${JSON.stringify(url.href)}: ${signal.aborted ? 'context deadline exceeded' : describe(error)}`),
    );
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', (error) => fail(describe(error)));
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerLimitBytes) response.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else
          fail(
            `an error on the server (${Buffer.concat(chunks).toString('utf8').slice(0, 200)}) has prevented the request from succeeding`,
          );
      });
    });
    request.end(body);
  });
}

function describe(
  error: Error & { readonly code?: string; readonly address?: string; readonly port?: number },
): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${error.address}:${error.port}: connect: connection refused`;
  if (error.code === 'ECONNRESET') return 'EOF';
  if (error.code?.includes('CERT') || error.code?.includes('SIGNATURE')) {
    return `tls: failed to verify certificate: x509: ${error.message}`;
  }
  return error.message;
}
