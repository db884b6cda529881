import { CallError } from '../../model/call.ts';
import type { ProcessClients, ProcessCommand, ProcessResult } from '../../targets/process/clients.ts';
import { type CallFate, failure, type ObservedCall } from './unreliable-aws.ts';

/** A program that keeps flags: `flagctl set <name> <value>`, `flagctl get <name>`, `flagctl unset <name>`. */
export class FakePrograms {
  readonly flags = new Map<string, string>();

  clients(): ProcessClients {
    return {
      run: async (command, signal) => {
        signal.throwIfAborted();
        return this.#run(command);
      },
      start: () => Promise.reject(new CallError('failed', 'NotStarted', 'a fake starts nothing')),
      scratch: () => Promise.reject(new Error('a fake has no folder')),
      cache: () => Promise.reject(new Error('a fake has no folder')),
      find: async () => undefined,
    };
  }

  #run({ argv }: ProcessCommand): ProcessResult {
    const [, verb = '', name = '', value = ''] = argv;
    const found = this.flags.get(name);
    if (verb === 'set') this.flags.set(name, value);
    else if (verb === 'unset') this.flags.delete(name);
    else if (verb !== 'get') return { exitCode: 2, stdout: '', stderr: `unknown verb ${verb}` };
    else if (found === undefined) return { exitCode: 1, stdout: '', stderr: 'no such flag' };
    return { exitCode: 0, stdout: verb === 'get' ? `${found}\n` : '', stderr: '' };
  }
}

/** Lets `decide` choose the fate of each run; the program may also act before its end is lost. */
export function unreliablePrograms(
  clients: ProcessClients,
  decide: (call: ObservedCall) => CallFate | Promise<CallFate>,
): ProcessClients {
  let n = 0;
  return {
    ...clients,
    run: async (command, signal) => {
      signal.throwIfAborted();
      const action = `exec ${command.argv[0]}`;
      const fate = await decide({ n: ++n, action, mutating: command.mutating });
      if (fate === 'proceed') return clients.run(command, signal);
      if (fate === 'unanswered-after-acting') await Promise.allSettled([clients.run(command, signal)]);
      throw failure(fate, action);
    },
  };
}
