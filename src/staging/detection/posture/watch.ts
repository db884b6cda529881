import type { Clock } from '../../../model/clock.ts';
import type { Log } from '../child-process.ts';
import { type DetectorSwitches, heldBack } from '../options.ts';
import { describe } from '../outbox.ts';
import type { AlertStore, Labels } from './alert-store.ts';
import type { Check, Condition, StateReader } from './checks.ts';

export interface WatchOptions {
  readonly checks: readonly Check[];
  readonly reader: StateReader;
  readonly store: AlertStore;
  readonly account: string;
  readonly switches: DetectorSwitches;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const intervalMs = 500;

/**
 * Runs every check each 500 ms until the signal ends it, and keeps the store's alerts as the state is: they start
 * when it turns bad and go when it is good again. A check whose read fails leaves its alert as it was.
 */
export async function watchPosture(options: WatchOptions): Promise<void> {
  const { checks, reader, store, account, switches, clock, log, signal } = options;
  const firing = new Map<Check, Labels>();
  const failing = new Set<Check>();
  const settle = heldBack(apply, switches.delayMs, { clock, signal });

  while (!signal.aborted) {
    const startedMs = clock.monoMs();
    if (switches.rules) await Promise.all(checks.map(judge));
    const restMs = Math.max(0, intervalMs - (clock.monoMs() - startedMs));
    await clock.sleep(restMs, signal).catch(() => undefined);
  }

  async function judge(check: Check): Promise<void> {
    try {
      settle({ check, condition: await check.run(reader) });
      if (failing.delete(check)) log(`posture: ${check.name} can be read again`);
    } catch (error) {
      if (signal.aborted || failing.has(check)) return;
      failing.add(check);
      log(`posture: ${check.name} cannot be read, trying on: ${describe(error)}`);
    }
  }

  function apply({ check, condition }: { readonly check: Check; readonly condition: Condition | undefined }): void {
    const before = firing.get(check);
    if (condition === undefined) {
      firing.delete(check);
      if (before !== undefined) store.resolve(before);
      return;
    }
    const { alertname, severity, resource, region, summary } = condition;
    const labels = { alertname, severity, resource, account, region };
    store.fire({ labels, annotations: { summary } });
    firing.set(check, labels);
  }
}

/** Makes short-lived alerts of another name about the given resources. */
export function postureChatter(
  store: AlertStore,
  switches: DetectorSwitches,
  { account, clock }: { readonly account: string; readonly clock: Clock },
): (resourceArn: string) => void {
  let count = 0;
  return (resource) => {
    if (!switches.rules) return;
    count += 1;
    const labels = { alertname: 'TagPolicyDrift', severity: 'low', resource, account, tag: `owner-${count % 100}` };
    store.fire({ labels, endsAt: new Date(clock.epochMs() + chatterLivesMs).toISOString() });
  };
}

const chatterLivesMs = 2000;
