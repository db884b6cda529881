import { expect } from 'chai';
import { machine, runId, upWith } from '../testing/fakes/recovery-machine.ts';

describe('recover, told of another reports folder than the run had', () => {
  const elsewhere = { folders: { reports: '/elsewhere', state: '/state' } };
  const died = { atCall: { what: 'remove', n: 1, when: 'before' } } as const;

  it('finds the journal by the states, and reverts', async () => {
    const { world, crash, again, disk } = machine();
    await crash(died);
    const { exitCode, runs } = await again(elsewhere);
    expect([exitCode, runs[0]?.faults.length, world.on.size]).to.deep.equal([0, 2, 0]);
    expect([...disk().files().keys()]).to.deep.equal([`/reports/${runId}/journal.jsonl`]);
    expect((await again()).runs).to.deep.equal([]);
  });

  it('says that states lie there whose journal is lost, and reverts nothing', async () => {
    const { world, crash, again, disk } = machine();
    await crash(died);
    await disk().remove(`/reports/${runId}`);
    for (const folders of [{}, elsewhere, { only: 'staging' }]) {
      const { exitCode, runs } = await again(folders);
      expect([exitCode, world.on.size]).to.deep.equal([6, 2]);
      expect(runs[0]?.problems[0]).to.match(/Its journal '\/reports\/.*' is not there.*'\/state\/.*cannot be told/);
    }
    expect((await again({ only: 'other' })).runs).to.deep.equal([]);
  });

  it('says so where the note of whose they are is damaged', async () => {
    const { crash, again, disk } = machine();
    await crash(died);
    await disk().writeDurably(`/state/${runId}/run.json`, Buffer.from('{"journal":'));
    expect((await again({ ...elsewhere, only: 'staging' })).exitCode, 'asked for one environment').to.equal(6);
    const { exitCode, runs } = await again(elsewhere);
    expect([exitCode, runs[0]?.problems[0]]).to.deep.equal([
      6,
      `Its journal is not known, but states that it had kept are, in '/state/${runId}': what it left in cannot be told, and nothing was reverted. Put the journal back, or compare by hand and put right what differs, and delete that folder.`,
    ]);
  });

  for (const [staging, up] of [
    ['is gone', { status: 'gone' as const }],
    ['is another', upWith('staging-2')],
  ] as const)
    it(`closes a run whose journal is lost where its embedded staging ${staging}`, async () => {
      const { crash, again, disk } = machine();
      await crash(died);
      await disk().remove(`/reports/${runId}`);
      const { exitCode, runs } = await again({ environment: async () => up });
      expect([exitCode, runs[0]?.closed]).to.deep.equal([
        0,
        "The embedded staging 'staging-1' that this run used is gone, and with it all that was in it.",
      ]);
      expect([...disk().files().keys()]).to.deep.equal([]);
    });
});
