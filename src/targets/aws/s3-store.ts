import { CallError } from '../../model/call.ts';
import { addressOf } from '../../model/environment-lease.ts';
import type { Store } from '../../model/store.ts';
import type { AwsClients } from './clients.ts';

/**
 * Keeps objects in a bucket, under `<prefix>/`, by conditional writes: `If-None-Match: *` for a new object, `If-Match`
 * with the ETag for a later one. S3 answers 412 where the condition does not hold, 409 where two writers met, 404 where
 * the object is gone. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3Store(clients: Pick<AwsClients, 'call'>, place: { bucket: string; prefix: string }): Store {
  const { bucket: Bucket, prefix } = place;
  const keyOf = (name: string) => `${prefix}/${name}`;
  return {
    address: addressOf({ type: 's3', ...place }),
    async read(name, signal) {
      try {
        const { Body, ETag } = await clients.call('s3:GetObject', { Bucket, Key: keyOf(name) }, signal);
        if (Body === undefined || ETag === undefined) return undefined;
        return { bytes: await Body.transformToByteArray(), version: ETag };
      } catch (error) {
        if (error instanceof CallError && error.kind === 'not-found') return undefined;
        throw error;
      }
    },
    async write(name, bytes, { over, signal }) {
      const condition = over === undefined ? { IfNoneMatch: '*' } : { IfMatch: over };
      try {
        const input = { Bucket, Key: keyOf(name), Body: bytes, ...condition };
        const { ETag } = await clients.call('s3:PutObject', input, signal);
        return ETag;
      } catch (error) {
        if (error instanceof CallError && isLost(error, over)) return undefined;
        throw error;
      }
    },
    async list(start, signal) {
      const names: string[] = [];
      for (let after: string | undefined; ; ) {
        const input = { Bucket, Prefix: keyOf(start), ...(after === undefined ? {} : { ContinuationToken: after }) };
        const { Contents, NextContinuationToken } = await clients.call('s3:ListObjectsV2', input, signal);
        for (const { Key } of Contents ?? []) if (Key !== undefined) names.push(Key.slice(prefix.length + 1));
        after = NextContinuationToken;
        if (after === undefined) return names.sort();
      }
    },
    async remove(name, signal) {
      await clients.call('s3:DeleteObject', { Bucket, Key: keyOf(name) }, signal);
    },
  };
}

function isLost({ kind, code }: CallError, over: string | undefined): boolean {
  return kind === 'conflict' || (over !== undefined && code === 'NoSuchKey');
}
