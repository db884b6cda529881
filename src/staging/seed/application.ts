import { CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { given, type RootClients } from './clients.ts';
import { beaconTag, bucketNames, functionName, groupName, image, roleArn, roleNames, templateName } from './names.ts';
import { zipOf } from './zip.ts';

export interface Fleet {
  readonly launchTemplate: string;
  readonly image: string;
  readonly subnet: string;
}

const beacon = { Key: beaconTag.key, Value: beaconTag.value };
const groupSize = 2;

/** Makes network, launch template, group, and the instances that run for it. */
export async function seedFleet({ ec2, autoscaling }: RootClients): Promise<Fleet> {
  const subnet = await makeSubnet();
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: templateName,
      LaunchTemplateData: { ImageId: image, InstanceType: 't3.micro' },
    }),
  );
  const launchTemplate = given(LaunchTemplate?.LaunchTemplateId, 'a launch template id');
  const app = { Key: 'app', Value: 'inference' };
  await Promise.all([
    autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: groupName,
        MinSize: groupSize,
        MaxSize: 4,
        DesiredCapacity: groupSize,
        VPCZoneIdentifier: subnet,
        LaunchTemplate: { LaunchTemplateId: launchTemplate, Version: '$Latest' },
        Tags: [
          { ...app, PropagateAtLaunch: true },
          { ...beacon, PropagateAtLaunch: true },
        ],
      }),
    ),
    ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        InstanceType: 't3.micro',
        SubnetId: subnet,
        MinCount: groupSize,
        MaxCount: groupSize,
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [app, beacon, { Key: 'aws:autoscaling:groupName', Value: groupName }] },
        ],
      }),
    ),
  ]);
  return { launchTemplate, image, subnet };

  async function makeSubnet(): Promise<string> {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16' }));
    const VpcId = given(Vpc?.VpcId, 'a VPC id');
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.20.1.0/24' }));
    return given(Subnet?.SubnetId, 'a subnet id');
  }
}

const handler = `def main(event, context):
    prompt = str(event.get("prompt", ""))
    return {"tokens": prompt.lower().split()[:4096]}
`;

/** Makes the preprocessor of prompts. */
export async function seedFunction({ lambda }: RootClients): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Runtime: 'python3.12',
      Handler: 'handler.main',
      Role: roleArn(roleNames.lambda),
      Code: { ZipFile: zipOf('handler.py', handler) },
      Environment: { Variables: { MODEL_BUCKET: bucketNames.models, MAX_TOKENS: '4096' } },
      Tags: { [beaconTag.key]: beaconTag.value },
    }),
  );
}
