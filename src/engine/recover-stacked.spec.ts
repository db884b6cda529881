import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import { marker, runId as run, upWith } from '../testing/fakes/recovery-machine.ts';
import { worldCatalogue } from '../testing/world/catalogue.ts';
import { World } from '../testing/world/world.ts';
import { openJournal } from './journal.ts';
import { openPreImages } from './pre-images.ts';
import { recover } from './recover.ts';

describe('recover, of faults that were made on top of each other', () => {
  it('finds both gone where somebody had taken out the whole stack at once', async () => {
    const { world, again } = await died();
    world.resources.set('bucket', 'private');
    const { exitCode, runs } = await again();
    expect(runs[0]?.faults.map(({ rollback }) => rollback.reasonCode)).to.deep.equal(['gone-already', 'gone-already']);
    expect(exitCode).to.equal(0);
    expect(world.resources.get('bucket')).to.equal('private');
  });

  it('takes out one after the other where nobody had', async () => {
    const { world, again } = await died();
    expect((await again()).exitCode).to.equal(0);
    expect(world.resources.get('bucket')).to.equal('private');
  });

  it('leaves what is the state before neither of them', async () => {
    const { world, again } = await died();
    world.resources.set('bucket', 'by-hand');
    const { exitCode, runs } = await again();
    expect(exitCode).to.equal(6);
    expect(runs[0]?.faults.map(({ rollback }) => rollback.reasonCode)).to.deep.equal(['left-altered', 'left-altered']);
    expect(world.resources.get('bucket')).to.equal('by-hand');
  });

  it('keeps what the older one is put back to for as long as the newer may come in again', async () => {
    const { world, again } = await died();
    world.beforeCall = () => {
      if (isVerified(world)) world.resources.set('bucket', 'private');
      else throw new CallError('failed', 'InternalError', 'The service failed.');
    };
    const first = await again();
    expect(first.runs[0]?.faults.map(({ rollback }) => rollback.verdict)).to.deep.equal(['unverified', 'by-guardrail']);
    expect(first.exitCode).to.equal(6);
    world.beforeCall = () => undefined;
    // A request of the first recovery that was late puts back what was before the newer one.
    world.resources.set('bucket', 'shared');
    expect((await again()).exitCode).to.equal(0);
    expect(world.resources.get('bucket')).to.equal('private');
  });
});

function isVerified({ disk }: World): boolean {
  return [...disk.files()].some(([path, { text }]) => path.endsWith('journal.jsonl') && text.includes('"verified"'));
}

/** A run that died with two faults in one bucket: `private` became `shared`, and then `public`. */
async function died() {
  const world = new World();
  const { clock, disk, random } = world;
  const states = openPreImages({
    ...{ disk, stateFolder: '/state', runId: run },
    owner: { journal: `/reports/${run}/journal.jsonl`, environment: 'world', stagingId: 'world-1' },
  });
  await disk.makeFolder('/state');
  await disk.makeFolder(`/reports/${run}`);
  const journal = await openJournal({ disk, clock, path: `/reports/${run}/journal.jsonl` });
  const start = { run, environment: 'world', staging: 'embedded', stagingId: 'world-1', toolVersion: '0' } as const;
  await journal.append({ kind: 'run-started', ...start, pid: 100, processStartedAt: 'then' });
  const changes = [
    { before: 'private', value: 'shared' },
    { before: 'shared', value: 'public' },
  ];
  for (const [index, { before, value }] of changes.entries()) {
    const { seq: of } = await journal.append({
      ...{ kind: 'intent', scenario: 'flip', n: 1, role: 'fault', index, fault: 'sim.flip', marker, settleMs: 0 },
      ...{ params: { resource: 'bucket', value, impairs: [] }, touches: ['bucket'] },
      preImage: await states.keep(`flip-${index}`, before),
    });
    await journal.append({ kind: 'acknowledged', of, acknowledgement: {}, requestIds: [] });
  }
  world.resources.set('bucket', 'public');
  const again = () =>
    recover({
      ...{ disk, clock, random, catalogue: worldCatalogue(world), endProgram: async () => 'gone' },
      folders: { reports: '/reports', state: '/state' },
      environment: async () => upWith('world-1', world.target()),
      process: { pid: 200, startedAt: 'now', host: 'here', isAlive: async () => false },
      abandon: new AbortController().signal,
    });
  return { world, again };
}
