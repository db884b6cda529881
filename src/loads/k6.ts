import { z } from 'zod';
import { UsageError } from '../model/errors.ts';
import { defineLoad, type LoadContext, type LoadFigures, type LoadSummary } from '../model/load.ts';
import type { ProcessClients, ProcessResult, Scratch } from '../targets/process/clients.ts';
import { demandTools, findBinary } from './k6-binary.ts';
import { type K6End, readExit, undelivered } from './k6-exit.ts';
import { limitsOf } from './k6-limits.ts';
import { scriptFor } from './k6-script.ts';
import { type K6Summary, readSummary } from './k6-summary.ts';

const durationField = z.string().regex(/^\d+(ms|s|m)$/, { error: 'must be a duration with a unit (500ms, 30s, 5m)' });

const params = z
  .strictObject({
    /** A script of yours; ours is made of the fields below. */
    script: z.string().regex(/^\/\S/, { error: 'must be an absolute path' }).optional(),
    url: z
      .string()
      .regex(/^https?:\/\/[^\s/$?#]\S*$/, { error: 'must be a URL (http:// or https://)' })
      .optional(),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}),
    body: z.json().optional(),
    /** Requests a second; of a script of yours, how many it sends at most, which the budget must know. */
    rate: z.number().int().min(1).max(10_000).optional(),
    /** Of a script of yours, how many it has at most, which the budget must know. */
    maxVUs: z.number().int().min(1).max(10_000).default(200),
    /** It ends with the trial, and at the latest after this. */
    duration: durationField.default('10m'),
    /** By metric, as k6 writes them: `http_req_failed: ["rate<0.05"]`. */
    thresholds: z.record(z.string(), z.array(z.string().min(1)).min(1)).default({}),
    /** Environment of the script; secrets are not for here. */
    env: z.record(z.string().regex(/^\w+$/), z.string()).default({}),
    /** Where your script's handleSummary writes its data, if k6's own summary is not to be read. */
    summaryFile: z
      .string()
      .regex(/^[\w.-]+$/, { error: 'must be the name of a file' })
      .optional(),
    /** Modules of extensions, with their versions; a k6 is built with them once. */
    extensions: z
      .array(
        z
          .string()
          .regex(/^[\w./-]+@v\d[\w.+-]*$/, { error: 'must be a module with its version (github.com/…@v1.2.3)' }),
      )
      .default([]),
    /** The version of k6 that extensions are built into. */
    version: z
      .string()
      .regex(/^v\d+\.\d+\.\d+$/, { error: 'must be a version (v1.8.1)' })
      .optional(),
  })
  .superRefine((p, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((p.script === undefined) === (p.url === undefined)) problem('script', 'either script or url must be given');
    if (p.extensions.length > 0 && p.version === undefined) problem('version', 'extensions need a version of k6');
    if (p.script !== undefined && p.rate === undefined) {
      problem('rate', 'a script of yours must say how many requests a second it sends at most');
    }
    if (p.script !== undefined && Object.keys(p.thresholds).length > 0) {
      problem('thresholds', 'a script of yours has its own thresholds');
    }
  });
type Params = z.infer<typeof params>;
type Context = LoadContext<ProcessClients>;

/** Of our script, where the scenario names none. */
const ownRate = 50;
const exportName = 'windshear-summary.json';
/** The first SIGINT is graceful: k6 ends its iterations and still writes its summary. */
const graceMs = 15_000;

