/** Is one call as it passed the proxy. */
export interface Exchange {
  readonly method: string;
  /** Path with query, as sent. */
  readonly url: string;
  /** By lower-case name; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty when it was larger than the proxy keeps. */
  readonly body: string;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: string;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly receivedMs: number;
}

/** Is a call as it was asked, before there is an answer. */
export type Asked = Pick<Exchange, 'headers' | 'url' | 'body'>;

/** Is what a signature says about its call. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

const scopePattern = /^([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/;

/**
 * Reads key, region and service from the Authorization header, or from the query of a presigned URL.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function credentialScope({ headers, url }: Pick<Exchange, 'headers' | 'url'>): CredentialScope | undefined {
  const inHeader = /Credential=([^,\s]+)/.exec(headers['authorization'] ?? '')?.[1];
  const credential = inHeader ?? queryOf(url).get('X-Amz-Credential') ?? '';
  const [, accessKeyId, region, service] = scopePattern.exec(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
}

export function pathOf(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? url : url.slice(0, at);
}
