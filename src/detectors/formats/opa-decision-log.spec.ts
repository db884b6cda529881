import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { opaDecisionLog } from './opa-decision-log.ts';

const decision = {
  labels: { id: 'opa-1', version: '1.10.0' },
  decision_id: 'd-1',
  path: 'inference/authz/allow',
  input: { user: 'mallory', resource: 'arn:aws:s3:::models', agent: 'cli ws234567abcdef.i' },
  result: false,
  requested_by: '127.0.0.1:1',
  timestamp: '2026-11-22T20:00:16.464550037Z',
};

function kinds(value: unknown, params: object = {}) {
  return readFormat(opaDecisionLog, value, { params }).map(({ kind }) => kind);
}

describe('opa-decision-log', () => {
  it('gives a denied decision, with what its pointers lead to', () => {
    const params = { resource: '/input/resource', actor: '/input/user', userAgent: '/input/agent' };
    expect(signalsOf(readFormat(opaDecisionLog, [decision], { params }))).to.deep.equal([
      {
        format: 'opa-decision-log',
        id: 'd-1',
        dedupeKey: 'd-1',
        rule: 'inference/authz/allow',
        severity: null,
        rawSeverity: '',
        eventTime: '2026-11-22T20:00:16.464550037Z',
        resource: { kind: 'bucket', id: 'arn:aws:s3:::models', arn: 'arn:aws:s3:::models', name: 'models' },
        actor: { name: 'mallory', userAgent: 'cli ws234567abcdef.i' },
        errorCode: 'denied',
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  const table: readonly (readonly [object, unknown, 'signal' | 'ignored'])[] = [
    [{}, false, 'signal'],
    [{}, undefined, 'signal'],
    [{}, true, 'ignored'],
    [{}, 'true', 'ignored'],
    [{ decision: '/result/allowed' }, { allowed: false }, 'signal'],
    [{ decision: '/result/allowed' }, { allowed: true }, 'ignored'],
    [{ denies: 'true' }, true, 'signal'],
    [{ denies: 'true' }, undefined, 'ignored'],
    [{ denies: 'non-empty' }, ['privileged'], 'signal'],
    [{ denies: 'non-empty' }, { privileged: true }, 'signal'],
    [{ denies: 'non-empty' }, [], 'ignored'],
    [{ denies: 'non-empty' }, undefined, 'ignored'],
  ];
  for (const [params, result, kind] of table)
    it(`takes ${JSON.stringify(result)} by ${JSON.stringify(params)} as ${kind}`, () => {
      expect(kinds({ ...decision, result }, params)).to.deep.equal([kind]);
    });

  it('names object and user of an AdmissionReview', () => {
    const request = {
      kind: { kind: 'Pod' },
      namespace: 'inference',
      object: { metadata: { name: 'rogue' } },
      userInfo: { username: 'windshear-tester' },
    };
    const [signal] = signalsOf(readFormat(opaDecisionLog, { ...decision, input: { request } }));
    expect(signal?.resource?.id).to.equal('Pod/inference/rogue');
    expect(signal?.actor?.name).to.equal('windshear-tester');
  });

  it('ignores a decision that failed, and lines of the log that are no decision', () => {
    expect(kinds({ ...decision, error: { code: 'eval' } })).to.deep.equal(['ignored']);
    expect(kinds({ level: 'info', msg: 'Initializing server.', time: 't' })).to.deep.equal(['ignored']);
  });

  it('refuses a pointer that is none', () => {
    expect(opaDecisionLog.params.safeParse({ decision: 'result' }).success).to.equal(false);
  });

  for (const value of [null, 7, {}, { decision_id: 'd' }])
    it(`calls ${JSON.stringify(value)} malformed`, () => {
      expect(kinds(value)).to.deep.equal(['malformed']);
    });
});
