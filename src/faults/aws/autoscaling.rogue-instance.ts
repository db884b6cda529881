import type { Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { type After, defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { markerWithPhase } from '../../model/marker.ts';
import { type AwsFaultContext, arnOf, clientsFor } from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z
  .strictObject({
    /** Auto Scaling group in whose subnet and likeness the instance starts. */
    group: z.string().min(1).max(255),
    image: z
      .string()
      .regex(/^ami-[\w-]+$/, { error: 'must be the id of an image (ami-…)' })
      .optional(),
    /** Starts from the group's own launch template in place of an image. */
    fromLaunchTemplate: z.boolean().default(false),
    subnet: z
      .string()
      .regex(/^subnet-[\w-]+$/, { error: 'must be the id of a subnet (subnet-…)' })
      .optional(),
    instanceType: z.string().min(1).default('t3.micro'),
    /** Tags that make it look like the application's own. */
    tags: z.record(z.string(), z.string()).default({}),
  })
  .refine((p) => (p.image === undefined) === p.fromLaunchTemplate, {
    error: 'needs either image or fromLaunchTemplate: true',
  });
type Params = z.infer<typeof params>;

interface Before {
  readonly launchTemplate: { readonly id: string; readonly version: string } | null;
  readonly subnet: string | null;
  /** Instances that bore our marker already, such as the control's, which is on its way out. */
  readonly marked: readonly string[];
}

interface Found {
  readonly id: string;
  readonly image: string;
  readonly marked: boolean;
  readonly state: 'running' | 'stopped';
}

const markerTag = 'windshear:marker';

/**
 * Starts one instance beside an Auto Scaling group under a client token, tagged with the marker; revert terminates it.
 * EC2 picks the id: it is found again by the tag, or by the acknowledged id.
 */
export const rogueInstance = defineFault({
  type: 'aws.autoscaling.rogue-instance',
  kind: 'change',
  target: 'aws',
  title: 'Start a rogue instance beside an Auto Scaling group',
  description:
    "An instance from an image nobody released runs in the group's subnet, tagged as the application. Revert terminates it.",
  params,
  example: {
    group: 'inference-asg',
    image: 'ami-0windshear0rogue0',
    fromLaunchTemplate: false,
    instanceType: 't3.micro',
    tags: { app: 'inference' },
  },
  techniques: ['T1578.002'],
  permissions: {
    inject: ['ec2:RunInstances', 'ec2:CreateTags'],
    observe: ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'],
    revert: ['ec2:DescribeInstances', 'ec2:TerminateInstances'],
  },
  touches: ({ group }) => [arnOf('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/', group)],
  leaves: () => 1,
  makes: ['arn:aws:ec2:::instance/*'],
  subjects: ({ group, image }, acknowledged) => [
    arnOf('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/', group),
    ...both('image', image),
    ...both('instance', acknowledged?.ids?.['instanceId']),
    ...both('launch-template', acknowledged?.ids?.['launchTemplateId']),
  ],
  undoneBy: (_, action) => isAmong(action, 'ec2:TerminateInstances'),
  impairs: () => [],
  /** https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html */
  settleMs: 30_000,
  volatile: [],
  residue: ['the record of the terminated instance, which EC2 shows for about an hour'],

  capture: async (ctx: AwsFaultContext, p: Params) => {
    const group = await readGroup(ctx, p);
    const marked = (await findMarked(ctx, p, undefined)).map(({ id }) => id);
    return { ...group, marked };
  },

  inject: async (ctx, p, before) => {
    const { launchTemplate, subnet } = beforeOf(before);
    if (p.fromLaunchTemplate && launchTemplate === null) {
      throw new CallError('invalid', 'NoLaunchTemplate', `Auto Scaling group '${p.group}' has no launch template.`);
    }
    const inSubnet = p.subnet ?? subnet;
    const input: RunInstancesCommandInput = {
      MinCount: 1,
      MaxCount: 1,
      ClientToken: markerWithPhase(ctx.marker, ctx.phase),
      InstanceType: p.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
      ...(inSubnet === null ? {} : { SubnetId: inSubnet }),
      ...(p.image === undefined ? {} : { ImageId: p.image }),
      ...(p.fromLaunchTemplate && launchTemplate !== null
        ? { LaunchTemplate: { LaunchTemplateId: launchTemplate.id, Version: launchTemplate.version } }
        : {}),
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: Object.entries({ ...p.tags, [markerTag]: ctx.marker }).map(([Key, Value]) => ({ Key, Value })),
        },
      ],
    };
    const answer = await clientsFor(ctx, p.group).call('ec2:RunInstances', input, ctx.signal);
    const instanceId = answer.Instances?.[0]?.InstanceId;
    return {
      ids: {
        ...(instanceId === undefined ? {} : { instanceId }),
        ...(p.fromLaunchTemplate && launchTemplate !== null ? { launchTemplateId: launchTemplate.id } : {}),
      },
    };
  },

  observe: async (ctx, p, before, after) => statusOf(await findOurs(ctx, p, { before, after })),

  revert: async (ctx, p, before, after) => {
    const found = await findOurs(ctx, p, { before, after });
    if (found.length === 0) return { outcome: 'already-gone' };
    const untouched = found.filter((instance) => !altered(instance));
    if (untouched.length > 0) {
      const input = { InstanceIds: untouched.map(({ id }) => id) };
      await clientsFor(ctx, p.group).call('ec2:TerminateInstances', input, ctx.signal);
    }
    const left = found.filter(altered).map(({ id }) => id);
    if (left.length === 0) return { outcome: 'removed' };
    return { outcome: 'left', note: `Somebody stopped or untagged ${left.join(', ')}.`, candidates: left };
  },
});

