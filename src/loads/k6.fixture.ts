/**
 * What k6 1.8.1 writes of one and the same run, in its three shapes
 * (https://github.com/grafana/k6/blob/v1.8.1/internal/js/summary-wrapper.js, internal/lib/summary/machine_readable.go).
 */
const times = { min: 0.4, avg: 2.1, med: 1.8, 'p(90)': 4.2, 'p(95)': 5.5, 'p(99)': 9.1, max: 31.7 };
const rootGroup = { name: '', path: '', id: 'd41d8cd98f00b204e9800998ecf8427e' };

/** By `--summary-export`: `true` says that the threshold was crossed. */
export const summaryExport = {
  root_group: { ...rootGroup, groups: {}, checks: {} },
  metrics: {
    http_reqs: { count: 400, rate: 49.9 },
    http_req_failed: { passes: 20, fails: 380, thresholds: { 'rate<0.01': true, 'rate<0.5': false }, value: 0.05 },
    http_req_duration: { ...times, thresholds: { 'p(95)<200': false } },
    vus: { value: 3, min: 1, max: 5 },
  },
};

/** As `handleSummary(data)` gets it: `{ ok: true }` says that the threshold was kept. */
export const handleSummary = {
  root_group: { ...rootGroup, groups: [], checks: [] },
  options: { summaryTrendStats: Object.keys(times), summaryTimeUnit: '', noColor: true },
  state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: 8004.1 },
  metrics: {
    http_reqs: { type: 'counter', contains: 'default', values: { count: 400, rate: 49.9 } },
    http_req_failed: {
      type: 'rate',
      contains: 'default',
      values: { rate: 0.05, passes: 20, fails: 380 },
      thresholds: { 'rate<0.01': { ok: false }, 'rate<0.5': { ok: true } },
    },
    http_req_duration: {
      type: 'trend',
      contains: 'time',
      values: times,
      thresholds: { 'p(95)<200': { ok: true } },
    },
  },
};

/** By `--new-machine-readable-summary`: no thresholds, no p(99). */
export const machineReadable = {
  version: '1.0.0',
  metadata: { generatedAt: '2026-11-22T20:00:16Z', k6Version: '1.8.1' },
  config: { duration: 8.5, execution: 'local', script: 'script.js' },
  results: {
    checks: {},
    metrics: [
      { name: 'http_reqs', type: 'counter', contains: 'default', values: { count: 400 } },
      { name: 'http_req_failed', type: 'rate', contains: 'default', values: { rate: 0.05, matches: 20, total: 400 } },
      {
        name: 'http_req_duration',
        type: 'trend',
        contains: 'time',
        values: { min: 0.4, avg: 2.1, med: 1.8, 'p(90)': 4.2, 'p(95)': 5.5, max: 31.7 },
      },
    ],
  },
};

/**
 * A program that behaves as k6 does, as far as `STAND_IN` (JSON) says: it writes the summary to where it is told, ends
 * with the exit code, or goes on until SIGINT, and has a child that must not outlive it.
 */
export function standIn(node: string): string {
  return `#!${node}
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const args = process.argv.slice(2);
if (args[0] === 'version') { console.log('k6 v1.8.1 (stand-in)'); process.exit(0); }
const plan = JSON.parse(process.env.STAND_IN);
const write = () => {
  if (plan.summary === undefined) return;
  const path = plan.file ?? args[args.indexOf('--summary-export') + 1];
  fs.writeFileSync(path, JSON.stringify(plan.summary));
};
const script = fs.readFileSync(args.at(-1), 'utf8');
const child = plan.waits ? spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }) : undefined;
fs.writeFileSync(plan.record, JSON.stringify({ args, script, child: child?.pid, env: Object.keys(process.env) }));
if (plan.stderr) console.error(plan.stderr);
if (!plan.waits) { write(); process.exit(plan.exitCode ?? 0); }
process.once('SIGINT', () => { write(); process.exit(105); });
setInterval(() => {}, 1000);
`;
}
