import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import type { FaultContext } from '../../model/fault.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';

export type AwsFaultContext = FaultContext<AwsClients>;

const partition = 'arn:aws[a-z-]*';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (names and their lengths) */
export const roleField = z
  .string()
  .regex(new RegExp(`^(${partition}:iam::\\d{12}:role/([\\x21-\\x7e]+/)?)?[\\w+=,.@-]{1,64}$`), {
    error: 'must be the name or ARN of an IAM role',
  });

export const userField = z
  .string()
  .regex(new RegExp(`^(${partition}:iam::\\d{12}:user/([\\x21-\\x7e]+/)?)?[\\w+=,.@-]{1,64}$`), {
    error: 'must be the name or ARN of an IAM user',
  });

export const managedPolicyField = z
  .string()
  .regex(new RegExp(`^${partition}:iam::(aws|\\d{12}):policy/[\\x21-\\x7e]+$`), {
    error: 'must be the ARN of a managed policy',
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be a bucket name of 3 to 63 characters' });

export const functionField = z
  .string()
  .regex(new RegExp(`^(${partition}:lambda:[a-z0-9-]+:\\d{12}:function:)?[\\w-]{1,64}$`), {
    error: 'must be the name or ARN of a Lambda function, without a version',
  });

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
export const trailField = z
  .string()
  .regex(new RegExp(`^(${partition}:cloudtrail:[a-z0-9-]+:\\d{12}:trail/)?[\\w.-]{3,128}$`), {
    error: 'must be the name or ARN of a trail',
  });

/** Who is let in: everybody, an account, or one principal. An account id stands for its root. */
export const principalField = z
  .string()
  .regex(new RegExp(`^(\\*|\\d{12}|${partition}:(iam|sts)::\\d{12}:[\\x21-\\x7e]+)$`), {
    error: "must be '*', an account id of 12 digits, or the ARN of a principal",
  });

/** Gives the ARN of what is named; from a bare name, account and region stay empty, as they are unknown before the run. */
export function arnOf(service: string, prefix: string, name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:${service}:::${prefix}${name}`;
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Gives the last part of an ARN or path, which is the name that IAM's calls want. */
export function nameOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1);
}

/**
 * Picks the clients of an ARN's region. Throws `CallError` `OtherAccount`, before any call, for an ARN of another
 * account, whose bare name might exist in ours too.
 */
export function clientsFor(ctx: AwsFaultContext, name: string): AwsClients {
  const [arn, , , region = '', account = ''] = name.split(':');
  if (arn !== 'arn') return ctx.clients;
  if (account !== '' && account !== ctx.clients.account) {
    throw new CallError(
      'invalid',
      'OtherAccount',
      `'${nameOf(name)}' is in account …${account.slice(-4)}, the credentials belong to …${ctx.clients.account.slice(-4)}.`,
    );
  }
  return region === '' || region === ctx.clients.region ? ctx.clients : ctx.clients.inRegion(region);
}

/** Is thrown, before anything is sent, where the change is in place already and a revert would take away what is not ours. */
export function alreadyInPlace(what: string): CallError {
  return new CallError('invalid', 'AlreadyInPlace', `Nothing was injected: ${what} already.`);
}

/** Answers undefined where the call says that the thing is not there. */
export async function orAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError && error.kind === 'not-found') return undefined;
    throw error;
  }
}
