import type { Target } from '../model/target.ts';
import { startOf } from '../system/process-identity.ts';
import { processTarget } from '../targets/process/process-target.ts';
import { realTime } from './real-time.ts';

/** A target of real programs of this machine, which get no environment variables of ours. */
export function ownPrograms(
  executables: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
): Target {
  const config = { executables: [...executables], variables: [], proof: {}, grace: 1000 };
  return processTarget(config, { embedded: true, clock: realTime, startOf, variables });
}
