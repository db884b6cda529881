import { expect } from 'chai';
import type { Signal } from '../model/signal.ts';
import { reverter } from './reverter.ts';

function record(arn: string): Signal {
  return {
    format: 'cloudtrail',
    id: 'event-1',
    dedupeKey: 'event-1',
    rule: 'DetachRolePolicy',
    severity: null,
    rawSeverity: '',
    actor: { arn },
    action: 'iam:DetachRolePolicy',
    status: 'open',
    sample: false,
    techniques: [],
  };
}

function whose(params: unknown, ...arns: readonly string[]): string {
  const evidence = { audit: arns.map(record), subjects: ['arn:aws:iam:::role/inference-api'] };
  return reverter.attributeRevert?.(evidence, reverter.params.parse(params)).whose ?? '';
}

const session = 'arn:aws:sts::111122223333:assumed-role/identity-remediator/run-7';

describe('reverter', () => {
  const table: readonly (readonly [object, string, string])[] = [
    [{ role: 'identity-remediator' }, session, 'mine'],
    [{ arn: 'arn:aws:iam::111122223333:role/service/identity-remediator' }, session, 'mine'],
    [{ arn: 'arn:aws:iam::444455556666:role/identity-remediator' }, session, 'other'],
    [{ role: 'run-7' }, session, 'other'],
    [{ user: 'identity-remediator' }, session, 'other'],
    [{ user: 'responder' }, 'arn:aws:iam::111122223333:user/people/responder', 'mine'],
  ];
  for (const [params, arn, expected] of table) {
    it(`answers ${expected} for ${JSON.stringify(params)} when ${arn} acted`, () => {
      expect(whose(params, arn)).to.equal(expected);
    });
  }

  it('finds its own record among those of others', () => {
    expect(whose({ role: 'identity-remediator' }, session, 'arn:aws:iam::111122223333:user/somebody')).to.equal('mine');
  });

  it('cannot tell without a record', () => {
    expect(whose({ role: 'identity-remediator' })).to.equal('unknown');
  });

  it('needs exactly one identity', () => {
    expect(reverter.params.safeParse({}).success).to.equal(false);
    expect(reverter.params.safeParse({ role: 'a', user: 'b' }).success).to.equal(false);
  });
});
