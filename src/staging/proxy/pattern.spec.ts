import { expect } from 'chai';
import { fitsPattern } from './pattern.ts';

const event = {
  source: 'aws.iam',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: { eventName: 'AttachRolePolicy', count: 3, tags: ['a', 'b'], nothing: null, nested: [{ k: 1 }, { k: 2 }] },
};

describe('fitsPattern', () => {
  const cases: readonly (readonly [what: string, pattern: unknown, fits: boolean])[] = [
    ['an exact value', { source: ['aws.iam'] }, true],
    ['one of several values', { source: ['aws.s3', 'aws.iam'] }, true],
    ['another value', { source: ['aws.s3'] }, false],
    ['a nested field', { detail: { eventName: ['AttachRolePolicy'] } }, true],
    ['a field that is not there', { detail: { gone: ['x'] } }, false],
    ['all fields or none', { source: ['aws.iam'], detail: { eventName: ['GetRole'] } }, false],
    ['an item of an array', { detail: { tags: ['b'] } }, true],
    ['an object of an array', { detail: { nested: { k: [2] } } }, true],
    ['null', { detail: { nothing: [null] } }, true],
    ['a number but not its text', { detail: { count: ['3'] } }, false],
    ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
    ['a wrong prefix', { source: [{ prefix: 'gcp.' }] }, false],
    ['a suffix', { source: [{ suffix: '.iam' }] }, true],
    ['a wildcard', { detail: { eventName: [{ wildcard: 'Attach*Policy' }] } }, true],
    ['letters of either case', { source: [{ 'equals-ignore-case': 'AWS.IAM' }] }, true],
    ['anything but a value', { source: [{ 'anything-but': 'aws.iam' }] }, false],
    ['anything but a list', { source: [{ 'anything-but': ['aws.s3'] }] }, true],
    ['anything but a prefix', { source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
    ['anything-but of what is not there', { gone: [{ 'anything-but': 'x' }] }, false],
    ['presence', { detail: { eventName: [{ exists: true }] } }, true],
    ['absence', { detail: { gone: [{ exists: false }] } }, true],
    ['presence of what is absent', { detail: { gone: [{ exists: true }] } }, false],
    ['a range of numbers', { detail: { count: [{ numeric: ['>', 0, '<=', 3] }] } }, true],
    ['a number out of range', { detail: { count: [{ numeric: ['>', 3] }] } }, false],
    ['either of two', { $or: [{ source: ['aws.s3'] }, { detail: { count: [3] } }] }, true],
    ['a matcher that nobody knows', { source: [{ cidr: '10.0.0.0/8' }] }, false],
    ['no pattern at all', undefined, false],
  ];
  for (const [what, pattern, fits] of cases) {
    it(`${fits ? 'fits' : 'does not fit'} ${what}`, () => {
      expect(fitsPattern(pattern, event)).to.equal(fits);
    });
  }
});
