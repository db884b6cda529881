import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import type { CloudEvent } from './cloud-event.ts';
import { controls, faults, recordOf, reverts, startUp } from './detection.fixture.ts';
import { identityRules } from './identity-rules/detector.ts';
import { switchesOf } from './options.ts';
import { profileDetector } from './profile/detector.ts';
import { learnProfile } from './profile/profile.ts';
import { loadRules, type Rules, ruleContext } from './rules.ts';
import { type DetectorName, detectionStartUp } from './start-up.ts';
import { trailRules } from './trail-rules/detector.ts';
import type { Finding } from './trail-rules/finding.ts';

const bucket = 'arn:aws:s3:::models-a1';

describe('trailRules', () => {
  let rules: Rules;
  before(async () => {
    rules = await loadRules('trail', ruleContext(startUp));
  });

  it('tells rule, severity, subject, actor, session, user agent and request in OCSF', async () => {
    const { detector, out } = make();
    detector.handle(recordOf({ ...faults.publicPolicy, id: 'e-1' }));
    expect(out).to.have.length(1);
    expect(out[0]).to.deep.include({
      class_uid: 2004,
      type_uid: 200401,
      severity_id: 4,
      time: Date.parse('2026-01-01T00:00:00Z'),
      count: 1,
      is_alert: true,
      resources: [{ uid: bucket, type: 'AWS::S3::Bucket' }],
      http_request: { user_agent: 'aws-sdk-js/3 wsabc234def567.i' },
    });
    expect(out[0]).to.have.nested.property('finding_info.title', 's3-public-policy');
    expect(out[0]).to.have.nested.property('finding_info.analytic.name', 's3-public-policy');
    expect(out[0]).to.have.nested.property('actor.user.name', 'windshear-tester');
    expect(out[0]).to.have.nested.property('actor.session.uid', 'wsabc234def567.i');
    expect(out[0]).to.have.nested.property('api.operation', 'PutBucketPolicy');
    expect(out[0]).to.have.nested.property('metadata.version', '1.5.0');
    expect(out[0]).not.to.have.nested.property('api.response');
  });

  it('tells the error of a refused call', () => {
    const { detector, out } = make();
    detector.handle(recordOf(faults.blockedFlip));
    expect(out[0]).to.have.nested.property('api.response.error', 'AccessDenied');
  });

  it('gives one record and rule the same uid each time', () => {
    const { detector, out } = make();
    const record = recordOf(faults.publicPolicy);
    detector.handle(record);
    detector.handle(record);
    expect(uid(out[0])).to.equal(uid(out[1]));
  });

  it('sends a sample with the marker, even without its rules', () => {
    const { detector, out } = make(['trail-rules']);
    detector.handle(recordOf(faults.publicPolicy));
    detector.handle(recordOf({ call: 'iam:GetRole', parameters: { roleName: 'windshear-canary' } }));
    detector.test('wsabc234def567.k');
    expect(out).to.have.length(1);
    expect(out[0]).to.have.nested.property('finding_info.title', 'windshear-test');
    expect(out[0]).to.have.nested.property('http_request.user_agent', 'wsabc234def567.k');
    expect(out[0]).to.have.nested.property('unmapped.sample', true);
  });

  it('lets nothing out without its delivery', () => {
    const { detector, out } = make(['trail-rules.delivery']);
    detector.handle(recordOf(faults.publicPolicy));
    detector.test('wsabc234def567.k');
    detector.chatter(bucket);
    expect(out).to.deep.equal([]);
  });

  it('holds alerts back by its delay, in order, but not a test', async () => {
    const { detector, out, clock } = make([], { 'trail-rules': '8s' });
    detector.handle(recordOf({ ...faults.publicPolicy, id: 'first' }));
    detector.handle(recordOf({ ...faults.publicPolicy, id: 'second' }));
    detector.test('wsabc234def567.k');
    expect(out).to.have.length(1);
    await clock.advance(7999);
    expect(out).to.have.length(1);
    await clock.advance(1);
    expect(out.slice(1).map(uid)).to.deep.equal(['s3-public-policy/first', 's3-public-policy/second']);
  });

  it('chatters about a resource by another rule and without a marker', () => {
    const { detector, out } = make();
    detector.chatter(bucket);
    expect(JSON.stringify(out))
      .to.contain(bucket)
      .and.not.match(/ws[a-z2-7]{12}|s3-public|windshear-(test|canary)/);
  });

  function make(without: readonly string[] = [], delay = {}) {
    const { parts, out, clock } = partsFor<Finding>('trail-rules', without, delay);
    return { detector: trailRules({ ...parts, rules }), out, clock };
  }
});

