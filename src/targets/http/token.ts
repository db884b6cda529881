import { readFile, stat } from 'node:fs/promises';
import type { HttpIdentityConfig, TokenSource } from '../../model/environment-targets.ts';
import { UsageError } from '../../model/errors.ts';

export interface TokenReading {
  /** Environment variables; only those that windshear.yaml names are read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gets one sentence where a file may be read by others. */
  readonly warn: (sentence: string) => void;
}

/**
 * Reads the header of an identity from the environment variable or file that windshear.yaml names. Throws `UsageError`
 * naming what is missing, never a value.
 */
export async function identityHeader(
  identity: HttpIdentityConfig | undefined,
  reading: TokenReading,
): Promise<Readonly<Record<string, string>>> {
  if (identity === undefined) return {};
  const token = await readToken(identity.token, reading);
  const name = identity.header.toLowerCase();
  return { [name]: name === 'authorization' ? `Bearer ${token}` : token };
}

async function readToken(source: TokenSource, { variables, warn }: TokenReading): Promise<string> {
  if ('file' in source) return checked(await fromFile(source.file, warn), `token file '${source.file}'`);
  const token = variables[source.env]?.trim() ?? '';
  if (token === '')
    throw new UsageError(`The HTTP token needs the environment variable ${source.env}, which is not set.`);
  return checked(token, `environment variable ${source.env}`);
}

async function fromFile(path: string, warn: TokenReading['warn']): Promise<string> {
  try {
    const [{ mode }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    if ((mode & 0o077) !== 0) {
      const got = (mode & 0o777).toString(8).padStart(4, '0');
      warn(`Token file '${path}' has mode ${got}, so others may read it: run chmod 600 '${path}'.`);
    }
    return text.trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`Token file '${path}' cannot be read: ${code}.`, { cause: error });
  }
}

/** A line break or blank inside would end up in a header. */
function checked(token: string, where: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`The ${where} must hold one token and nothing else.`);
  return token;
}
