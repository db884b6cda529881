import { expect } from 'chai';
import { problemText } from '../model/problems.ts';
import { smallCatalogue, smallEnvironment, smallScenario, smallState } from '../testing/fakes/small-catalogue.ts';
import { bindScenarios } from './bind-scenarios.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { readScenario } from './scenario-files.ts';

const attempt = `    - { detector: rules, rule: bucket-open, within: 4s, of: attempt }
  guardrails:
    - { guardrail: deny, outcome: prevented, within: 4s }`;
const detections = /(?<= {2}detections:\n)(?: {4}.*\n)+/;

/** What is changed in the sound scenario, and the one problem that then stands in the list. */
const rules: readonly [title: string, change: readonly [string | RegExp, string], problem: string][] = [
  [
    'an id that is not the name of its file',
    ['id: bucket-open', 'id: bucket-shut'],
    "1:5: id must be the file's name, 'bucket-open', got 'bucket-shut'.",
  ],
  [
    'an unknown fault',
    ['type: aws.bucket.open\n    as', 'type: aws.bucket.opne\n    as'],
    "6:11: faults[0].type: there is no fault 'aws.bucket.opne'; did you mean 'aws.bucket.open'?",
  ],
  [
    'an unknown probe',
    ['probe: aws.answers', 'probe: aws.answer'],
    "13:14: steadyState[0].probe: there is no probe 'aws.answer'; did you mean 'aws.answers'?",
  ],
  [
    'an unknown load',
    ['expect:', 'load: { type: trafic, with: { rate: 1 } }\nexpect:'],
    "14:15: load.type: there is no load 'trafic'; did you mean 'traffic'?",
  ],
  [
    'a param that a load refuses',
    ['expect:', 'load: { type: traffic, with: { rate: fast } }\nexpect:'],
    "14:38: load.with.rate must be a number, got 'fast'.",
  ],
  [
    'a phase that a load has no figures of',
    ['expect:', 'load: { type: script, expect: [{ figure: p95, atMost: 1s }] }\nexpect:'],
    "14:32: the load 'script' has no figures of 'during', only of whole.",
  ],
  [
    'a recovery that a load does not tell',
    ['expect:', 'load: { type: script, expect: [{ figure: recovery, within: 1s }] }\nexpect:'],
    "14:42: the load 'script' does not tell when users are well again.",
  ],
  [
    'a recovery for which the fault is not in for long enough',
    ['expect:', 'load: { type: traffic, with: { rate: 1 }, expect: [{ figure: recovery, within: 30s }] }\nexpect:'],
    '19:14: maxExposure must be at least 31 s, 1 s more than the SLO of the recovery, got 30 s.',
  ],
  [
    'two expectations of a load under one id',
    [
      'expect:',
      'load: { type: traffic, with: { rate: 1 }, expect: [{ figure: p95, atMost: 1s }, { figure: p95, atMost: 2s }] }\nexpect:',
    ],
    "14:81: two expectations have the id 'traffic/p95/during'; give one an id of its own (id: …).",
  ],
  [
    'an unknown param',
    [`{ bucket: "\${env.bucket}" }`, `{ bucket: "\${env.bucket}", publik: true }`],
    "8:38: unknown key 'publik' in faults[0].with; did you mean 'public'?",
  ],
  [
    'a param that its plugin refuses',
    [`{ bucket: "\${env.bucket}" }`, '{ bucket: B }'],
    "8:21: faults[0].with.bucket must be a bucket name, got 'B'.",
  ],
  [
    'a param that is missing',
    [`    with: { bucket: "\${env.bucket}" }\n`, ''],
    '6:5: faults[0].with.bucket is required.',
  ],
  [
    'an unknown reference',
    [`"\${env.bucket}" }`, `"\${env.buckte}" }`],
    `8:21: '\${env.buckte}' names nothing; did you mean 'env.bucket'?`,
  ],
  [
    'a reference to the staging',
    [`"\${env.bucket}" }`, `"\${staging.bucket}" }`],
    `8:21: '\${staging.bucket}' cannot be read here; only \${env.…} can.`,
  ],
  [
    'a reference outside `with`',
    ['rule: bucket-open', `rule: "\${env.bucket}"`],
    `16:32: references are read inside 'with' only, got '\${env.bucket}'.`,
  ],
  [
    'the name of an environment variable',
    [`"\${env.bucket}" }`, `"\${HOME}" }`],
    `8:21: the environment variable '\${HOME}' is not read here; a secret comes by { env: NAME } or { file: PATH } where the plugin takes one.`,
  ],
  [
    'a fault for a target that is not there',
    [`type: aws.bucket.open\n    with: { bucket: "\${env.bucket}", public: false }`, 'type: kubernetes.pod'],
    "10:11: 'kubernetes.pod' needs the target 'kubernetes', which 'small' does not have.",
  ],
  [
    'an unknown detector',
    ['detector: posture', 'detector: postrue'],
    "17:19: 'small' has no detector 'postrue'; did you mean 'posture'?",
  ],
  [
    'a severity of a format that states none',
    ['rule: BucketOpen, within: 4s', 'rule: BucketOpen, within: 4s, severity: high'],
    "17:68: the detector 'posture' states no severity, so none can be expected (J11).",
  ],
  [
    'two expectations with one id',
    ['detector: posture, rule: BucketOpen, within: 4s', 'detector: rules, rule: bucket-open, within: 5s'],
    "17:7: two expectations have the id 'rules/bucket-open'; give one an id of its own (id: …).",
  ],
  [
    'a fault without an expectation',
    [detections, '    []\n'],
    "15:3: the faults of 'bucket-open' have no expectation: name a detection, a guardrail, a blind detector or an impact.",
  ],
  [
    'two faults with one name',
    ['control:', '  - { type: aws.bucket.open, as: open, with: { bucket: abc } }\ncontrol:'],
    "9:34: two faults are named 'open'.",
  ],
  [
    'an expectation of a fault that is not there',
    ['within: 4s, severity: high', 'within: 4s, fault: opne'],
    "16:64: no fault of this scenario is named 'opne' (as: …); did you mean 'open'?",
  ],
  [
    'a technique that ATT&CK revoked',
    ['[T1530]', '[T1530, T1562.008]'],
    "4:21: techniques[1] names 'T1562.008', which ATT&CK v19 revoked; use 'T1685.002'.",
  ],
  [
    'a tolerance without bounds',
    ['tolerance: { atLeast: 1 }', 'tolerance: { over: 1s }'],
    '13:38: a tolerance needs atLeast, atMost or both.',
  ],
  [
    'a tolerance that nothing meets',
    ['{ atLeast: 1 }', '{ atLeast: 2, atMost: 1 }'],
    '13:38: no value is at least 2 and at most 1.',
  ],
  [
    'more hits than trials',
    ['maxExposure: 30s', 'maxExposure: 30s\ntrials: 3\npass: { hits: 4 }'],
    '20:15: pass.hits must be at most the number of trials, 3, got 4.',
  ],
  [
    'too short an exposure',
    ['maxExposure: 30s', 'maxExposure: 11s'],
    '18:14: maxExposure must be at least 12 s, 3 × the longest SLO of state detectors and guardrails, got 11 s.',
  ],
  [
    'an exposure over budget',
    ['maxExposure: 30s', 'maxExposure: 2m'],
    "18:14: maxExposure must be within the budget of 'small', 60 s, got 2 min.",
  ],
  [
    'a hold that outlasts the exposure',
    ['maxExposure: 30s', 'maxExposure: 30s\nhold: 31s'],
    '19:7: hold must be at most maxExposure, 30 s, got 31 s.',
  ],
  [
    'an effect where the change is to be prevented (J18)',
    [detections, `${attempt.replace(', of: attempt', '')}\n`],
    "16:7: this detection must be 'of: attempt', since 'deny' is expected to prevent the fault (J18).",
  ],
  [
    'an attempt that a state detector should see',
    [detections, `${attempt.replace('rules', 'posture')}\n`],
    "16:63: the detector 'posture' sees state, and a refused attempt leaves none to see.",
  ],
  [
    'an outcome that a guardrail cannot show',
    [detections, `${attempt.replace('prevented', 'reverted')}\n`],
    "18:35: the guardrail 'deny' (denier) cannot show 'reverted', only prevented.",
  ],
  [
    'an unknown guardrail',
    [detections, `${attempt.replace('guardrail: deny', 'guardrail: dny')}\n`],
    "18:20: 'small' has no guardrail 'dny'; did you mean 'deny'?",
  ],
  [
    'blindness that no canary can tell',
    ['maxExposure', '  blind:\n    - { detector: posture, canary: tool, within: 4s }\nmaxExposure'],
    "19:36: the detector 'posture' has no tool canary, so its blindness cannot be told.",
  ],
  [
    'blindness of a guardrail that has no canary',
    ['maxExposure', '  blindGuardrails:\n    - { guardrail: deny, within: 4s }\nmaxExposure'],
    "19:20: a guardrail of type 'denier' has no canary, so its blindness cannot be told.",
  ],
  [
    'blindness of a guardrail that is unknown',
    ['maxExposure', '  blindGuardrails:\n    - { guardrail: dny, within: 4s }\nmaxExposure'],
    "19:20: 'small' has no guardrail 'dny'; did you mean 'deny'?",
  ],
];

