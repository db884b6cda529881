import type { Exchange } from './exchange.ts';
import type { ServiceIndex } from './models/service-index.ts';
import { parseJson } from './parameters/json.ts';
import { isTree } from './parameters/names.ts';
import { findElement, parseXml } from './xml.ts';

export interface Failure {
  readonly errorCode: string;
  readonly errorMessage?: string;
}

/**
 * Reads why a call failed, from the error shape of its protocol, and names it as CloudTrail does: EC2's codes say
 * whose fault it was (`Client.UnauthorizedOperation`), and a JSON service's AccessDeniedException is AccessDenied.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function failureOf(exchange: Exchange, { protocol }: Pick<ServiceIndex, 'protocol'>): Failure | undefined {
  if (exchange.status < 400) return undefined;
  const { code, message } = protocol.endsWith('json') ? jsonError(exchange) : xmlError(exchange);
  return {
    errorCode: recordedCode(code ?? `${exchange.status}`, protocol, exchange.status),
    ...(message && { errorMessage: message }),
  };
}

interface WireError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

function xmlError({ answer }: Exchange): WireError {
  const error = findElement(parseXml(answer), 'Error');
  return { code: findElement(error, 'Code')?.text.trim(), message: findElement(error, 'Message')?.text.trim() };
}

/** The code may carry a namespace before `#` and an address after `:`. */
function jsonError({ answer, answerHeaders }: Exchange): WireError {
  const body = parseJson(answer);
  const fields = isTree(body) ? body : {};
  const raw = answerHeaders['x-amzn-errortype'] ?? text(fields['__type']) ?? text(fields['code']);
  return {
    code: raw?.split(':')[0]?.split('#').at(-1),
    message: text(fields['message']) ?? text(fields['Message']) ?? text(fields['errorMessage']),
  };
}

function recordedCode(code: string, protocol: string, status: number): string {
  if (protocol === 'ec2') return `${status >= 500 ? 'Server' : 'Client'}.${code}`;
  return code === 'AccessDeniedException' ? 'AccessDenied' : code;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
