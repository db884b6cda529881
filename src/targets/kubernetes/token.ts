import { readFile, stat } from 'node:fs/promises';
import type { KubernetesIdentityConfig } from '../../model/environment.ts';
import { UsageError } from '../../model/errors.ts';

export interface TokenReading {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gets one sentence where a file may be read by others. */
  readonly warn: (sentence: string) => void;
}

/**
 * Reads a bearer token from the environment variable or file that windshear.yaml names, and from nowhere else.
 * Throws `UsageError` naming what is missing, never a value.
 */
export async function readToken(
  source: KubernetesIdentityConfig['token'],
  { variables, warn }: TokenReading,
): Promise<string> {
  if ('file' in source) return fromFile(source.file, warn);
  const token = variables[source.env]?.trim() ?? '';
  if (token === '') {
    throw new UsageError(`The Kubernetes token needs the environment variable ${source.env}, which is not set.`);
  }
  return checked(token, `environment variable ${source.env}`);
}

async function fromFile(path: string, warn: TokenReading['warn']): Promise<string> {
  let text: string;
  let mode: number;
  try {
    [{ mode }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`Token file '${path}' cannot be read: ${code}.`, { cause: error });
  }
  if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8).padStart(4, '0');
    warn(`Token file '${path}' has mode ${got}, so others may read it: run chmod 600 '${path}'.`);
  }
  return checked(text.trim(), `token file '${path}'`);
}

/** A line break or blank inside would end up in a header. */
function checked(token: string, where: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`The ${where} must hold one bearer token and nothing else.`);
  return token;
}
