import { exitCodes, WindshearError } from '../model/errors.ts';
import type { BoundStopCondition } from '../model/run.ts';

/** Is the reason of a stop signal: which limit was passed, and by how much. */
export class StopConditionFired extends WindshearError {
  /** True where the environment itself is beyond a limit: the whole run ends then. */
  readonly endsRun: boolean;
  constructor(condition: BoundStopCondition, what: string) {
    const whose = condition.of === 'environment' ? 'the environment' : 'the scenario';
    super('stop-condition', exitCodes.failed, `A stop condition of ${whose} ended it: ${what}.`);
    this.endsRun = condition.of === 'environment' && condition.kind === 'probe';
  }
}
