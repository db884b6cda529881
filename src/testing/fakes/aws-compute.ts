import type { Instance, Tag } from '@aws-sdk/client-ec2';
import { CallError } from '../../model/call.ts';
import { absent, type Handlers } from './aws-handlers.ts';

interface LambdaFunction {
  variables: Record<string, string>;
  revision: number;
  /** How many more reads say that an update is under way. */
  updatingReads: number;
}

interface FakeInstance {
  readonly id: string;
  readonly token: string;
  readonly image: string;
  readonly subnet: string;
  state: 'running' | 'stopped' | 'terminated';
  readonly tags: Map<string, string>;
}

interface Group {
  readonly template: string;
  readonly subnets: string;
}

export interface FakeCompute {
  readonly functions: Map<string, LambdaFunction>;
  readonly instances: Map<string, FakeInstance>;
  readonly groups: Map<string, Group>;
  /** Whether each trail is logging. */
  readonly trails: Map<string, boolean>;
}

export function newCompute(): FakeCompute {
  return { functions: new Map(), instances: new Map(), groups: new Map(), trails: new Map() };
}

export function computeHandlers(
  compute: FakeCompute,
  { account, region }: { readonly account: string; readonly region: string },
): Handlers {
  return {
    ...lambdaHandlers(compute.functions),
    ...ec2Handlers(compute.instances),
    ...trailHandlers(compute.trails, `arn:aws:cloudtrail:${region}:${account}:trail/`),
    'ec2:CreateLaunchTemplate': ({ LaunchTemplateName: name = '' }) => ({
      LaunchTemplate: { LaunchTemplateId: `lt-${name}`, LaunchTemplateName: name },
    }),
    'ec2:DescribeSubnets': () => ({ Subnets: [{ SubnetId: 'subnet-00000001' }] }),
    'autoscaling:CreateAutoScalingGroup': ({ AutoScalingGroupName: name = '', ...group }) => {
      const template = group.LaunchTemplate?.LaunchTemplateId ?? '';
      compute.groups.set(name, { template, subnets: group.VPCZoneIdentifier ?? '' });
      return {};
    },
    'autoscaling:DescribeAutoScalingGroups': ({ AutoScalingGroupNames: names = [] }) => ({
      AutoScalingGroups: [...compute.groups]
        .filter(([name]) => names.includes(name))
        .map(([name, { template, subnets }]) => ({
          AutoScalingGroupName: name,
          LaunchTemplate: { LaunchTemplateId: template, Version: '$Latest' },
          VPCZoneIdentifier: subnets,
          MinSize: 1,
          MaxSize: 2,
          DesiredCapacity: 1,
          DefaultCooldown: 300,
          AvailabilityZones: [],
          HealthCheckType: 'EC2',
          CreatedTime: new Date(0),
        })),
    }),
  };
}

function lambdaHandlers(functions: FakeCompute['functions']): Handlers {
  const named = (name: string | undefined) => {
    const found = functions.get((name ?? '').split(':').at(-1) ?? '');
    if (found === undefined) throw absent('ResourceNotFoundException', `Function '${name}'`);
    return found;
  };
  const answer = ({ variables, revision, updatingReads }: LambdaFunction) => ({
    ...(Object.keys(variables).length === 0 ? {} : { Environment: { Variables: variables } }),
    RevisionId: `revision-${revision}`,
    LastUpdateStatus: updatingReads > 0 ? ('InProgress' as const) : ('Successful' as const),
  });
  return {
    'lambda:CreateFunction': ({ FunctionName: name = '', Environment: environment }) => {
      functions.set(name, { variables: environment?.Variables ?? {}, revision: 1, updatingReads: 0 });
      return {};
    },
    'lambda:GetFunctionConfiguration': ({ FunctionName: name }) => {
      const found = named(name);
      const read = answer(found);
      if (found.updatingReads > 0) found.updatingReads -= 1;
      return read;
    },
    'lambda:UpdateFunctionConfiguration': ({ FunctionName: name, RevisionId: revision, Environment: environment }) => {
      const found = named(name);
      if (found.updatingReads > 0)
        throw new CallError('conflict', 'ResourceConflictException', 'An update is in progress.');
      if (revision !== undefined && revision !== `revision-${found.revision}`) {
        throw new CallError('conflict', 'PreconditionFailedException', 'The RevisionId is not the latest.');
      }
      found.variables = environment?.Variables ?? found.variables;
      found.revision += 1;
      found.updatingReads = 2;
      return answer(found);
    },
  };
}

function ec2Handlers(instances: FakeCompute['instances']): Handlers {
  const named = (id: string) => {
    const found = instances.get(id);
    if (found === undefined) throw absent('InvalidInstanceID.NotFound', `Instance '${id}'`);
    return found;
  };
  return {
    'ec2:RunInstances': (input) => {
      const known = [...instances.values()].find(({ token }) => token === input.ClientToken);
      if (known !== undefined) return { Instances: [described(known)] };
      const made: FakeInstance = {
        id: `i-${String(instances.size + 1).padStart(17, '0')}`,
        token: input.ClientToken ?? '',
        image: input.ImageId ?? `image of ${input.LaunchTemplate?.LaunchTemplateId}`,
        subnet: input.SubnetId ?? '',
        state: 'running',
        tags: new Map((input.TagSpecifications?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
      };
      instances.set(made.id, made);
      return { Instances: [described(made)] };
    },
    'ec2:DescribeInstances': ({ Filters: filters = [] }) => {
      const found = [...instances.values()].filter((instance) =>
        filters.every(({ Name: name = '', Values: values = [] }) =>
          values.includes((name === 'instance-id' ? instance.id : instance.tags.get(name.replace('tag:', ''))) ?? ''),
        ),
      );
      return { Reservations: found.map((instance) => ({ Instances: [described(instance)] })) };
    },
    'ec2:CreateTags': ({ Resources: ids = [], Tags: tags = [] }) => {
      for (const id of ids) for (const { Key, Value } of tags) named(id).tags.set(Key ?? '', Value ?? '');
      return {};
    },
    'ec2:StopInstances': ({ InstanceIds: ids = [] }) => {
      for (const id of ids) named(id).state = 'stopped';
      return {};
    },
    'ec2:TerminateInstances': ({ InstanceIds: ids = [] }) => {
      for (const id of ids) named(id).state = 'terminated';
      return {};
    },
  };
}

function described({ id, image, subnet, state, tags }: FakeInstance): Instance {
  const tagList: Tag[] = [...tags].map(([Key, Value]) => ({ Key, Value }));
  return { InstanceId: id, ImageId: image, SubnetId: subnet, State: { Name: state }, Tags: tagList };
}

function trailHandlers(trails: FakeCompute['trails'], prefix: string): Handlers {
  const named = (name = '') => {
    const short = name.replace(prefix, '');
    if (!trails.has(short)) throw absent('TrailNotFoundException', `Trail '${name}'`);
    return short;
  };
  return {
    'cloudtrail:CreateTrail': ({ Name: name = '' }) => {
      trails.set(name, false);
      return { TrailARN: `${prefix}${name}` };
    },
    'cloudtrail:GetTrailStatus': ({ Name: name }) => ({ IsLogging: trails.get(named(name)) === true }),
    /** It knows no makers: whoever needs some puts records there itself. */
    'cloudtrail:LookupEvents': () => ({ Events: [] }),
    'cloudtrail:StopLogging': ({ Name: name }) => {
      trails.set(named(name), false);
      return {};
    },
    'cloudtrail:StartLogging': ({ Name: name }) => {
      trails.set(named(name), true);
      return {};
    },
  };
}
