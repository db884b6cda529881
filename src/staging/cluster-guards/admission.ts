import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import { createAuthority } from '../kubernetes/certificates/issue.ts';

const review = z.looseObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.looseObject({ uid: z.string() }),
});

const denials = z.tuple([z.object({ result: z.array(z.string()) })]);

/** Says what is wrong with an admission request; nothing is where it may pass. */
export type AdmissionRules = (review: unknown) => readonly string[];

/** Loads the compiled admission rules; `tools/build-rules.ts` compiles them. */
export async function loadAdmissionRules(): Promise<AdmissionRules> {
  const policy = await loadPolicy(await readFile(new URL('../detection/rules/admission.wasm', import.meta.url)));
  return (asked) => denials.parse(policy.evaluate(asked as Parameters<typeof policy.evaluate>[0]))[0].result;
}

/**
 * Answers one AdmissionReview:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
 * @throws ZodError where the body is none
 */
export function answerReview(rules: AdmissionRules, body: unknown): object {
  const { uid } = review.parse(body).request;
  const found = [...rules(body)].toSorted();
  const status = { code: 403, reason: 'Forbidden', message: found.join('; ') };
  const response = found.length === 0 ? { uid, allowed: true } : { uid, allowed: false, status };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

const bodyLimitBytes = 8 * 1024 * 1024;

/** Serves `POST /admit` over TLS on 127.0.0.1 and a free port, until the signal ends it. */
export async function serveAdmission(
  rules: AdmissionRules,
  {
    nowMs,
    log,
    signal,
  }: { readonly nowMs: number; readonly log: (text: string) => void; readonly signal: AbortSignal },
): Promise<{ readonly port: number; readonly caCertificate: string }> {
  const authority = createAuthority('windshear-staging-admission', nowMs);
  const { certificate: cert, key } = authority.issue(['127.0.0.1']);
  const server = createServer({ cert, key }, (request, response) => {
    readJson(request)
      .then((body) => ({ code: 200, text: JSON.stringify(answerReview(rules, body)) }))
      .catch((error: unknown) => {
        log(`admission: ${String(error)}`);
        return { code: 400, text: JSON.stringify({ message: 'not an AdmissionReview' }) };
      })
      .then(({ code, text }) => response.writeHead(code, { 'content-type': 'application/json' }).end(text))
      .catch((error: unknown) => log(`admission: ${String(error)}`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  signal.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, caCertificate: authority.certificate };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const chunk = Buffer.from(part as Uint8Array);
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw new Error(`a review of more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
