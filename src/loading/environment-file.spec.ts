import { expect } from 'chai';
import { problemText } from '../model/problems.ts';
import { smallCatalogue, smallEnvironment, smallState } from '../testing/fakes/small-catalogue.ts';
import { environmentProblems } from './bind-environment.ts';
import { readEnvironmentFile } from './environment-file.ts';

const rules: readonly [title: string, change: readonly [string, string], problem: string][] = [
  [
    'a default that is not there',
    ['default: small', 'default: smal'],
    "1:10: default names the environment 'smal', which is not in this file; did you mean 'small'?",
  ],
  [
    'a live default',
    ['staging: embedded', 'staging: live'],
    "1:10: default names 'small', which is live; a live one is named by --env only.",
  ],
  [
    'an unknown channel',
    [`type: queue, url: "\${staging.queue}"`, `type: queu, url: "\${staging.queue}"`],
    "16:26: environments.small.detectors.rules.channel.type: there is no channel 'queu'; did you mean 'queue'?",
  ],
  [
    'an unknown param of a channel',
    ['url: http://127.0.0.1:1/', 'url: http://127.0.0.1:1/, wiat: 1s'],
    "22:59: unknown key 'wiat' in environments.small.detectors.posture.channel; did you mean 'wait'?",
  ],
  [
    'a secret that is too long, unshown',
    ['url: http://127.0.0.1:1/', 'url: http://127.0.0.1:1/, token: hunter2'],
    '22:66: environments.small.detectors.posture.channel.token must have at most 5 characters, got 7.',
  ],
  [
    'an unknown format',
    ['format: mute', 'format: mut'],
    "23:17: environments.small.detectors.posture.format: there is no format 'mut'; did you mean 'mute'?",
  ],
  [
    'an envelope with nothing after it',
    ['[envelope, findings]', 'envelope'],
    "17:17: the format 'envelope' is an envelope: name the format of what it holds after it.",
  ],
  [
    'signals before another format',
    ['[envelope, findings]', '[findings, mute]'],
    "17:18: the format 'findings' yields signals, so it must be the last of its list.",
  ],
  [
    'an unknown canary',
    ['type: knock', 'type: knok'],
    "20:33: environments.small.detectors.rules.canary.rule.type: there is no canary 'knok'; did you mean 'knock'?",
  ],
  [
    'a canary without its param',
    ['door: front, ', ''],
    '20:25: environments.small.detectors.rules.canary.rule.door is required.',
  ],
  [
    'an unknown guardrail',
    ['type: denier', 'type: deniar'],
    "27:21: environments.small.guardrails.deny.type: there is no guardrail 'deniar'; did you mean 'denier'?",
  ],
  [
    'a detector that carries nothing to tell a fault by',
    ['carries: [subject]', 'carries: [actor]'],
    "25:18: the detector 'posture' carries neither marker nor subject, so that no signal of it could be told to be a fault's (J5).",
  ],
  [
    'grouping without rearm',
    ['sees: state', 'sees: state\n        groups: true'],
    "25:17: the detector 'posture' groups alerts, so it must declare rearm: none, resolved or a duration (J9).",
  ],
  [
    'a stop condition by an unknown probe',
    ['    budgets:', '    stopConditions: { probes: [{ probe: aws.answer, atMost: 1 }] }\n    budgets:'],
    "28:41: environments.small.stopConditions.probes[0].probe: there is no probe 'aws.answer'; did you mean 'aws.answers'?",
  ],
  [
    'a stop condition that no value fulfils',
    ['    budgets:', '    stopConditions: { probes: [{ probe: aws.answers, atLeast: 2, atMost: 1 }] }\n    budgets:'],
    '28:32: no value is at least 2 and at most 1.',
  ],
  [
    'a param that the probe of a stop condition refuses',
    [
      '    budgets:',
      '    stopConditions: { probes: [{ probe: aws.answers, atMost: 1, with: { a: 1 } }] }\n    budgets:',
    ],
    "28:73: unknown key 'a' in environments.small.stopConditions.probes[0].with; none is known.",
  ],
  [
    'an unknown reference',
    [`"\${staging.queue}"`, `"\${staging.queu}"`],
    `16:38: '\${staging.queu}' names nothing; did you mean 'staging.queue'?`,
  ],
  [
    'an account as a number',
    [`["\${staging.account}"]`, '[111122223333]'],
    '13:29: environments.small.targets.aws.proof.accounts[0] must be an account id of 12 digits in quotes, got 111122223333.',
  ],
];

describe('readEnvironmentFile', () => {
  it('reads a sound file without a word, references resolved', () => {
    const { environments, problems } = check(smallEnvironment);
    expect(problems).to.deep.equal([]);
    expect(environments['small']?.values['bucket']).to.equal('models');
    expect(environments['small']?.targets.aws?.proof.accounts).to.deep.equal(['111122223333']);
  });

  for (const [title, [from, to], problem] of rules) {
    it(`refuses ${title}`, () => {
      const changed = smallEnvironment.replace(from, () => to);
      expect(changed).to.not.equal(smallEnvironment);
      expect(
        check(changed).problems.filter((one) => !/beacon|a live environment|names no lease/.test(one)),
      ).to.deep.equal([`windshear.yaml:${problem}`]);
    });
  }

  it('leaves references of a staging that is not up', () => {
    const { environments, problems } = check(smallEnvironment, {});
    expect(problems).to.deep.equal([]);
    expect(environments['small']?.values['bucket']).to.equal('$' + '{staging.bucket}');
  });

  it('refuses references to the staging, and a missing beacon, in a live environment', () => {
    const live = smallEnvironment.replace('default: small\n', '').replace('staging: embedded', 'staging: live');
    const { problems } = check(live);
    expect(problems.join('\n')).to.contain(`a live environment has no \${staging.…}; write the value.`);
    expect(problems.join('\n')).to.contain("the live environment 'small' names no beacon");
  });

  it('refuses a live environment without a lease', () => {
    const live = smallEnvironment.replace('default: small\n', '').replace('staging: embedded', 'staging: live');
    expect(check(live).problems.join('\n')).to.contain("the live environment 'small' names no lease");
    const leased = live.replace('staging: live', 'staging: live\n    lease: { type: file, folder: /shared }');
    expect(check(leased).problems.join('\n')).not.to.contain('names no lease');
  });

  it('refuses a lease in a target that is not there, and a mirror without a lease', () => {
    const add = (line: string) => smallEnvironment.replace('staging: embedded', `staging: embedded\n    ${line}`);
    expect(check(add('lease: { type: kubernetes, namespace: staging }')).problems).to.deep.equal([
      "windshear.yaml:5:20: a lease of type 'kubernetes' needs the target 'kubernetes', which this environment does not have.",
    ]);
    expect(check(add('journal: { mirror: { key: { env: KEY } } }')).problems).to.deep.equal([
      'windshear.yaml:5:24: a mirror lies beside a lease, and this environment names none.',
    ]);
  });

  it('lets a default be rearmed and grouped when it says so', () => {
    const grouped = smallEnvironment.replace('sees: state', 'sees: state\n        groups: true\n        rearm: none');
    expect(check(grouped).problems).to.deep.equal([]);
  });
});

function check(text: string, { staging }: { readonly staging?: typeof smallState } = { staging: smallState }) {
  const file = readEnvironmentFile('windshear.yaml', text, staging);
  const problems = [...file.problems, ...environmentProblems(file, smallCatalogue)].map(problemText);
  return { environments: file.environments, problems };
}
