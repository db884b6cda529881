import { join } from 'node:path';
import { runsOf } from '../../src/testing/game-day/command-line.ts';
import {
  allAreIn,
  holdFaults,
  type StopTime,
  stoppable,
  stoppableFaults,
  stopTimeOf,
} from '../../src/testing/game-day/stop-time.ts';
import { openWorkplace, type Workplace } from '../../src/testing/game-day/workplace.ts';
import { type Figure, measured } from './figure.ts';

/** From the stop file on disk to the last revert that was answered, by the journal. */
export const stopTime: Figure = {
  name: `stop, ${stoppableFaults} faults in`,
  unit: 'ms',
  goal: '< 2000',
  measure: async ({ runs }) => {
    const work = await openWorkplace();
    try {
      await holdFaults(work);
      await work.up();
      const times: StopTime[] = [];
      for (let n = 0; n < runs; n++) times.push(await stopOnce(work));
      const verified = times.map(({ verifiedMs }) => verifiedMs);
      return measured(
        times.map(({ revertedMs }) => revertedMs),
        `verified after ${Math.max(...verified)} at most`,
      );
    } finally {
      await work.close();
    }
  },
};

async function stopOnce(work: Workplace): Promise<StopTime> {
  const going = work.start('run', ...stoppable);
  await going.came('all faults were in', allAreIn);
  await work.windshear('stop');
  const { code, stderr } = await going.ended;
  if (code !== 130) throw new Error(`The run that was stopped ended with exit code ${code}: ${stderr}`);
  const run = (await runsOf(work.folder)).at(-1);
  return stopTimeOf(join(work.folder, '.windshear/stop'), join(work.folder, 'reports', String(run)));
}
