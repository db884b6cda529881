import { isDeepStrictEqual } from 'node:util';
import type { Workplace } from './workplace.ts';

const mostMs = 5000;

/**
 * Says where the staging is not as it was, as far as the second level of its dump; empty where it is. A Deployment that
 * was taken back still has to replace its pods, so it is given a while.
 */
export async function differencesTo(work: Workplace, untouched: unknown): Promise<readonly string[]> {
  const deadlineMs = performance.now() + mostMs;
  for (;;) {
    const now = await work.account();
    if (isDeepStrictEqual(now, untouched)) return [];
    if (performance.now() > deadlineMs) return differences(now, untouched);
  }
}

function differences(now: unknown, before: unknown): readonly string[] {
  const parts = (dump: unknown) => Object.entries((dump ?? {}) as Readonly<Record<string, unknown>>);
  const was = new Map(parts(before));
  return parts(now).flatMap(([part, value]) => {
    if (isDeepStrictEqual(value, was.get(part))) return [];
    const old = new Map(parts(was.get(part)));
    const current = new Map(parts(value));
    const names = new Set([...current.keys(), ...old.keys()]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(current.get(name), old.get(name)))
      .map((name) => `${part} ${name}`);
  });
}
