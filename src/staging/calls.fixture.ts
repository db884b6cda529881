import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfig } from './detection/clients.ts';
import type { StagingState } from './state.ts';

export async function sessionOf(state: StagingState, who: 'tester' | 'revert') {
  const credentials = JSON.parse(await readFile(state.credentials[who], 'utf8'));
  const { endpoint, region } = state.aws;
  const base = { endpoint, region, userAgent: 'wsabc234def567.i' };
  const command = new AssumeRoleCommand({ RoleArn: state.roles[who], RoleSessionName: 'wsabc234def567.i' });
  const { Credentials } = await new STSClient(clientConfig({ ...base, credentials })).send(command);
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {};
  return clientConfig({
    ...base,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  });
}

export async function adminOf(state: StagingState) {
  const credentials = JSON.parse(await readFile(state.credentials.admin, 'utf8'));
  return clientConfig({ endpoint: state.aws.endpoint, region: state.aws.region, credentials, userAgent: 'spec' });
}

export async function failed(call: Promise<unknown>): Promise<{ message: string; requestId: string | undefined }> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Error) || !('$metadata' in error)) throw new Error('The call was expected to be refused.');
  const metadata = error.$metadata as { readonly requestId?: string };
  return { message: error.message, requestId: metadata.requestId };
}

export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = performance.now() + 10_000;
  while (performance.now() < deadlineMs) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error('It did not happen within 10 s.');
}