/** Runs k6 with our script or the user's, until the trial is over, and reads its summary and thresholds. */
export const k6 = defineLoad({
  type: 'k6',
  title: 'A k6 script',
  description:
    'Runs k6 while the trial goes on, with a script of yours or one for a URL at a constant arrival rate. Its thresholds become verdicts; a run that failed is inconclusive, never a pass. Extensions are built in once, with xk6 or Go.',
  target: 'process',
  params,
  example: params.parse({ url: 'http://127.0.0.1:8080/v1/infer', thresholds: { http_req_failed: ['rate<0.05'] } }),
  permissions: [],
  phases: ['whole'],
  tellsRecovery: false,
  ratePerSecond: ({ rate = ownRate }) => rate,
  virtualUsers: ({ maxVUs }) => maxVUs,
  find: demandTools,
  prepare: async (ctx: Context, p: Params) => {
    const binary = await findBinary(ctx, p);
    const { exitCode, stdout, stderr } = await ctx.clients.run(
      { argv: [binary, 'version'], timeoutMs: 30_000, mutating: false },
      ctx.signal,
    );
    if (exitCode !== 0) {
      const said = (stderr || stdout).trim().split('\n')[0]?.slice(0, 200);
      throw new UsageError(
        `Scenario '${ctx.scenario}' needs k6, and '${binary} version' ended with ${exitCode}: ${said}`,
      );
    }
  },
  start: async (ctx: Context, p: Params) => {
    const binary = await findBinary(ctx, p);
    const scratch = await ctx.clients.scratch();
    const script = p.script ?? (await scratch.write('script.js', ownScript(p)));
    const argv: [string, ...string[]] = [
      binary,
      'run',
      '--quiet',
      '--no-color',
      '--no-usage-report',
      '--address',
      '',
      '--user-agent',
      ctx.userAgent,
      '--summary-export',
      `${scratch.path}/${exportName}`,
      script,
    ];
    const env = { K6_AUTO_EXTENSION_RESOLUTION: 'false', K6_NO_USAGE_REPORT: 'true', HOME: scratch.path, ...p.env };
    const startedMonoMs = ctx.clock.monoMs();
    const command = { argv, env, cwd: scratch.path, timeoutMs: Number.MAX_SAFE_INTEGER, mutating: false };
    const running = await ctx.clients.start(command, ctx.signal);
    let endedMonoMs: number | undefined;
    void running.ended.then(() => {
      endedMonoMs = ctx.clock.monoMs();
    });

    async function stop(): Promise<LoadSummary> {
      const itself = endedMonoMs === undefined ? {} : { endedMonoMs };
      const isAskedFor = endedMonoMs === undefined;
      const result = isAskedFor ? await running.stop('SIGINT', graceMs) : await running.ended;
      const durationMs = (itself.endedMonoMs ?? ctx.clock.monoMs()) - startedMonoMs;
      try {
        const written = await readWritten(scratch, p);
        const end = endOf(readExit(result, isAskedFor), written, p);
        return { ...summaryOf({ end, result, durationMs }, written, p.thresholds), ...itself };
      } finally {
        await scratch.remove();
      }
    }

    let stopping: Promise<LoadSummary> | undefined;
    return {
      // k6 counts by itself, and knows no phases of ours.
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  },
});

function ownScript(p: Params): string {
  const { url = '', method, headers, body, rate = ownRate, duration, maxVUs, thresholds } = p;
  return scriptFor({ url, method, headers, body, rate, duration, maxVUs, thresholds });
}

type Written = K6Summary | { readonly trouble: string };

async function readWritten(scratch: Scratch, { summaryFile }: Params): Promise<Written> {
  const name = summaryFile ?? exportName;
  const text = await scratch.read(name);
  if (text === undefined) return { trouble: `k6 wrote no ${summaryFile ?? 'summary'}` };
  try {
    return readSummary(text);
  } catch (error) {
    if (error instanceof UsageError) return { trouble: error.message };
    throw error;
  }
}

/** A run that k6 is content with may have sent less than was declared. */
function endOf(end: K6End, written: Written, { script }: Params): K6End {
  if (end.kind === 'failed' || 'trouble' in written) return end;
  return undelivered(written, { isOurScript: script === undefined }) ?? end;
}

interface Ended {
  readonly end: K6End;
  readonly result: ProcessResult;
  readonly durationMs: number;
}

function summaryOf(ended: Ended, written: Written, declared: Params['thresholds']): LoadSummary {
  const { end, result } = ended;
  const isReadable = !('trouble' in written);
  const problems = [
    ...(end.kind === 'failed' ? [withLastLine(end.reason, result)] : []),
    ...(isReadable ? [] : [withLastLine(written.trouble, result)]),
  ];
  return {
    figures: isReadable ? [figuresOf(written, ended.durationMs)] : [],
    limits: limitsOf(isReadable ? written : undefined, { ...result, end }, declared),
    impaired: [],
    ...(problems.length === 0 ? {} : { unsound: problems.join('; ') }),
  };
}

function figuresOf(written: K6Summary, measuredMs: number): LoadFigures {
  const { requests = 0, errorRatio, latencyMs, durationMs = measuredMs } = written;
  const errors = errorRatio === undefined ? {} : { errors: Math.round(requests * errorRatio), errorRatio };
  return { phase: 'whole', durationMs, requests, ...errors, latencyMs };
}

function withLastLine(reason: string, { stderr }: ProcessResult): string {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  return said === '' ? reason : `${reason}: ${said}`;
}
