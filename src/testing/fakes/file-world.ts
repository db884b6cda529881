import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../../model/marker.ts';
import type { WorldCall } from './memory-world.ts';

/** A system of named switches that outlives its users: each switch that is on is a file that holds who turned it on. */
export class FileWorld {
  readonly on: Pick<Map<string, string>, 'get' | 'set' | 'delete'>;
  readonly #beforeCall: () => Promise<void>;

  constructor(folder: string, beforeCall: () => Promise<void> = async () => {}) {
    this.#beforeCall = beforeCall;
    const on: FileWorld['on'] = {
      get: (name) => readIfThere(join(folder, name)),
      set: (name, holder) => {
        writeFileSync(join(folder, name), holder);
        return new Map();
      },
      delete: (name) => {
        rmSync(join(folder, name));
        return true;
      },
    };
    this.on = on;
  }

  async call(
    _phase: Phase,
    _what: WorldCall['what'],
    _name: string,
    signal: AbortSignal,
    act: () => void,
  ): Promise<void> {
    signal.throwIfAborted();
    await this.#beforeCall();
    act();
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
