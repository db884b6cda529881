import type { Clock } from '../../model/clock.ts';
import { type DetectorSwitches, outward } from '../detection/options.ts';
import { alertOf, type Labels, type Notification, notificationOf } from './notification.ts';
import { createRule } from './rule.ts';
import type { Uptime } from './start-up.ts';

/** What the monitor sees at one moment. */
export interface Look {
  /** Whether the health check of a region is answered well. */
  readonly isRegionUp: (url: string) => Promise<boolean>;
  /** Whether a user's request is answered well. */
  readonly isEndpointUp: () => Promise<boolean>;
}

export interface MonitorParts extends Look {
  readonly startUp: Pick<Uptime, 'regions' | 'everyMs' | 'forMs' | 'errors'>;
  readonly switches: DetectorSwitches;
  readonly deliver: (notification: Notification) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Monitor {
  /** Looks and evaluates until the signal ends it. */
  readonly run: () => Promise<void>;
  /** Posts a sample alert that carries a marker. */
  readonly test: (marker: string) => void;
  /** Posts an alert that has nothing to do with any scenario. */
  readonly chatter: (resource: string) => void;
}

/** Watches regions and endpoint as an uptime monitor does, with the rules `RegionDown` and `EndpointErrors`. */
export function createMonitor(parts: MonitorParts): Monitor {
  const { startUp, switches, deliver, clock, signal } = parts;
  const out = outward(deliver, switches, { clock, signal });
  const now = () => new Date(clock.epochMs()).toISOString();

  function follow(labels: Labels, summary: string, forMs: number): (holds: boolean) => void {
    const rule = createRule(forMs);
    let startsAt = now();
    return (holds) => {
      const change = rule.evaluate(holds, clock.monoMs());
      if (change === undefined) return;
      if (change === 'fires') startsAt = now();
      const ends = change === 'resolves' ? { endsAt: now() } : {};
      out.raise(notificationOf(alertOf(labels, summary, { startsAt, ...ends })));
    };
  }

  async function watchRegion(region: string, url: string): Promise<void> {
    const labels = {
      alertname: 'RegionDown',
      severity: 'critical',
      resource: `region/${region}`,
      region,
      job: 'inference',
    };
    const take = follow(labels, `Region ${region} does not answer its health check.`, startUp.forMs.regionDown);
    await every(startUp.everyMs, async () => take(!(await parts.isRegionUp(url))));
  }

  async function watchEndpoint(): Promise<void> {
    const labels = { alertname: 'EndpointErrors', severity: 'high', resource: 'endpoint/inference', job: 'inference' };
    const take = follow(labels, 'Too many inference requests fail.', startUp.forMs.endpointErrors);
    const results: { readonly monoMs: number; readonly isUp: boolean }[] = [];
    await every(startUp.everyMs, async () => {
      const isUp = await parts.isEndpointUp();
      results.push({ monoMs: clock.monoMs(), isUp });
      while ((results[0]?.monoMs ?? 0) < clock.monoMs() - startUp.errors.windowMs) results.shift();
      const failed = results.filter((one) => !one.isUp).length;
      take(failed / results.length > startUp.errors.ratio);
    });
  }

  async function every(ms: number, act: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const began = clock.monoMs();
      await act();
      const restMs = Math.max(0, ms - (clock.monoMs() - began));
      await clock.sleep(restMs, signal).catch(() => undefined);
    }
  }

  return {
    run: async () => {
      const regions = Object.entries(startUp.regions).map(([name, url]) => watchRegion(name, url));
      await Promise.all([...regions, watchEndpoint()]);
    },
    test: (marker) => {
      const labels = { alertname: 'windshear-test', severity: 'info', sample: 'true', marker };
      out.prove(notificationOf(alertOf(labels, `A test of the path: ${marker}`, { startsAt: now() })));
    },
    chatter: (resource) => {
      const labels = { alertname: 'CertificateExpiresSoon', severity: 'low', resource, n: String(clock.monoMs()) };
      out.raise(notificationOf(alertOf(labels, 'A certificate expires in 20 days.', { startsAt: now() })));
    },
  };
}
