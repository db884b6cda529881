import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../detection/clients.ts';

/** Makes the clients of an account's root; the emulator takes its twelve digits as key. */
export function rootClients(endpoint: string, rootOf: string, region: string) {
  const credentials = { accessKeyId: rootOf, secretAccessKey: 'test' };
  const config = clientConfig({ endpoint, region, credentials, userAgent: 'windshear-staging/1' });
  return {
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    lambda: new LambdaClient(config),
    ec2: new EC2Client(config),
    autoscaling: new AutoScalingClient(config),
    cloudtrail: new CloudTrailClient(config),
    events: new EventBridgeClient(config),
    sqs: new SQSClient(config),
  };
}

export type RootClients = ReturnType<typeof rootClients>;

/** Takes a field that every such answer has. @throws when the emulator left it out */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The emulator answered without ${what}.`);
  return value;
}
