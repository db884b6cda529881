import { fileURLToPath } from 'node:url';
import { rogueInstance } from '../../faults/aws/autoscaling.rogue-instance.ts';
import { awsCall } from '../../faults/aws/call.ts';
import { stopLogging } from '../../faults/aws/cloudtrail.stop-logging.ts';
import { accessKey } from '../../faults/aws/iam.access-key.ts';
import { attachManagedPolicy } from '../../faults/aws/iam.attach-managed-policy.ts';
import { trustPolicy } from '../../faults/aws/iam.trust-policy.ts';
import { lambdaEnvironment } from '../../faults/aws/lambda.environment.ts';
import { bucketPolicyPublic } from '../../faults/aws/s3.bucket-policy-public.ts';
import { publicAccessBlock } from '../../faults/aws/s3.public-access-block.ts';
import type { AnyFault } from '../../model/fault.ts';
import { FakeAws } from '../fakes/aws.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { awsCases } from './aws-cases.ts';
import { buildWorld, readWorld } from './aws-world.ts';
import { describeFaultContract } from './fault-contract.ts';

describe('the contract of faults, on the fake AWS', () => {
  const signal = new AbortController().signal;
  describeFaultContract({
    faults: [
      accessKey,
      attachManagedPolicy,
      rogueInstance,
      awsCall,
      stopLogging,
      trustPolicy,
      lambdaEnvironment,
      bucketPolicyPublic,
      publicAccessBlock,
    ] as unknown as AnyFault[],
    cases: awsCases,
    sourceFolder: fileURLToPath(new URL('../..', import.meta.url)),
    place: async () => {
      const clients = new FakeAws().clients();
      await buildWorld(clients, signal);
      return { clients, clock: new VirtualClock({ autoAdvance: true }), dump: () => readWorld(clients, signal) };
    },
  });
});
