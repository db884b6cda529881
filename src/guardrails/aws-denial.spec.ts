import { expect } from 'chai';
import type { Denial } from '../model/call.ts';
import { awsDenial } from './aws-denial.ts';

const scp = 'arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd';
const start =
  'User: arn:aws:iam::123456789012:user/Matt is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::123456789012:role/*';

function whose(message: string, params: unknown = {}): string {
  const denial: Denial = { action: 'iam:ListRoles', code: 'AccessDenied', message };
  return awsDenial.attributeDenial?.(denial, awsDenial.params.parse(params)).whose ?? '';
}

describe('aws-denial', () => {
  const mine = [
    `${start} with an explicit deny in a service control policy`,
    `${start} with an explicit deny in a service control policy: ${scp}`,
    `${start} with an explicit deny in an identity-based policy`,
    `${start} with an explicit deny in a resource-based policy`,
    `${start} with an explicit deny in a resource control policy`,
    `${start} because no permissions boundary allows the iam:ListRoles action`,
    `${start} because no service control policy allows the iam:ListRoles action`,
    `You are not authorized to perform this operation. ${start} with an explicit deny in a service control policy: ${scp}. Encoded authorization failure message: OIau77Iw`,
  ];
  for (const message of mine) {
    it(`takes as a guardrail's: …${message.slice(start.length, start.length + 60)}`, () => {
      expect(whose(message)).to.equal('mine');
    });
  }

  const own = [
    `${start} because no identity-based policy allows the iam:ListRoles action`,
    `${start} because no resource-based policy allows the iam:ListRoles action`,
    `${start} because no session policy allows the iam:ListRoles action`,
    `${start} with an explicit deny in a session policy`,
  ];
  for (const message of own) {
    it(`takes as our own missing right: …${message.slice(start.length)}`, () => {
      expect(whose(message)).to.equal('own-rights');
    });
  }

  it('leaves an encoded message of EC2 unknown', () => {
    expect(
      whose('You are not authorized to perform this operation. Encoded authorization failure message: OIau77'),
    ).to.equal('unknown');
  });

  it('leaves a refusal without a reason unknown', () => {
    expect(whose('Access Denied')).to.equal('unknown');
  });

  it('names the other policy where type or ARN differ', () => {
    const message = `${start} with an explicit deny in a service control policy: ${scp}`;
    expect(whose(message, { policyType: 'permissions boundary' })).to.equal('other');
    expect(whose(message, { policyArn: `${scp}x` })).to.equal('other');
    expect(whose(message, { policyType: 'service control policy', policyArn: scp })).to.equal('mine');
  });

  it('cannot tell whose it is where an ARN is wanted and the refusal names none', () => {
    expect(whose(`${start} with an explicit deny in a service control policy`, { policyArn: scp })).to.equal('unknown');
  });

  it('leaves Block Public Access to its own guardrail', () => {
    const message = 'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.';
    expect(whose(message)).to.equal('other');
  });
});
