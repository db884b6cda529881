import { expect } from 'chai';
import { iamAction } from '../../model/aws-action.ts';
import { rogueInstance } from './autoscaling.rogue-instance.ts';
import { stopLogging } from './cloudtrail.stop-logging.ts';
import { accessKey } from './iam.access-key.ts';
import { attachManagedPolicy } from './iam.attach-managed-policy.ts';
import { trustPolicy } from './iam.trust-policy.ts';
import { lambdaEnvironment } from './lambda.environment.ts';
import { bucketPolicyPublic } from './s3.bucket-policy-public.ts';
import { publicAccessBlock } from './s3.public-access-block.ts';

describe('undoneBy of the faults of an account', () => {
  /** Fault, event source, event that takes it back, events on the same resource that do not. */
  const table = [
    [rogueInstance, 'ec2', 'TerminateInstances', 'StopInstances CreateTags'],
    [stopLogging, 'cloudtrail', 'StartLogging', 'PutEventSelectors UpdateTrail'],
    [accessKey, 'iam', 'DeleteAccessKey', 'UpdateAccessKey TagUser'],
    [attachManagedPolicy, 'iam', 'DetachRolePolicy', 'TagRole PutRolePolicy'],
    [trustPolicy, 'iam', 'UpdateAssumeRolePolicy', 'TagRole DetachRolePolicy'],
    [lambdaEnvironment, 'lambda', 'UpdateFunctionConfiguration', 'TagResource'],
    [bucketPolicyPublic, 's3', 'DeleteBucketPolicy', 'PutBucketTagging PutPublicAccessBlock'],
    [publicAccessBlock, 's3', 'DeletePublicAccessBlock', 'PutBucketTagging DeleteBucketPolicy'],
  ] as const;
  for (const [fault, service, event, others] of table) {
    const undoes = (name: string) => fault.undoneBy?.(fault.example as never, iamAction(service, name));
    it(`${fault.type} is undone by ${event}, not by ${others.replace(' ', ' or ')}`, () => {
      expect(undoes(event)).to.equal(true);
      for (const other of others.split(' ')) expect(undoes(other)).to.equal(false);
    });

    it(`${fault.type} may be undone by what another source names in its own words`, () => {
      expect(fault.undoneBy?.(fault.example as never, 'self-heal')).to.equal(true);
    });
  }
});