/** Alerts name EC2's resources by id or by ARN. */
function both(kind: string, id: string | undefined): readonly string[] {
  return id === undefined ? [] : [id, `arn:aws:ec2:::${kind}/${id}`];
}

function statusOf(found: readonly Found[]): Observation {
  const state: Json = { instances: found.map((instance) => ({ ...instance })) };
  if (found.length === 0) return { status: 'before', state };
  return { status: found.some(altered) ? 'other' : 'ours', state };
}

/** A stopped instance may be held for an investigation, an untagged one was adopted: both are no longer ours to end. */
function altered({ marked, state }: Found): boolean {
  return !marked || state === 'stopped';
}

async function readGroup(ctx: AwsFaultContext, { group }: Params): Promise<Omit<Before, 'marked'>> {
  const clients = clientsFor(ctx, group);
  const input = { AutoScalingGroupNames: [group] };
  const { AutoScalingGroups: groups = [] } = await clients.call(
    'autoscaling:DescribeAutoScalingGroups',
    input,
    ctx.signal,
  );
  const found = groups.find(({ AutoScalingGroupName: name }) => name === group);
  if (found === undefined) {
    throw new CallError('not-found', 'NoSuchGroup', `Auto Scaling group '${group}' is not there.`);
  }
  const template =
    found.LaunchTemplate ?? found.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? undefined;
  const id = template?.LaunchTemplateId;
  return {
    launchTemplate: id === undefined ? null : { id, version: template?.Version ?? '$Default' },
    subnet: found.VPCZoneIdentifier?.split(',')[0]?.trim() || null,
  };
}

async function findOurs(
  ctx: AwsFaultContext,
  p: Params,
  { before, after }: { readonly before: Json; readonly after: After | undefined },
): Promise<readonly Found[]> {
  const acknowledged = after?.acknowledged?.ids?.['instanceId'];
  const { marked } = beforeOf(before);
  return (await findMarked(ctx, p, acknowledged)).filter(({ id }) => !marked.includes(id));
}

/** Finds the living instances with our marker, and the acknowledged one where the tag is gone or not visible yet. */
async function findMarked(ctx: AwsFaultContext, p: Params, id: string | undefined): Promise<readonly Found[]> {
  const byTag = await describe(ctx, p, { Name: `tag:${markerTag}`, Values: [ctx.marker] });
  const all = new Map(byTag.filter((instance) => isMarked(ctx, instance)).map((one) => [one.InstanceId ?? '', one]));
  if (id !== undefined && !all.has(id)) {
    const byId = await describe(ctx, p, { Name: 'instance-id', Values: [id] });
    for (const instance of byId) if (instance.InstanceId === id) all.set(id, instance);
  }
  const living = [...all.values()].filter(
    ({ State: state }) => !/^(shutting-down|terminated)$/.test(state?.Name ?? ''),
  );
  const found = living.map(
    (instance): Found => ({
      id: instance.InstanceId ?? '',
      image: instance.ImageId ?? '',
      marked: isMarked(ctx, instance),
      state: /^stop/.test(instance.State?.Name ?? '') ? 'stopped' : 'running',
    }),
  );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function describe(
  ctx: AwsFaultContext,
  { group }: Params,
  filter: { readonly Name: string; readonly Values: string[] },
): Promise<readonly Instance[]> {
  const clients = clientsFor(ctx, group);
  const instances: Instance[] = [];
  let token: string | undefined;
  do {
    const input = { Filters: [filter], ...(token === undefined ? {} : { NextToken: token }) };
    const page = await clients.call('ec2:DescribeInstances', input, ctx.signal);
    instances.push(...(page.Reservations ?? []).flatMap(({ Instances: some = [] }) => some));
    token = page.NextToken || undefined;
  } while (token !== undefined);
  return instances;
}

function isMarked(ctx: AwsFaultContext, { Tags: tags = [] }: Instance): boolean {
  return tags.some(({ Key: key, Value: value }) => key === markerTag && value === ctx.marker);
}

function beforeOf(before: Json): Before {
  return before as unknown as Before;
}
