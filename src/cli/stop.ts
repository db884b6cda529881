import { resolve } from 'node:path';
import type { CommandDefinition } from './command.ts';
import { withOutputOptions } from './options.ts';

/** `windshear stop`: asks every run that was started in this folder to end and to revert what is in. */
export const stopCommand: CommandDefinition = {
  define: (command, host) => {
    withOutputOptions(command).action(async (options: { readonly color: boolean; readonly json?: boolean }) => {
      const [
        { requestStop },
        { systemDisk: disk },
        { systemClock: clock },
        { isAlive, thisProcess },
        { unfinishedRuns },
      ] = await Promise.all([
        import('../engine/stop.ts'),
        import('../system/system-disk.ts'),
        import('../system/system-clock.ts'),
        import('../system/process-identity.ts'),
        import('../engine/unfinished-runs.ts'),
      ]);
      const console = host.console(options);
      await requestStop({ disk, clock, folder: resolve(console.cwd, '.windshear') }, 'windshear stop');
      const { pid, startedAt, host: machine } = await thisProcess();
      const { isGoing } = await import('../engine/unfinished-runs.ts');
      const going: string[] = [];
      for (const run of await unfinishedRuns(disk, resolve(console.cwd, 'reports'))) {
        if (await isGoing(run, { pid, startedAt, host: machine, isAlive })) going.push(run.runId);
      }
      if (options.json === true) console.out(JSON.stringify({ asked: going }));
      else if (going.length === 0)
        console.out('No run is going in this folder; one that starts within seconds will stop.');
      else console.out(`Asked ${going.join(', ')} to stop: injections end at once, and what is in is reverted.`);
    });
  },
};
