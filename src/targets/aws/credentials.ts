import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { AwsIdentityConfig } from '../../model/environment.ts';
import { UsageError } from '../../model/errors.ts';
import type { AwsCredentials } from './services.ts';

export type CredentialSource = AwsIdentityConfig['credentials'];

export interface CredentialReading {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gets one sentence where a file may be read by others. */
  readonly warn: (sentence: string) => void;
}

const keyFileSchema = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
});

/**
 * Reads long-lived credentials from the environment variables or the JSON file (`accessKeyId`, `secretAccessKey`,
 * `sessionToken`) that windshear.yaml names, and from nowhere else. Throws `UsageError` naming what is missing, never a value.
 */
export async function readCredentials(source: CredentialSource, reading: CredentialReading): Promise<AwsCredentials> {
  return 'file' in source ? fromFile(source.file, reading) : fromVariables(source.env, reading);
}

function fromVariables(
  names: Extract<CredentialSource, { env: unknown }>['env'],
  { variables }: CredentialReading,
): AwsCredentials {
  const wanted = [
    names.accessKeyId,
    names.secretAccessKey,
    ...(names.sessionToken === undefined ? [] : [names.sessionToken]),
  ];
  const missing = wanted.filter((name) => (variables[name] ?? '') === '');
  if (missing.length > 0) {
    throw new UsageError(`AWS credentials need the environment variables ${missing.join(', ')}, which are not set.`);
  }
  return {
    accessKeyId: variables[names.accessKeyId] ?? '',
    secretAccessKey: variables[names.secretAccessKey] ?? '',
    ...(names.sessionToken === undefined ? {} : { sessionToken: variables[names.sessionToken] ?? '' }),
  };
}

async function fromFile(path: string, { warn }: CredentialReading): Promise<AwsCredentials> {
  const { mode, text } = await read(path);
  if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8).padStart(4, '0');
    warn(`Credential file '${path}' has mode ${got}, so others may read it: run chmod 600 '${path}'.`);
  }
  const parsed = keyFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UsageError(
      `Credential file '${path}' must be a JSON object with accessKeyId and secretAccessKey (sessionToken is optional).`,
    );
  }
  const { accessKeyId, secretAccessKey, sessionToken } = parsed.data;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

async function read(path: string): Promise<{ readonly mode: number; readonly text: string }> {
  try {
    const [{ mode }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    return { mode, text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`Credential file '${path}' cannot be read: ${code}.`, { cause: error });
  }
}

/** A parser's message could quote the file, so it is not passed on. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