describe('identityRules', () => {
  let rules: Rules;
  before(async () => {
    rules = await loadRules('identity', ruleContext(startUp));
  });

  it('tells rule, severity, subject, actor and event in a CloudEvent', () => {
    const { detector, out } = make();
    detector.handle(recordOf(faults.keyRefused));
    const user = 'arn:aws:iam::111122223333:user/break-glass-admin';
    expect(out[0]).to.deep.include({
      specversion: '1.0',
      type: 'io.windshear.identity.alert',
      subject: user,
      time: '2026-01-01T00:00:00Z',
    });
    expect(out[0]?.data).to.deep.include({
      rule: 'access-key-attempt',
      severity: 'high',
      resource: { arn: user, kind: 'user' },
      actor: {
        arn: 'arn:aws:sts::111122223333:assumed-role/windshear-tester/wsabc234def567.i',
        name: 'windshear-tester',
        userAgent: 'aws-sdk-js/3 wsabc234def567.i',
      },
    });
    expect(out[0]?.data['event']).to.deep.include({ name: 'CreateAccessKey', errorCode: 'AccessDenied' });
  });

  it('sends a sample with the marker without its rules, and nothing without its delivery', () => {
    const silent = make(['identity-rules']);
    silent.detector.handle(recordOf(faults.adminAttached));
    silent.detector.test('wsabc234def567.k');
    const data = { rule: 'windshear-test', sample: true, actor: { userAgent: 'wsabc234def567.k' } };
    expect(silent.out.map((event) => event.data)).to.deep.equal([{ ...data, severity: 'informational' }]);
    const cut = make(['identity-rules.delivery']);
    cut.detector.handle(recordOf(faults.adminAttached));
    cut.detector.test('wsabc234def567.k');
    expect(cut.out).to.deep.equal([]);
  });

  function make(without: readonly string[] = []) {
    const { parts, out, clock } = partsFor<CloudEvent>('identity-rules', without, {});
    return { detector: identityRules({ ...parts, rules }), out, clock };
  }
});

describe('profileDetector', () => {
  it('tells actor, action and resource of an unusual act, and carries no marker', () => {
    const { detector, out } = make();
    detector.handle(recordOf(faults.rogueInstance));
    expect(out[0]?.type).to.equal('io.windshear.profile.anomaly');
    expect(out[0]?.data).to.deep.equal({
      rule: 'unusual-action',
      severity: 'medium',
      score: 0.6,
      actor: { arn: startUp.roles.tester, name: 'windshear-tester' },
      action: 'ec2:RunInstances',
      alertTime: '2026-01-01T00:00:00.000Z',
      resource: { id: 'ami-0rogue' },
    });
    expect(JSON.stringify(out)).not.to.match(/ws[a-z2-7]{12}/);
  });

  it('is silent on every control and revert', () => {
    const { detector, out } = make();
    for (const parts of Object.values(controls)) detector.handle(recordOf(parts));
    for (const parts of Object.values(reverts)) detector.handle(recordOf({ ...parts, role: 'windshear-revert' }));
    expect(out).to.deep.equal([]);
  });

  it('beats without its rules, and not without its delivery', () => {
    const silent = make(['profile']);
    silent.detector.handle(recordOf(faults.rogueInstance));
    silent.detector.beat();
    expect(silent.out.map(({ type, data }) => [type, data])).to.deep.equal([
      ['io.windshear.profile.heartbeat', { rule: 'heartbeat' }],
    ]);
    const cut = make(['profile.delivery']);
    cut.detector.handle(recordOf(faults.rogueInstance));
    cut.detector.beat();
    expect(cut.out).to.deep.equal([]);
  });

  function make(without: readonly string[] = []) {
    const { parts, out } = partsFor<CloudEvent>('profile', without, {});
    const recording = readFileSync(new URL('./profile/warm-up.jsonl', import.meta.url), 'utf8');
    return { detector: profileDetector({ ...parts, profile: learnProfile(recording, startUp) }), out };
  }
});

describe('detectionStartUp', () => {
  for (const [title, options, phrase] of [
    ['an unknown detector', { without: ['trail'] }, "got 'trail'"],
    ['an unknown part', { without: ['posture.rules'] }, "got 'posture.rules'"],
    ['a delay without unit', { delay: { posture: '8' } }, 'unit'],
    ['a delay of nobody', { delay: { trail: '8s' } }, 'delay'],
    ['a rate without unit', { noise: '50' }, '50/s'],
  ] as const) {
    it(`refuses ${title}`, () => {
      const result = detectionStartUp.safeParse({ ...startUp, options });
      expect(result.error?.message).to.contain(phrase);
    });
  }

  it('refuses an emulator on another machine', () => {
    const result = detectionStartUp.safeParse({ ...startUp, options: {}, ministack: 'http://10.0.0.1:4566' });
    expect(result.error?.message).to.contain('127.0.0.1');
  });
});

function partsFor<Item>(detector: DetectorName, without: readonly string[], delay: object) {
  const clock = new VirtualClock();
  const out: Item[] = [];
  let id = 0;
  const { options } = detectionStartUp.parse({ ...startUp, options: { without, delay } });
  const parts = {
    switches: switchesOf(detector, options),
    clock,
    signal: new AbortController().signal,
    newId: () => `id-${++id}`,
    deliver: (item: Item) => out.push(item),
  };
  return { parts, out, clock };
}

function uid(finding: Finding | undefined): unknown {
  const info = finding?.['finding_info'];
  return typeof info === 'object' && info !== null ? Reflect.get(info, 'uid') : undefined;
}
