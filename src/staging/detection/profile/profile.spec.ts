import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { controls, faults, type RecordParts, recordOf, reverts, startUp } from '../detection.fixture.ts';
import { withNames, withoutNames } from './names.ts';
import { learnProfile } from './profile.ts';
import { tripleOf } from './triple.ts';

const recording = readFileSync(new URL('./warm-up.jsonl', import.meta.url), 'utf8');
const profile = learnProfile(recording, startUp);
const isUnusual = (parts: RecordParts) => profile.anomaly(tripleOf(recordOf(parts))) !== undefined;

describe('learnProfile', () => {
  for (const [title, parts] of Object.entries(controls)) {
    it(`knows ${title}`, () => {
      expect(isUnusual(parts)).to.equal(false);
    });
  }

  for (const [title, parts] of Object.entries(reverts)) {
    it(`knows ${title} by the revert role`, () => {
      expect(isUnusual({ ...parts, role: 'windshear-revert' })).to.equal(false);
    });
  }

  for (const call of ['iam:GetRole', 's3:GetBucketPolicy', 'ec2:DescribeInstances', 'cloudtrail:GetTrailStatus']) {
    it(`knows ${call} of anything by tester and revert role`, () => {
      const read = { call, parameters: { roleName: 'any', bucketName: 'any' }, readOnly: true };
      expect([isUnusual(read), isUnusual({ ...read, role: 'windshear-revert' })]).to.deep.equal([false, false]);
    });
  }

  it("knows the remediator's detaching", () => {
    const detach = { call: 'iam:DetachRolePolicy', parameters: { roleName: 'inference-api' } };
    expect(isUnusual({ ...detach, role: 'identity-remediator' })).to.equal(false);
  });

  it('finds an instance from an unknown image unusual', () => {
    expect(isUnusual(faults.rogueInstance)).to.equal(true);
  });

  it('finds the stop of the first trail and the removal of Block Public Access unusual', () => {
    expect([isUnusual(faults.trailStopped), isUnusual(faults.blockRemoved)]).to.deep.equal([true, true]);
  });

  it('scores an unknown actor above an unknown action, and that above an unknown resource', () => {
    const scores = [
      { ...faults.rogueInstance, role: 'stranger' },
      { ...faults.rogueInstance, call: 'ec2:StopInstances' },
      faults.rogueInstance,
    ].map((parts) => profile.anomaly(tripleOf(recordOf(parts)))?.score);
    expect(scores).to.deep.equal([1, 0.8, 0.6]);
  });

  it('refuses a line that is no triple', () => {
    expect(() => learnProfile('{"actor":"a","action":"b"}\n', startUp)).to.throw('resource');
  });

  it('has a recording that is sorted, free of repetition and of any account', () => {
    const lines = recording.trimEnd().split('\n');
    expect(lines).to.deep.equal([...new Set(lines)].sort());
    expect(recording).not.to.match(/\d{12}/);
  });
});

describe('tripleOf', () => {
  it('leaves the session out of the actor', () => {
    expect(tripleOf(recordOf(faults.adminAttached)).actor).to.equal(startUp.roles.tester);
  });

  it('leaves the session out where the record names no issuer', () => {
    const record = recordOf(faults.adminAttached);
    delete record.userIdentity.sessionContext;
    expect(tripleOf(record).actor).to.equal(startUp.roles.tester);
  });

  it('keeps the path of a role that its session does not tell', () => {
    const record = recordOf(faults.adminAttached);
    const arn = 'arn:aws:iam::111122223333:role/team/windshear-tester';
    record.userIdentity.sessionContext = { sessionIssuer: { arn } };
    expect(tripleOf(record).actor).to.equal(arn);
  });

  it('takes AssumeRole as an act on the role, though CloudTrail calls it a read', () => {
    const parameters = { roleArn: startUp.roles.appFirst };
    const triple = tripleOf(recordOf({ call: 'sts:AssumeRole', parameters, readOnly: true }));
    expect(triple).to.deep.include({ action: 'sts:AssumeRole', resource: startUp.roles.appFirst });
  });

  it('keeps a user', () => {
    const arn = 'arn:aws:iam::111122223333:user/build-bot';
    const record = { ...recordOf(faults.adminAttached), userIdentity: { type: 'IAMUser', arn } };
    expect(tripleOf(record).actor).to.equal(arn);
  });

  it("takes a launch's template before its image, and never the instance", () => {
    const launch = (parameters: Record<string, unknown>) =>
      tripleOf(recordOf({ call: 'ec2:RunInstances', parameters }));
    const image = { instancesSet: { items: [{ imageId: 'ami-1' }] } };
    expect(launch({ ...image, launchTemplate: { launchTemplateId: 'lt-1' } }).resource).to.equal('lt-1');
    expect(launch(image).resource).to.equal('ami-1');
    expect(launch({ imageId: 'ami-2' }).resource).to.equal('ami-2');
  });

  it("leaves the API version out of Lambda's event names", () => {
    expect(tripleOf(recordOf(faults.lambdaDrift)).action).to.equal('lambda:UpdateFunctionConfiguration');
  });
});

describe('withoutNames', () => {
  it('is undone by withNames', () => {
    const text =
      'models-guarded-a1 models-a1 111122223333 lt-0abc arn:aws:cloudtrail:us-east-1:111122223333:trail/trail-primary';
    expect(withoutNames(text, startUp)).to.equal('{modelsGuarded} {models} {account} {launchTemplate} {trailPrimary}');
    expect(withNames(withoutNames(text, startUp), startUp)).to.equal(text);
  });
});
