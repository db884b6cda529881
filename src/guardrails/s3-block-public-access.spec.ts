import { expect } from 'chai';
import { s3BlockPublicAccess } from './s3-block-public-access.ts';

function whose(message: string): string {
  const denial = { action: 's3:PutBucketPolicy', code: 'AccessDenied', message };
  return s3BlockPublicAccess.attributeDenial?.(denial, {}).whose ?? '';
}

const start =
  'User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::b"';

describe('s3-block-public-access', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      `${start} because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
      'mine',
    ],
    ['public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.', 'mine'],
    [`${start} because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.`, 'mine'],
    [`${start} with an explicit deny in a service control policy`, 'other'],
    [`${start} with an explicit deny in a permissions boundary`, 'other'],
    [`${start} because no identity-based policy allows the s3:PutBucketPolicy action`, 'own-rights'],
    ['Access Denied', 'unknown'],
  ];
  for (const [message, expected] of table) {
    it(`answers ${expected} to '${message.slice(-60)}'`, () => {
      expect(whose(message)).to.equal(expected);
    });
  }
});
