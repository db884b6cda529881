import { z } from 'zod';
import type { Clock } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import { defineLoad, type LoadFigures, type PhaseWindow } from '../model/load.ts';
import type { HttpClients, Traffic } from '../targets/http/clients.ts';
import { createHistogram } from './histogram.ts';
import { createImpairment } from './impairment.ts';

const params = z.strictObject({
  url: z.string().regex(/^https?:\/\/[^\s/$?#]\S*$/, { error: 'must be a URL (http:// or https://)' }),
  method: z.enum(['GET', 'HEAD', 'POST']).default('GET'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}),
  body: z.json().optional(),
  /** Leaves the token of the environment's identity out. */
  anonymous: z.boolean().default(false),
  /** Requests a second, whether or not the service keeps up. */
  rate: z.number().min(0.1).max(5000).default(50),
  /** A request that takes longer is an error. */
  timeoutMs: z.number().int().min(10).max(60_000).default(2000),
  /** More requests than these are not sent, and count as errors. */
  maxInFlight: z.number().int().min(1).max(50_000).default(10_000),
  /** Up to this share of errors users count as well. */
  toleratedErrorRatio: z.number().min(0).max(1).default(0.01),
});
type Params = z.infer<typeof params>;

/**
 * Sends requests at a constant arrival rate (an open model: users do not wait for one another), and counts each from
 * the moment at which it was due. https://www.scylladb.com/2021/04/22/on-coordinated-omission/
 */
export const http = defineLoad({
  type: 'http',
  title: 'HTTP requests at a constant rate',
  description:
    'Requests at a constant arrival rate; error ratio and p50, p95, p99 for each phase of the trial, counted from the moment at which each request was due, and the moment at which users were well again.',
  target: 'http',
  params,
  example: params.parse({ url: 'http://127.0.0.1:8080/v1/infer' }),
  permissions: [],
  phases: ['before', 'during', 'after'],
  tellsRecovery: true,
  ratePerSecond: ({ rate }) => rate,
  start: async (ctx: { clock: Clock; signal: AbortSignal; clients: HttpClients }, p: Params) => {
    ctx.signal.throwIfAborted();
    const { url, method, headers, anonymous, body } = p;
    const traffic = ctx.clients.traffic({
      url,
      method,
      headers,
      anonymous,
      ...(body === undefined ? {} : { body: body as Json }),
    });
    const generator = generate(ctx, p, traffic);
    return generator;
  },
});

/** How one request went, since it was due. */
interface Asked {
  readonly dueMonoMs: number;
  tookMs: number;
  isGood: boolean;
}

interface InFlight {
  readonly sentMonoMs: number;
  readonly abandon: () => void;
}

/** Later than this the generator itself is too slow to be believed. */
const behindMs = 250;

function generate({ clock, signal }: { clock: Clock; signal: AbortSignal }, p: Params, traffic: Traffic) {
  const startMonoMs = clock.monoMs();
  const gapMs = 1000 / p.rate;
  const impairment = createImpairment(p.toleratedErrorRatio);
  const inFlight = new Set<InFlight>();
  const underWay = new Set<Promise<void>>();
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const asked: Asked[] = [];
  let next = 0;
  let worstLagMs = 0;

  async function one(dueMonoMs: number): Promise<void> {
    const it: Asked = { dueMonoMs, tookMs: 0, isGood: false };
    asked.push(it);
    const sentMonoMs = clock.monoMs();
    worstLagMs = Math.max(worstLagMs, sentMonoMs - dueMonoMs);
    const request = inFlight.size < p.maxInFlight ? traffic.send() : undefined;
    const flight = { sentMonoMs, abandon: request?.abandon ?? (() => undefined) };
    if (request !== undefined) inFlight.add(flight);
    const status = request === undefined ? 0 : await request.status;
    inFlight.delete(flight);
    it.isGood = status >= 200 && status < 400;
    const tookMs = clock.monoMs() - dueMonoMs;
    it.tookMs = it.isGood ? tookMs : Math.max(tookMs, p.timeoutMs);
    impairment.note(dueMonoMs, it.isGood, clock.monoMs());
  }

  /** Sent in order, so that the first that is young enough ends the search. */
  function giveUpLate(): void {
    for (const { sentMonoMs, abandon } of inFlight) {
      if (clock.monoMs() - sentMonoMs < p.timeoutMs) return;
      abandon();
    }
  }

  async function run(): Promise<void> {
    while (!ended.aborted) {
      const now = clock.monoMs();
      for (; startMonoMs + next * gapMs <= now; next += 1) {
        const sent: Promise<void> = one(startMonoMs + next * gapMs).finally(() => underWay.delete(sent));
        underWay.add(sent);
      }
      giveUpLate();
      const restMs = Math.max(1, Math.min(startMonoMs + next * gapMs - clock.monoMs(), p.timeoutMs / 10));
      await clock.sleep(restMs, ended).catch(() => undefined);
    }
  }

  const running = run();
  signal.addEventListener('abort', traffic.close, { once: true });

  async function stop(phases: readonly PhaseWindow[]) {
    over.abort(new Error('the load is stopped'));
    await running;
    const endMonoMs = clock.monoMs();
    const drained = new AbortController();
    void Promise.all(underWay).then(() => drained.abort());
    while (!drained.signal.aborted) {
      giveUpLate();
      await clock.sleep(p.timeoutMs / 10, drained.signal).catch(() => undefined);
    }
    traffic.close();
    signal.removeEventListener('abort', traffic.close);
    return {
      figures: phases.map((window) => figuresOf(asked, { untilMonoMs: endMonoMs, ...window })),
      limits: [],
      impaired: impairment.periods(endMonoMs),
      ...(worstLagMs <= behindMs
        ? {}
        : {
            unsound: `Requests were sent up to ${Math.round(worstLagMs)} ms after they were due: the generator was too slow.`,
          }),
    };
  }

  let stopping: ReturnType<typeof stop> | undefined;
  return {
    // What hangs is no sign that users are well.
    impaired: () => impairment.periods(inFlight.values().next().value?.sentMonoMs ?? clock.monoMs()),
    stop: (phases: readonly PhaseWindow[]) => {
      stopping ??= stop(phases);
      return stopping;
    },
  };
}

function figuresOf(all: readonly Asked[], { phase, fromMonoMs, untilMonoMs }: Required<PhaseWindow>): LoadFigures {
  const asked = all.filter(({ dueMonoMs }) => dueMonoMs >= fromMonoMs && dueMonoMs < untilMonoMs);
  const requests = asked.length;
  const errors = asked.filter(({ isGood }) => !isGood).length;
  const histogram = createHistogram();
  for (const { tookMs } of asked) histogram.record(tookMs);
  const at = (percent: number) => histogram.percentile(percent) ?? 0;
  return {
    phase,
    durationMs: untilMonoMs - fromMonoMs,
    requests,
    errors,
    errorRatio: requests === 0 ? 0 : errors / requests,
    latencyMs: requests === 0 ? {} : { p50: at(50), p95: at(95), p99: at(99), max: histogram.max() ?? 0 },
  };
}
