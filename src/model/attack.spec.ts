import { expect } from 'chai';
import { currentTechnique, revokedTechniques, techniqueNames, techniqueProblem } from './attack.ts';

describe('techniqueProblem', () => {
  it('names what replaced a revoked technique', () => {
    expect(techniqueProblem('T1562.008')).to.contain("'T1685.002'");
  });

  it('refuses what is no technique id', () => {
    expect(techniqueProblem('TA0005')).to.contain('technique id');
  });

  it('has nothing against the techniques that have a name here', () => {
    for (const id of Object.keys(techniqueNames)) expect(techniqueProblem(id), id).to.equal(undefined);
  });
});

describe('currentTechnique', () => {
  it('never leads to another revoked id', () => {
    for (const id of Object.keys(revokedTechniques)) {
      expect(revokedTechniques[currentTechnique(id)], id).to.equal(undefined);
    }
  });
});
