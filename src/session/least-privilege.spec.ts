import { expect } from 'chai';
import { permissionsOf } from '../engine/budgets.ts';
import { rogueInstance } from '../faults/aws/autoscaling.rogue-instance.ts';
import { attachManagedPolicy } from '../faults/aws/iam.attach-managed-policy.ts';
import type { AnyFault } from '../model/fault.ts';
import type { BoundFault } from '../model/run.ts';
import { boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { policyFor } from './least-privilege.ts';

const account = '111122223333';
const environment = environmentOf({
  targets: {
    aws: {
      region: 'eu-west-1',
      identity: { credentials: { file: 'keys' } },
      proof: { accounts: [account], beacon: { role: 'beacon', tag: { key: 'staging', value: 'yes' } } },
    },
  },
  detectors: {
    watcher: {
      channel: { type: 'webhook' },
      format: 'cloudevents',
      sees: 'event',
      carries: ['marker'],
      rearm: 'none',
      canary: {
        rule: { type: 'aws.call', service: 'iam', operation: 'GetRole', input: { RoleName: 'canary' }, rule: 'canary' },
      },
      clock: { error: '0s', resolution: '1s' },
    },
  },
});

const bound = (definition: AnyFault): BoundFault => ({
  use: { type: definition.type, with: {} },
  definition,
  params: definition.example,
});
const faults = [rogueInstance, attachManagedPolicy].map((fault) => bound(fault as unknown as AnyFault));
const scenarios = [boundScenario({ faults })];

const tester = policyFor(
  { environment, scenarios },
  { measures: false, actionsOf: (fault) => permissionsOf(fault).inject },
);
const revert = policyFor(
  { environment, scenarios },
  { measures: true, actionsOf: (fault) => permissionsOf(fault).revert },
);

function on(action: string, { Statement } = tester): readonly (readonly string[])[] {
  return Statement.filter(({ Action }) => Action.includes(action)).map(({ Resource }) => Resource);
}

describe('policyFor', () => {
  it('lets instances be tagged and ended, and nothing else of EC2', () => {
    const instances = [`arn:aws:ec2:eu-west-1:${account}:instance/*`];
    expect(on('ec2:CreateTags')).to.deep.equal([instances]);
    expect(on('ec2:TerminateInstances', revert)).to.deep.equal([instances]);
  });

  it('names no resource for a launch, which is on images and subnets too, nor for a read that knows none', () => {
    expect(on('ec2:RunInstances')).to.deep.equal([['*']]);
    expect(on('ec2:DescribeInstances', revert)).to.deep.equal([['*']]);
  });

  it('names the roles of beacon and canary, whatever their paths', () => {
    const roles = (name: string) => [`arn:aws:iam::${account}:role/*/${name}`, `arn:aws:iam::${account}:role/${name}`];
    expect(on('iam:GetRole').map((role) => role.toSorted())).to.deep.equal([roles('beacon'), roles('canary')]);
  });

  it('has statements of one service each', () => {
    for (const { Action } of [...tester.Statement, ...revert.Statement]) {
      expect(new Set(Action.map((action) => action.split(':')[0])).size, Action.join()).to.equal(1);
    }
  });
});
