import { expect } from 'chai';
import { lacksOwnRight } from './own-rights.ts';

const user = 'User: arn:aws:sts::111122223333:assumed-role/tester/s is not authorized to perform: iam:CreateAccessKey';

describe('lacksOwnRight', () => {
  for (const message of [
    `${user} because no identity-based policy allows the iam:CreateAccessKey action`,
    `${user} because no session policy allows the iam:CreateAccessKey action`,
    `${user} with an explicit deny in a session policy`,
    'pods is forbidden: User "tester" cannot create resource "pods" in API group "" in the namespace "inference"',
  ]) {
    it(`is so of '…${message.slice(-50)}'`, () => {
      expect(lacksOwnRight({ message })).to.equal(true);
    });
  }

  for (const message of [
    `${user} with an explicit deny in an identity-based policy`,
    `${user} because no service control policy allows the iam:CreateAccessKey action`,
    `${user} because no permissions boundary allows the iam:CreateAccessKey action`,
    'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
    'admission webhook "deny.example" denied the request: no',
    'Access Denied',
  ]) {
    it(`is not so of '…${message.slice(-50)}'`, () => {
      expect(lacksOwnRight({ message })).to.equal(false);
    });
  }
});
