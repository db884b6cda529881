import { expect } from 'chai';
import { problemText } from '../model/problems.ts';
import { smallCatalogue, smallEnvironment, smallScenario, smallState } from '../testing/fakes/small-catalogue.ts';
import { bindScenarios } from './bind-scenarios.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { readScenario } from './scenario-files.ts';

const limits = 'stopConditions: { timeBox: 1m, probes: [{ probe: aws.answers, atLeast: 1 }] }\n';
const shared =
  '    stopConditions: { timeBox: 2m, errorBudget: 5s, probes: [{ probe: aws.answers, atMost: 3, for: 2s }] }\n';

describe('bindStopConditions', () => {
  it('binds those of the scenario and of its environment', () => {
    const { kinds, problems } = bind(`${smallScenario}${limits}`, `${smallEnvironment}${shared}`);
    expect(problems).to.deep.equal([]);
    expect(kinds).to.deep.equal([
      ['scenario', 'time-box', 60_000],
      ['environment', 'time-box', 120_000],
      ['environment', 'error-budget', 5000],
      ['scenario', 'probe', 0],
      ['environment', 'probe', 2000],
    ]);
  });

  it("leaves the environment's error budget out where a scenario has no steady state", () => {
    const { kinds, problems } = bind(smallScenario.replace(/steadyState:\n.*\n/, ''), `${smallEnvironment}${shared}`);
    expect(problems).to.deep.equal([]);
    expect(kinds?.map(([, kind]) => kind)).to.deep.equal(['time-box', 'probe']);
  });

  for (const [title, conditions, problem] of [
    [
      'an unknown probe',
      '{ probes: [{ probe: aws.answer, atLeast: 1 }] }',
      "18:37: stopConditions.probes[0].probe: there is no probe 'aws.answer'; did you mean 'aws.answers'?",
    ],
    [
      'a probe without a limit',
      '{ probes: [{ probe: aws.answers }] }',
      '18:28: a limit needs atLeast, atMost or both.',
    ],
    ['a time box without a unit', '{ timeBox: 5 }', '18:28: stopConditions.timeBox must be a duration with a unit'],
  ] as const) {
    it(`refuses ${title}`, () => {
      const { problems } = bind(smallScenario.replace(/(?=maxExposure)/, `stopConditions: ${conditions}\n`));
      expect(problems.join('\n')).to.contain(`scenarios/bucket-open.yaml:${problem}`);
    });
  }

  it('refuses an error budget of no steady state', () => {
    const { problems } = bind(smallScenario.replace(/steadyState:\n.*\n/, 'stopConditions: { errorBudget: 1s }\n'));
    expect(problems.join()).to.contain(':12:32: an error budget is one of the steady state');
  });
});

function bind(text: string, environmentText = smallEnvironment) {
  const { environments } = readEnvironmentFile('windshear.yaml', environmentText, smallState);
  const environment = environments['small'];
  if (environment === undefined) throw new TypeError('the environment is gone');
  const { file, problems } = readScenario('scenarios/bucket-open.yaml', text);
  if (file === undefined) return { problems: problems.map(problemText) };
  const bound = bindScenarios([file], { name: 'small', environment }, smallCatalogue);
  const kinds = bound.scenarios[0]?.stopConditions?.map(
    (one) => [one.of, one.kind, one.kind === 'probe' ? one.use.for : one.limitMs] as const,
  );
  return { kinds, problems: [...problems, ...bound.problems].map(problemText) };
}
