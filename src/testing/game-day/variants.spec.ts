import { expect } from 'chai';
import type { Ended } from './command-line.ts';
import { fullOutcomes, type Outcome, outcomesOf } from './outcomes.ts';
import { openWorkplace } from './workplace.ts';

interface Variant {
  readonly title: string;
  readonly options: readonly string[];
  /** Only these scenarios, where others would say nothing new. */
  readonly scenarios?: readonly string[];
  /** What is unlike a complete staging. */
  readonly unlike: Readonly<Record<string, Outcome>>;
  readonly code: number;
}

const down = 'missed (detector-down)';
const unproven = 'inconclusive (channel-unproven)';
const absent = 'absent (still-in)';
const deaf = { control: unproven, trial: 'inconclusive' };

const variants: readonly Variant[] = [
  {
    title: 'calls what trail-rules had to see missed, and its blindness inconclusive, where its rules are off',
    options: ['--without', 'trail-rules'],
    scenarios: [
      'trust-policy-opened',
      'bucket-policy-flip-guarded',
      'bucket-policy-flip',
      'lambda-environment-drift',
      'trail-stopped',
    ],
    unlike: {
      'trust-policy-opened': { 'trail-rules/trust-policy-foreign-account': down, trial: 'failed' },
      'bucket-policy-flip-guarded': { 'trail-rules/s3-public-policy-attempt': down, trial: 'failed' },
      'bucket-policy-flip': { 'trail-rules/s3-public-policy': down, trial: 'failed' },
      'lambda-environment-drift': { 'trail-rules/lambda-environment-*': down },
      'trail-stopped': {
        'trail-rules/trail-stopped': down,
        'trail-rules/blind': 'inconclusive (canary-not-proven)',
        trial: 'failed',
      },
    },
    code: 1,
  },
  {
    title: 'calls what trail-rules and profile had to see inconclusive where their delivery is cut',
    options: ['--without', 'trail-rules.delivery', '--without', 'profile.delivery'],
    unlike: {
      'trust-policy-opened': { ...deaf, 'trail-rules/trust-policy-foreign-account': unproven },
      'bucket-policy-flip-guarded': { ...deaf, 'trail-rules/s3-public-policy-attempt': unproven },
      'bucket-policy-flip': { ...deaf, 'trail-rules/s3-public-policy': unproven },
      'lambda-environment-drift': { ...deaf, 'trail-rules/lambda-environment-*': unproven },
      'trail-stopped': {
        ...deaf,
        'trail-rules/trail-stopped': unproven,
        'trail-rules/blind': 'inconclusive (canary-not-proven)',
      },
      'rogue-instance': { ...deaf, 'profile/unusual-action': unproven },
      'rogue-bare-pod': { ...deaf, 'profile/unusual-action': unproven },
      'release-image-drift': { ...deaf, 'profile/unusual-action': unproven },
    },
    code: 1,
  },
  {
    title: 'calls what identity-rules and posture had to see inconclusive where their delivery is cut',
    options: ['--without', 'identity-rules.delivery', '--without', 'posture.delivery'],
    scenarios: [
      'role-over-privilege',
      'trust-policy-opened',
      'bucket-policy-flip',
      'access-key-refused',
      'inference-endpoint-exposed',
    ],
    unlike: {
      'inference-endpoint-exposed': { ...deaf, 'posture/EndpointExposed': unproven },
      'role-over-privilege': { ...deaf, 'identity-rules/admin-policy-attached': unproven },
      'trust-policy-opened': { ...deaf, 'posture/ForeignTrust': unproven },
      'bucket-policy-flip': { ...deaf, 'posture/PublicBucket': unproven },
      'access-key-refused': { ...deaf, 'identity-rules/access-key-attempt': unproven },
    },
    code: 3,
  },
  {
    title: 'calls what posture sees late where it is delayed by twice the SLO, and nothing else',
    options: ['--delay', 'posture=8s'],
    scenarios: ['trust-policy-opened', 'bucket-policy-flip', 'role-over-privilege'],
    unlike: {
      'trust-policy-opened': { 'posture/ForeignTrust': 'late (after-slo)', trial: 'failed' },
      'bucket-policy-flip': { 'posture/PublicBucket': 'late (after-slo)', trial: 'failed' },
    },
    code: 1,
  },
  {
    title: 'calls what audit-rules had to see missed where its rules are off, and still sees guardrails act',
    options: ['--without', 'audit-rules'],
    scenarios: ['rogue-privileged-pod', 'rogue-bare-pod', 'cluster-admin-binding', 'service-account-sprawl'],
    unlike: {
      'rogue-privileged-pod': { 'audit-rules/rogue-pod-attempt': down, trial: 'failed' },
      'rogue-bare-pod': { 'audit-rules/unknown-image': down, trial: 'failed' },
      'cluster-admin-binding': { 'audit-rules/cluster-admin-binding': down, trial: 'failed' },
      'service-account-sprawl': { 'audit-rules/service-account-sprawl': down },
    },
    code: 1,
  },
  {
    title: 'calls what audit-rules and uptime had to see inconclusive where their delivery is cut',
    options: ['--without', 'audit-rules.delivery', '--without', 'uptime.delivery'],
    scenarios: ['rogue-privileged-pod', 'rogue-bare-pod', 'cluster-admin-binding', 'region-failover'],
    unlike: {
      'rogue-privileged-pod': { ...deaf, 'audit-rules/rogue-pod-attempt': unproven },
      'rogue-bare-pod': { ...deaf, 'audit-rules/unknown-image': unproven },
      'cluster-admin-binding': { ...deaf, 'audit-rules/cluster-admin-binding': unproven },
      'region-failover': { ...deaf, 'uptime/RegionDown': unproven },
    },
    code: 3,
  },
  {
    title: 'calls what uptime and audit-rules had to see late where they are delayed, and still sees guardrails act',
    options: ['--delay', 'uptime=6s', '--delay', 'audit-rules=6s'],
    scenarios: ['region-failover', 'rogue-privileged-pod', 'cluster-admin-binding'],
    unlike: {
      'region-failover': { 'uptime/RegionDown': 'late (after-slo)', trial: 'failed' },
      'rogue-privileged-pod': { 'audit-rules/rogue-pod-attempt': 'late (after-slo)', trial: 'failed' },
      'cluster-admin-binding': { 'audit-rules/cluster-admin-binding': 'late (after-slo)', trial: 'failed' },
    },
    code: 1,
  },
  {
    title: 'calls the guardrails absent that are taken away, fails their scenarios, and takes the rest back itself',
    options: [
      ...['--without', 'identity-remediator', '--without', 'admission'],
      ...['--without', 'release-reconciler', '--without', 'binding-remediator'],
    ],
    scenarios: ['role-over-privilege', 'rogue-privileged-pod', 'cluster-admin-binding', 'release-image-drift'],
    unlike: {
      'role-over-privilege': { 'identity-remediator/reverted': absent, rollback: 'clean', trial: 'failed' },
      'rogue-privileged-pod': {
        'admission/prevented': 'absent (not-prevented)',
        'audit-rules/rogue-pod-attempt': 'inconclusive (not-prevented)',
        rollback: 'clean',
        trial: 'failed',
      },
      'cluster-admin-binding': { 'binding-remediator/reverted': absent, rollback: 'clean', trial: 'failed' },
      'release-image-drift': { 'release-reconciler/reverted': absent, rollback: 'clean', trial: 'failed' },
    },
    code: 1,
  },
  {
    title: 'changes no verdict under fifty unrelated alerts a second',
    options: ['--noise', '50/s'],
    unlike: {},
    code: 1,
  },
];

