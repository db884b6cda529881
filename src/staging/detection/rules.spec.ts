import { expect } from 'chai';
import { controls, faults, type RecordParts, recordOf, reverts, startUp } from './detection.fixture.ts';
import { loadRules, type Rules, ruleContext } from './rules.ts';

type Found = readonly [rule: string, severity: string, resource: string];

const canary: RecordParts = { call: 'iam:GetRole', parameters: { roleName: 'windshear-canary' }, readOnly: true };
const refused = { error: ['AccessDenied', 'denied'] as const };

describe('loadRules', () => {
  for (const [name, expected] of [
    ['trail', trailExpectations()],
    ['identity', identityExpectations()],
  ] as const) {
    describe(`the compiled ${name} rules`, () => {
      let rules: Rules;
      before(async () => {
        rules = await loadRules(name, ruleContext(startUp));
      });
      const found = (parts: RecordParts): readonly Found[] =>
        rules(recordOf(parts)).map(({ rule, severity, resource }) => [rule, severity, resource.arn]);

      for (const [fault, parts] of Object.entries(faults)) {
        const wanted = expected[fault] ?? [];
        it(`${wanted.length > 0 ? `raise ${wanted.map(([rule]) => rule)}` : 'are silent'} on ${fault}`, () => {
          expect(found(parts)).to.deep.equal(wanted);
        });
      }

      it('raise the canary rule when anyone reads the canary role, refused or not', () => {
        const wanted = [['windshear-canary', 'informational', 'arn:aws:iam::111122223333:role/windshear-canary']];
        expect(found(canary)).to.deep.equal(wanted);
        expect(found({ ...canary, ...refused, role: 'windshear-revert' })).to.deep.equal(wanted);
      });

      it('are silent when another role is read', () => {
        expect(found({ ...canary, parameters: { roleName: 'inference-api' } })).to.deep.equal([]);
      });

      for (const [title, parts] of Object.entries(controls)) {
        it(`are silent on ${title}`, () => {
          expect(found(parts)).to.deep.equal([]);
        });
      }

      for (const [title, parts] of Object.entries(reverts)) {
        it(`are silent on ${title}`, () => {
          expect(found({ ...parts, role: 'windshear-revert' })).to.deep.equal([]);
        });
      }

      it('see no effect in a refused call', () => {
        const effects = [faults.adminAttached, faults.foreignTrust, faults.blockRemoved, faults.trailStopped];
        expect(effects.flatMap((parts) => found({ ...parts, ...refused }))).to.deep.equal([]);
      });

      it('are silent on a record without parameters', () => {
        const record = { ...recordOf(faults.publicPolicy), requestParameters: null };
        expect(rules(record)).to.deep.equal([]);
      });
    });
  }

  it('keeps answering after ten thousand records', async () => {
    const rules = await loadRules('trail', ruleContext(startUp));
    const record = recordOf(faults.publicPolicy);
    for (let count = 0; count < 10_000; count += 1) rules(record);
    expect(rules(record)).to.have.length(1);
  });
});

function trailExpectations(): Readonly<Record<string, readonly Found[]>> {
  return {
    foreignTrust: [['trust-policy-foreign-account', 'high', startUp.roles.appSecond]],
    blockedFlip: [['s3-public-policy-attempt', 'medium', 'arn:aws:s3:::models-guarded-a1']],
    blockRemoved: [['s3-public-access-block-removed', 'medium', 'arn:aws:s3:::models-a1']],
    publicPolicy: [['s3-public-policy', 'high', 'arn:aws:s3:::models-a1']],
    trailStopped: [['trail-stopped', 'critical', startUp.trails.primary]],
  };
}

function identityExpectations(): Readonly<Record<string, readonly Found[]>> {
  return {
    adminAttached: [['admin-policy-attached', 'high', startUp.roles.appFirst]],
    keyRefused: [['access-key-attempt', 'high', 'arn:aws:iam::111122223333:user/break-glass-admin']],
  };
}
