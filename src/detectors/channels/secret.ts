import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../model/errors.ts';

/** A secret by the name of an environment variable or of a file; never the text itself. */
export const secretSchema = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);

export type Secret = z.infer<typeof secretSchema>;

/** Reads a secret; white space around a file's text is dropped. Throws a usage error that names the place, not the value. */
export async function readSecret(secret: Secret): Promise<string> {
  const place = 'env' in secret ? `environment variable ${secret.env}` : `file ${secret.file}`;
  const text = 'env' in secret ? process.env[secret.env] : await textOfFile(secret.file, place);
  if (text === undefined || text.trim() === '')
    throw new UsageError(
      `The secret in ${place} is missing or empty. Set it, or name another place in windshear.yaml.`,
    );
  return text.trim();
}

async function textOfFile(file: string, place: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`The secret in ${place} cannot be read: ${why}.`, { cause: error });
  }
}