describe('windshear run in a staging that lacks something', function () {
  this.timeout(420_000);
  const seen = new Map<Variant, Seen>();

  before(async () => {
    // Two at once: more of them would take processor time from each other's SLOs.
    const queue = variants.values();
    const lane = async () => {
      for (const variant of queue) seen.set(variant, await tried(variant));
    };
    await Promise.all([lane(), lane()]);
  });

  for (const variant of variants) {
    it(variant.title, () => {
      const { ended, outcomes, account } = seen.get(variant) ?? {};
      expect(outcomes, ended?.stdout).to.deep.equal(expectedOf(variant));
      expect(ended?.code, ended?.stderr).to.equal(variant.code);
      expect(account?.[1]).to.deep.equal(account?.[0]);
    });
  }
});

interface Seen {
  readonly ended: Ended;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Before and after. */
  readonly account: readonly [unknown, unknown];
}

async function tried({ options, scenarios = [] }: Variant): Promise<Seen> {
  const work = await openWorkplace();
  try {
    await work.up(...options);
    const before = await work.account();
    const ended = await work.windshear('run', ...scenarios);
    return { ended, outcomes: outcomesOf(await work.scorecard()), account: [before, await work.account()] };
  } finally {
    await work.close();
  }
}

function expectedOf({ scenarios = Object.keys(fullOutcomes), unlike }: Variant): Readonly<Record<string, Outcome>> {
  return Object.fromEntries(scenarios.map((id) => [id, { ...fullOutcomes[id], ...unlike[id] }]));
}