describe('bindScenarios', () => {
  it('binds a sound scenario without a word', () => {
    const { scenarios, problems, warnings } = bind(smallScenario);
    expect(problems).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
    expect(scenarios[0]?.faults[0]?.params).to.deep.equal({ bucket: 'models', public: true });
    expect(scenarios[0]?.control[0]?.params).to.deep.equal({ bucket: 'models', public: false });
  });

  for (const [title, [from, to], problem] of rules) {
    it(`refuses ${title}`, () => {
      const changed = smallScenario.replace(from, () => to);
      expect(changed).to.not.equal(smallScenario);
      expect(bind(changed).problems.map(problemText)).to.deep.equal([`scenarios/bucket-open.yaml:${problem}`]);
    });
  }

  it('takes an effect of one fault beside the prevention of another', () => {
    const two = smallScenario.replace(
      'control:',
      '  - { type: aws.bucket.open, as: last, with: { bucket: abc } }\ncontrol:',
    );
    const expected = attempt.replace('of: attempt', 'fault: open');
    expect(bind(two.replace(detections, () => `${expected}\n`)).problems.map(problemText)).to.deep.equal([]);
  });

  it('takes the techniques of the faults where the scenario names none', () => {
    const { scenarios } = bind(smallScenario.replace('techniques: [T1530]\n', ''));
    expect(scenarios[0]?.techniques).to.deep.equal(['T1530']);
  });

  it('refuses two files with one id', () => {
    const { problems } = bind(smallScenario, smallScenario);
    expect(problems.map(problemText)).to.deep.equal([
      "scenarios/bucket-open.yaml:1:5: another scenario has the id 'bucket-open' already: scenarios/bucket-open.yaml.",
    ]);
  });

  it('only warns of a scenario without a control', () => {
    const uncontrolled = smallScenario.replace(/control:\n.*\n.*\n/, '');
    const { problems, warnings } = bind(uncontrolled);
    expect(problems).to.deep.equal([]);
    expect(warnings.map(problemText).join()).to.contain("the scenario 'bucket-open' has no control");
    const blindOnly = uncontrolled.replace(
      /expect:\n( .*\n)+/,
      'expect:\n  blind: [{ detector: rules, within: 4s }]\n',
    );
    expect(bind(blindOnly)).to.deep.include({ problems: [], warnings: [] });
  });

  it('demands maxExposure in a live environment', () => {
    const live = smallEnvironment.replace('default: small\n', '').replace('embedded', 'live');
    const file = read(smallScenario.replace('maxExposure: 30s\n', ''));
    const { environments } = readEnvironmentFile('windshear.yaml', live, smallState);
    const environment = environments['small'];
    if (environment === undefined) throw new TypeError('the environment is gone');
    const { problems } = bindScenarios([file], { name: 'small', environment }, smallCatalogue);
    expect(problems.map(problemText).join()).to.contain(
      "maxExposure is required, since 'small' is a live environment.",
    );
  });

  it('knows defaults beside references that only a staging that is up can resolve', () => {
    const { environments } = readEnvironmentFile('windshear.yaml', smallEnvironment);
    const environment = environments['small'];
    if (environment === undefined) throw new TypeError('the environment is gone');
    const scenario = read(smallScenario.replace(/, public: true/, ''));
    const { scenarios } = bindScenarios([scenario], { name: 'small', environment }, smallCatalogue);
    expect(scenarios[0]?.faults[0]?.params).to.deep.equal({ bucket: `\${staging.bucket}`, public: true });
  });

  it('leaves alone what only a staging that is up can tell', () => {
    const { environments } = readEnvironmentFile('windshear.yaml', smallEnvironment);
    const environment = environments['small'];
    if (environment === undefined) throw new TypeError('the environment is gone');
    const { problems } = bindScenarios([read(smallScenario)], { name: 'small', environment }, smallCatalogue);
    expect(problems).to.deep.equal([]);
    const broken = read(smallScenario.replace('public: false', 'public: 7'));
    const found = bindScenarios([broken], { name: 'small', environment }, smallCatalogue).problems;
    expect(found.map(problemText).join()).to.contain('control[0].with.public must be true or false, got 7.');
  });
});

function bind(...texts: readonly string[]) {
  const { environments } = readEnvironmentFile('windshear.yaml', smallEnvironment, smallState);
  const environment = environments['small'];
  if (environment === undefined) throw new TypeError('the environment is gone');
  return bindScenarios(texts.map(read), { name: 'small', environment }, smallCatalogue);
}

function read(text: string) {
  const { file, problems } = readScenario('scenarios/bucket-open.yaml', text);
  if (file === undefined) throw new TypeError(problems.map(problemText).join('\n'));
  return file;
}
