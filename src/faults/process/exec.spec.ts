import { expect } from 'chai';
import type { FaultContext } from '../../model/fault.ts';
import type { ProcessClients, ProcessCommand, ProcessResult } from '../../targets/process/clients.ts';
import { realTime } from '../../testing/real-time.ts';
import { processExec } from './exec.ts';

const secret = 'value-that-was-there-before';

describe('process.exec', () => {
  const commands: ProcessCommand[] = [];
  let undone: ProcessResult = { exitCode: 0, stdout: '', stderr: '' };
  const ctx = {
    clock: realTime,
    marker: 'wsabcdefghij23',
    signal: new AbortController().signal,
    clients: {
      run: async (command: ProcessCommand) => {
        commands.push(command);
        return command.argv[1] === 'get' ? { exitCode: 0, stdout: 'ours', stderr: '' } : undone;
      },
    },
  } as unknown as FaultContext<ProcessClients>;
  const params = processExec.params.parse({
    argv: ['/bin/flag', 'set', 'ours'],
    touches: ['flag/a'],
    read: { argv: ['/bin/flag', 'get'] },
    undo: { argv: ['/bin/flag', 'restore'], input: `\${before}` },
  });
  const revert = () => processExec.revert(ctx, params, { state: secret });

  it('hands what was before to undo on stdin, where no other user sees it', async () => {
    expect(await revert()).to.include({ outcome: 'removed' });
    expect(commands.at(-1)).to.deep.include({ argv: ['/bin/flag', 'restore'], input: secret });
    expect(commands.flatMap(({ argv }) => argv).join(' ')).to.not.contain(secret);
  });

  it('tells why undo failed, but for the value that it quotes', async () => {
    undone = { exitCode: 1, stdout: '', stderr: `bad value: ${secret}\n` };
    const error = await Promise.resolve(revert()).catch((reason: unknown) => reason);
    expect(String(error)).to.contain('bad value: <secret>').and.not.contain(secret);
  });
});
