import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { EventRule } from '../proxy/event-rules.ts';
import type { RootClients } from './clients.ts';
import { account, beaconTag, queueArn, queueNames, region, roleArn, roleNames, secondRegion } from './names.ts';

const everyCall = {
  source: [{ prefix: 'aws.' }],
  'detail-type': ['AWS API Call via CloudTrail'],
};

const rules: readonly EventRule[] = [
  {
    name: 'windshear-audit',
    account,
    region,
    bus: 'default',
    pattern: everyCall,
    state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    targets: [queueNames.trailRules, queueNames.identityRules, queueNames.profile].map((name) => ({
      id: name,
      arn: queueArn(name),
    })),
  },
  {
    name: 'windshear-audit-forward',
    account,
    region: secondRegion,
    bus: 'default',
    pattern: everyCall,
    state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    targets: [{ id: 'first-region', arn: `arn:aws:events:${region}:${account}:event-bus/default` }],
  },
  {
    name: 'windshear-findings',
    account,
    region,
    bus: 'default',
    pattern: { source: ['windshear.trail-rules'] },
    state: 'ENABLED',
    targets: [{ id: queueNames.findings, arn: queueArn(queueNames.findings) }],
  },
];

/**
 * Makes the queues and the rules that feed them: every recorded call, also of the second region, goes to the three
 * detectors that read events; what trail-rules finds goes to the queue from which it is collected.
 */
export async function seedEvents(first: RootClients, second: RootClients): Promise<readonly EventRule[]> {
  const names = [...Object.values(queueNames), 'inference-jobs'];
  await Promise.all([
    ...names.map((QueueName) =>
      first.sqs.send(new CreateQueueCommand({ QueueName, tags: { [beaconTag.key]: beaconTag.value } })),
    ),
    ...rules.map((rule) => putRule(rule.region === region ? first : second, rule)),
  ]);
  return rules;
}

async function putRule({ events }: RootClients, { name, pattern, state, targets }: EventRule): Promise<void> {
  const State = state === 'ENABLED' ? 'ENABLED' : 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern), State }));
  const Targets = targets.map(({ id, arn }) => ({
    Id: id,
    Arn: arn,
    ...(arn.includes(':event-bus/') && { RoleArn: roleArn(roleNames.forward) }),
  }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets }));
}
