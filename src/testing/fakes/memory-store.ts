import type { Store, Stored } from '../../model/store.ts';

/** What happens to an operation: it goes through, or fails before or after it took effect. */
export type StoreFate = 'proceed' | { readonly fail: 'before' | 'after'; readonly error: Error };

export interface StoreOperation {
  readonly kind: 'read' | 'write' | 'list' | 'remove';
  readonly name: string;
}

/** Keeps objects in memory, for several holders at once; `decide` makes chosen operations fail. */
export class MemoryStore implements Store {
  readonly address = 'memory://store';
  readonly objects = new Map<string, Stored>();
  decide: (operation: StoreOperation) => StoreFate = () => 'proceed';
  #version = 0;

  read(name: string): Promise<Stored | undefined> {
    return this.#do({ kind: 'read', name }, () => this.objects.get(name));
  }

  write(name: string, bytes: Uint8Array, { over }: { readonly over: string | undefined }): Promise<string | undefined> {
    return this.#do({ kind: 'write', name }, () => {
      if (this.objects.get(name)?.version !== over) return undefined;
      const version = String(++this.#version);
      this.objects.set(name, { bytes: Uint8Array.from(bytes), version });
      return version;
    });
  }

  list(prefix: string): Promise<readonly string[]> {
    const names = () => [...this.objects.keys()].filter((name) => name.startsWith(prefix)).sort();
    return this.#do({ kind: 'list', name: prefix }, names);
  }

  remove(name: string): Promise<void> {
    return this.#do({ kind: 'remove', name }, () => {
      this.objects.delete(name);
    });
  }

  async #do<T>(operation: StoreOperation, act: () => T): Promise<T> {
    const fate = this.decide(operation);
    if (fate !== 'proceed' && fate.fail === 'before') throw fate.error;
    const result = act();
    if (fate !== 'proceed') throw fate.error;
    return result;
  }
}
