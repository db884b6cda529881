import { UsageError } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** What k6's summary says, whichever of its three shapes it has. */
export interface K6Summary {
  readonly shape: 'summary-export' | 'handle-summary' | 'machine-readable';
  readonly durationMs?: number;
  readonly requests?: number;
  readonly iterations?: number;
  /** Iterations that were due and never begun: https://grafana.com/docs/k6/latest/using-k6/metrics/reference/ */
  readonly dropped?: number;
  /** By any protocol. */
  readonly sentBytes?: number;
  readonly errorRatio?: number;
  readonly latencyMs: { readonly p50?: number; readonly p95?: number; readonly p99?: number; readonly max?: number };
  /** Undefined where the shape has none, as the machine-readable one. */
  readonly thresholds?: readonly { readonly metric: string; readonly threshold: string; readonly isCrossed: boolean }[];
}

/**
 * Reads the summary of `--summary-export` (in which a threshold of `true` means crossed), of `handleSummary(data)` (in
 * which `{ ok: true }` means passed), or of `--new-machine-readable-summary` (which has no thresholds).
 * https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/
 */
export function readSummary(text: string): K6Summary {
  const root = objectOf(parse(text));
  const results = objectOf(root?.['results']);
  if (results !== undefined && Array.isArray(results['metrics'])) {
    const metrics = (results['metrics'] as readonly Json[]).flatMap((one) => {
      const metric = objectOf(one);
      const name = metric?.['name'];
      return typeof name === 'string' ? [[name, objectOf(metric?.['values']) ?? {}] as const] : [];
    });
    const seconds = numberOf(objectOf(root?.['config'])?.['duration']);
    return {
      shape: 'machine-readable',
      ...(seconds === undefined ? {} : { durationMs: seconds * 1000 }),
      ...figuresOf(new Map(metrics)),
    };
  }
  const metrics = objectOf(root?.['metrics']);
  if (metrics === undefined) throw unreadable('has neither metrics nor results');
  const all = Object.entries(metrics).map(([name, metric]) => [name, objectOf(metric) ?? {}] as const);
  const isHandled = all.some(([, metric]) => objectOf(metric['values']) !== undefined);
  const valuesOf = (metric: JsonObject) => (isHandled ? (objectOf(metric['values']) ?? {}) : metric);
  const durationMs = numberOf(objectOf(root?.['state'])?.['testRunDurationMs']);
  return {
    shape: isHandled ? 'handle-summary' : 'summary-export',
    ...(durationMs === undefined ? {} : { durationMs }),
    ...figuresOf(new Map(all.map(([name, metric]) => [name, valuesOf(metric)]))),
    thresholds: all.flatMap(([metric, { thresholds }]) =>
      Object.entries(objectOf(thresholds) ?? {}).map(([threshold, value]) => ({
        metric,
        threshold,
        isCrossed: isHandled ? objectOf(value)?.['ok'] !== true : value !== false,
      })),
    ),
  };
}

type Figures = Pick<K6Summary, 'requests' | 'iterations' | 'dropped' | 'sentBytes' | 'errorRatio' | 'latencyMs'>;

function figuresOf(metrics: ReadonlyMap<string, JsonObject>): Figures {
  const failed = metrics.get('http_req_failed');
  const times = metrics.get('http_req_duration') ?? {};
  const requests = numberOf(metrics.get('http_reqs')?.['count']);
  const iterations = numberOf(metrics.get('iterations')?.['count']);
  const dropped = numberOf(metrics.get('dropped_iterations')?.['count']);
  const sentBytes = numberOf(metrics.get('data_sent')?.['count']);
  // `rate` in two shapes, `value` in the oldest.
  const errorRatio = numberOf(failed?.['rate']) ?? numberOf(failed?.['value']);
  const latency = { p50: times['med'], p95: times['p(95)'], p99: times['p(99)'], max: times['max'] };
  return {
    ...(requests === undefined ? {} : { requests }),
    ...(iterations === undefined ? {} : { iterations }),
    ...(dropped === undefined ? {} : { dropped }),
    ...(sentBytes === undefined ? {} : { sentBytes }),
    ...(errorRatio === undefined ? {} : { errorRatio }),
    latencyMs: Object.fromEntries(Object.entries(latency).filter(([, ms]) => typeof ms === 'number')),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw unreadable('is no JSON', error);
  }
}

function unreadable(why: string, cause?: unknown): UsageError {
  return new UsageError(`The summary of k6 ${why}.`, cause === undefined ? undefined : { cause });
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
