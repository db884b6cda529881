import { expect } from 'chai';
import type { NoteProgram } from '../model/program.ts';
import type { Target } from '../model/target.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { readJournal } from './journal-lines.ts';
import { runScenarios } from './run.ts';

describe('runScenarios, with a target that starts programs', () => {
  it('writes each into the journal of the run', async () => {
    const at = new World();
    at.resources.set('bucket', 'private');
    const scenario = worldScenario(at, {
      id: 'flip',
      faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
      expect: {},
    });
    const request = worldRequest(at, [scenario]);
    let note: NoteProgram | undefined;
    const noting = (target: Target): Target => ({
      ...target,
      session: async (phase, marker, signal) => {
        if (phase === 'inject') await note?.({ marker, program: '/usr/bin/k6', pid: 4711, startedAt: 'then' });
        return target.session(phase, marker, signal);
      },
      notePrograms: (by) => {
        note = by;
      },
    });
    const targets = new Map([...request.targets].map(([kind, target]) => [kind, noting(target)] as const));
    await runScenarios({ ...request, targets });
    const { entries } = await readJournal(request.disk, `${request.folders.report}/journal.jsonl`);
    const noted = entries.filter(({ kind }) => kind === 'program-started');
    expect(noted[0]).to.include({ program: '/usr/bin/k6', pid: 4711, startedAt: 'then' });
  });
});
