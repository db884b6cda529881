import { posix } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { addressOf } from '../model/environment-lease.ts';
import type { Store, Stored } from '../model/store.ts';
import { errorCode } from './disk-error.ts';

/**
 * Keeps objects in a folder that several machines share. Each version is a file of its own, `<name>@<number>`, made
 * exclusively; the highest number is the latest, and older ones are removed once it is there.
 */
export function fileStore(disk: Disk, folder: string): Store {
  const pathOf = (name: string, number: number) => posix.join(folder, `${encode(name)}@${number}`);

  async function numbersOf(name: string): Promise<readonly number[]> {
    const all = await versions(disk, folder);
    return all.filter((one) => one.name === name).map(({ number }) => number);
  }

  async function read(name: string): Promise<Stored | undefined> {
    for (;;) {
      const latest = Math.max(0, ...(await numbersOf(name)));
      if (latest === 0) return undefined;
      try {
        return { bytes: await disk.read(pathOf(name, latest)), version: String(latest) };
      } catch (error) {
        // It was replaced between the two looks.
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    }
  }

  return {
    address: addressOf({ type: 'file', folder }),
    read,
    async write(name, bytes, { over }) {
      await disk.makeFolder(folder, 0o700);
      const number = Number(over ?? 0) + 1;
      const before = await numbersOf(name);
      if (Math.max(0, ...before) !== number - 1) return undefined;
      if (!(await disk.createExclusively(pathOf(name, number), bytes, 0o600))) return undefined;
      // A writer that was suspended may have made a number which was long replaced and removed.
      const after = await numbersOf(name);
      if (Math.max(0, ...after) !== number) {
        await disk.remove(pathOf(name, number));
        return undefined;
      }
      for (const older of after) if (older < number) await disk.remove(pathOf(name, older));
      return String(number);
    },
    async list(prefix) {
      const names = (await versions(disk, folder)).map(({ name }) => name);
      return [...new Set(names)].filter((name) => name.startsWith(prefix)).sort();
    },
    async remove(name) {
      for (const number of await numbersOf(name)) await disk.remove(pathOf(name, number));
    },
  };
}

async function versions(disk: Disk, folder: string) {
  if (!(await disk.exists(folder))) return [];
  return (await disk.list(folder)).flatMap((file) => {
    const [, name, number] = /^(.+)@([1-9]\d*)$/.exec(file) ?? [];
    return name === undefined || number === undefined ? [] : [{ name: decode(name), number: Number(number) }];
  });
}

function encode(name: string): string {
  return name.replaceAll('/', '~');
}

function decode(file: string): string {
  return file.replaceAll('~', '/');
}
