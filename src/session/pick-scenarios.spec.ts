import { expect } from 'chai';
import type { BoundScenario } from '../model/run.ts';
import { scenarioSchema } from '../model/scenario.ts';
import { pathsOf, pickScenarios } from './pick-scenarios.ts';

const bound = (id: string, tags: readonly string[] = []): BoundScenario => ({
  scenario: scenarioSchema.parse({ id, title: `About ${id}`, why: 'w', tags, faults: [{ type: 'f' }], expect: {} }),
  file: `scenarios/aws/${id}.yaml`,
  ...{ faults: [], control: [], steadyState: [], impact: [], techniques: [] },
});
const all = [bound('bucket-flip', ['aws', 'data']), bound('role-over', ['aws']), bound('pod-rogue', ['k8s'])];
const ids = (pick: Parameters<typeof pickScenarios>[1]) => pickScenarios(all, pick).map((one) => one.scenario.id);

describe('pickScenarios', () => {
  it('takes all without a name', () => expect(ids({ names: [] })).to.have.length(3));

  it('takes ids, files and folders', () => {
    expect(ids({ names: ['role-over'] })).to.deep.equal(['role-over']);
    expect(ids({ names: ['./scenarios/aws/pod-rogue.yaml', 'role-over'] })).to.deep.equal(['role-over', 'pod-rogue']);
    expect(ids({ names: ['scenarios/aws/'] })).to.have.length(3);
    expect(() => ids({ names: ['scenarios/gcp/'] })).to.throw('No scenario is left to run of scenarios/gcp/');
  });

  it('narrows by tag, text and earlier failure', () => {
    expect(ids({ names: [], tags: ['data', 'k8s'] })).to.deep.equal(['bucket-flip', 'pod-rogue']);
    expect(ids({ names: [], grep: 'ABOUT role' })).to.deep.equal(['role-over']);
    expect(ids({ names: [], only: new Set(['pod-rogue']) })).to.deep.equal(['pod-rogue']);
  });

  it('names the nearest known id', () => {
    expect(() => ids({ names: ['bucket-flop'] })).to.throw(
      "There is no scenario 'bucket-flop'; did you mean 'bucket-flip'?",
    );
  });
});

describe('pathsOf', () => {
  it('reads scenarios/ where an id is named, and only the files where all are paths', () => {
    expect(pathsOf({ names: ['role-over'] })).to.equal(undefined);
    expect(pathsOf({ names: ['x/a.yaml'] })).to.deep.equal(['x/a.yaml']);
    expect(pathsOf({ names: ['x/a.yaml', 'role-over'] })).to.deep.equal(['x/a.yaml', 'scenarios']);
  });
});
