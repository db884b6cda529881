import { expect } from 'chai';
import { problemText } from '../model/problems.ts';
import { smallCatalogue, smallEnvironment, smallScenario, smallState } from '../testing/fakes/small-catalogue.ts';
import { bindScenarios } from './bind-scenarios.ts';
import { readEnvironmentFile } from './environment-file.ts';
import { readScenario } from './scenario-files.ts';

const felt = (over: string) =>
  `impact:\n  - { probe: aws.answers, id: felt, tolerance: { atLeast: 1, over: ${over} } }\nexpect:`;

describe('what is measured while a fault is in', () => {
  it('fits where it takes less than maxExposure', () => {
    expect(problemsOf(smallScenario.replace('expect:', felt('29s')))).to.deep.equal([]);
  });

  it('is refused where it outlasts maxExposure', () => {
    expect(problemsOf(smallScenario.replace('expect:', felt('40s')))).to.deep.equal([
      'scenarios/bucket-open.yaml:15:68: over must be less than maxExposure, 30 s, since the fault is in no longer than that, got 40 s.',
    ]);
  });

  it('is refused where it outlasts the budget of the environment', () => {
    const text = smallScenario.replace('expect:', felt('90s')).replace('maxExposure: 30s\n', '');
    expect(problemsOf(text)).to.deep.equal([
      "scenarios/bucket-open.yaml:15:68: over must be less than budgets.maxExposure of 'small', 60 s, since the fault is in no longer than that, got 90 s.",
    ]);
  });

  it('is refused where a recovery may take longer than the budget of the environment', () => {
    const load = 'load: { type: traffic, with: { rate: 1 }, expect: [{ figure: recovery, within: 90s }] }';
    expect(problemsOf(smallScenario.replace('maxExposure: 30s', load))).to.deep.equal([
      'scenarios/bucket-open.yaml:18:80: budgets.maxExposure of the environment must be at least 91 s, 1 s more than the SLO of the recovery, got 60 s.',
    ]);
  });
});

function problemsOf(text: string): readonly string[] {
  const environment = readEnvironmentFile('windshear.yaml', smallEnvironment, smallState).environments['small'];
  if (environment === undefined) throw new TypeError('the environment is gone');
  const { file, problems } = readScenario('scenarios/bucket-open.yaml', text);
  if (file === undefined) return problems.map(problemText);
  const bound = bindScenarios([file], { name: 'small', environment }, smallCatalogue);
  return [...problems, ...bound.problems].map(problemText);
}
