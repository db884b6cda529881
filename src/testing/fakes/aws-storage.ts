import type { PublicAccessBlockConfiguration } from '@aws-sdk/client-s3';
import { CallError } from '../../model/call.ts';
import { absent, type Handlers } from './aws-handlers.ts';

interface Bucket {
  policy?: string;
  block?: PublicAccessBlockConfiguration;
}

export type FakeStorage = Map<string, Bucket>;

export function newStorage(): FakeStorage {
  return new Map();
}

/** New buckets block public access: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export function storageHandlers(buckets: FakeStorage): Handlers {
  const bucket = (name: string | undefined) => {
    const found = buckets.get(name ?? '');
    if (found === undefined) throw absent('NoSuchBucket', `Bucket '${name}'`);
    return found;
  };
  return {
    's3:CreateBucket': ({ Bucket: name = '' }) => {
      const all = {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      };
      buckets.set(name, { block: all });
      return {};
    },
    's3:GetBucketPolicy': ({ Bucket: name }) => {
      const { policy } = bucket(name);
      if (policy === undefined) throw absent('NoSuchBucketPolicy', `The policy of bucket '${name}'`);
      return { Policy: policy };
    },
    's3:PutBucketPolicy': ({ Bucket: name, Policy: policy = '' }) => {
      const found = bucket(name);
      if (found.block?.BlockPublicPolicy === true && isPublic(policy)) throw prevented(name);
      found.policy = policy;
      return {};
    },
    's3:DeleteBucketPolicy': ({ Bucket: name }) => {
      delete bucket(name).policy;
      return {};
    },
    's3:GetPublicAccessBlock': ({ Bucket: name }) => {
      const { block } = bucket(name);
      if (block === undefined) throw absent('NoSuchPublicAccessBlockConfiguration', `The block of bucket '${name}'`);
      return { PublicAccessBlockConfiguration: block };
    },
    's3:PutPublicAccessBlock': ({ Bucket: name, PublicAccessBlockConfiguration: block = {} }) => {
      bucket(name).block = block;
      return {};
    },
    's3:DeletePublicAccessBlock': ({ Bucket: name }) => {
      delete bucket(name).block;
      return {};
    },
  };
}

function isPublic(policy: string): boolean {
  return /"Principal":("\*"|\{"AWS":(\["\*"\]|"\*")\})/.test(policy.replaceAll(/\s/g, ''));
}

function prevented(bucket: string | undefined): CallError {
  const message = `public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
  const resource = `arn:aws:s3:::${bucket}`;
  const denial = { action: 's3:PutBucketPolicy', code: 'AccessDenied', message, httpStatus: 403, resource };
  return new CallError('denied', 'AccessDenied', message, { denial });
}
