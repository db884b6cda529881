import { formatDuration } from '../model/duration.ts';
import { counted } from '../scorecard/figures.ts';
import { type Palette, palette } from '../scorecard/palette.ts';
import { shownText } from '../scorecard/plain-text.ts';
import type { Plan, PlannedScenario, PlannedStep } from '../session/plan.ts';

interface PlanTextOptions {
  readonly colour: boolean;
  readonly showAccounts: boolean;
  /** Whether the platform was asked for rights. */
  readonly asked: boolean;
  /** Why a run that began now would be refused by the windows; absent where it would not. */
  readonly outsideWindow: string | undefined;
}

/** Renders a plan for a person: scenario by scenario, then budgets, time, rights, and the policies that it needs. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const paint = palette(options.colour);
  const text = (value: string) => shownText(value, options.showAccounts);
  return [
    paint.bold(`A run on ${text(plan.environment)} (${plan.staging}) would do this. Nothing has been done.`),
    ...plan.scenarios.flatMap((scenario) => scenarioText(scenario, paint, text)),
    '',
    paint.bold('Budgets'),
    ...plan.budgets.map((use) => {
      const used = `${budgetWords[use.budget].padEnd(22)} ${String(Math.round(use.used * 10) / 10).padStart(6)} of ${use.allowed}`;
      return `  ${use.used > use.allowed ? paint.red(`✘ ${used}`) : `✔ ${used}`}`;
    }),
    ...(plan.shares ?? []).map(
      ({ set, touched, existing, allowed }) =>
        `  ✔ ${text(set)}: ${touched} of ${existing}, at most ${Math.round(allowed * 1000) / 10}%`,
    ),
    ...windowsText(plan, paint, { text, outside: options.outsideWindow }),
    ...(plan.lease === undefined ? [] : ['', paint.bold('Lease'), `  ${text(leaseText(plan.lease))}`]),
    '',
    paint.bold('Time'),
    `  about ${formatDuration(plan.expectedMs)} where everything is met in half its SLO; longer for each miss`,
    `  faults are in for at most ${formatDuration(plan.exposureMs)} in all`,
    ...rightsText(plan, paint, { text, asked: options.asked }),
    '',
    ...rolesText(plan, paint, text),
    `${paint.bold('Least privilege of the tester')}${options.showAccounts ? '' : paint.dim(' (whole account ids: --show-accounts, or --json)')}`,
    ...jsonLines(plan.policies.tester, text),
    paint.bold('Least privilege of the identity that reverts'),
    ...jsonLines(plan.policies.revert, text),
  ].join('\n');
}

function leaseText({ at, ttlMs, mirrored }: NonNullable<Plan['lease']>): string {
  const copies = mirrored ? '; journal and states are mirrored there' : '';
  return `${at}, renewed for ${formatDuration(ttlMs)} at a time${copies}`;
}

function windowsText(
  { windows }: Plan,
  paint: Palette,
  { text, outside }: { readonly text: (value: string) => string; readonly outside: string | undefined },
): readonly string[] {
  if (windows.length === 0) return [];
  const now = outside === undefined ? '✔ a run that begins now ends inside' : paint.yellow(`✘ now: ${text(outside)}`);
  return ['', paint.bold('Windows'), ...windows.map((one) => `  ${text(one)}`), `  ${now}`];
}

const budgetWords = {
  concurrentFaults: 'faults in at once',
  resources: 'resources',
  exposureMinutes: 'exposure, minutes',
  apiWrites: 'API writes',
  load: 'load, requests/s',
  virtualUsers: 'load, virtual users',
} as const;

function scenarioText(scenario: PlannedScenario, paint: Palette, text: (value: string) => string): readonly string[] {
  const trials = scenario.trials === 1 ? '' : ` · ${scenario.trials} trials`;
  const about = `${formatDuration(scenario.expectedMs)}, exposure at most ${formatDuration(scenario.exposureMs)}${trials}`;
  return [
    '',
    `${paint.bold(scenario.id)}  ${text(scenario.title)} ${paint.dim(`(${about})`)}`,
    ...scenario.steps.flatMap((step) => stepText(step, paint, text)),
    ...(scenario.load === undefined ? [] : [loadText(scenario.load, paint)]),
    ...scenario.waitsFor.map((wait) => `  ${paint.yellow('waits for')} ${wait.scenario}: ${text(wait.why)}`),
  ];
}

function loadText(load: NonNullable<PlannedScenario['load']>, paint: Palette): string {
  const { type, ratePerSecond, beforeMs, afterMs, expects } = load;
  const flows = `at most ${ratePerSecond} requests/s, from ${formatDuration(beforeMs)} before the injection to ${formatDuration(afterMs)} after the revert`;
  const told = expects.length === 0 ? 'measured only' : `judged by ${expects.join(', ')}`;
  return `  ${paint.cyan('load   ')} ${type} ${flows}; ${told}`;
}

function stepText(step: PlannedStep, paint: Palette, text: (value: string) => string): readonly string[] {
  const list = (label: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`    ${paint.dim(label.padEnd(8))} ${values.map(text).join(', ')}`];
  return [
    `  ${step.role === 'control' ? paint.cyan('control') : paint.red('fault  ')} ${step.fault}${step.selfDeclared ? ' (touches: self-declared)' : ''}`,
    ...list('reads', step.calls.capture),
    ...list('injects', step.calls.inject),
    ...list('reverts', step.calls.revert),
    ...list('touches', step.touches),
    ...list('impairs', step.impairs),
    ...list('residue', step.residue),
  ];
}

function rightsText(
  plan: Plan,
  paint: Palette,
  { text, asked }: { readonly text: (value: string) => string; readonly asked: boolean },
): readonly string[] {
  if (!asked) {
    return [
      '',
      paint.bold('Rights to inject and to revert'),
      '  not asked: the embedded staging is not up (windshear staging up), so names stand as references',
    ];
  }
  const rights = plan.rights ?? [];
  const open = rights.filter((right) => right.answer !== 'allowed');
  const seen = new Map(open.map((right) => [`${right.as} ${right.action} ${right.resources.join(' ')}`, right]));
  return [
    '',
    paint.bold('Rights to inject and to revert'),
    `  ${counted(rights.length - open.length, 'right')} confirmed by the platform`,
    ...[...seen.values()].map(
      (right) =>
        `  ${paint.yellow(right.answer)} ${right.as === 'tester' ? 'to inject' : 'to revert'}: ${right.action} on ${right.resources.map(text).join(', ')}: ${text(right.why)}`,
    ),
  ];
}

/** As JSON, which kubectl apply takes: a document each. */
function rolesText(plan: Plan, paint: Palette, text: (value: string) => string): readonly string[] {
  const { tester, revert } = plan.roles;
  if (tester.length + revert.length === 0) return [];
  return [
    paint.bold('Least roles of the tester in the cluster'),
    ...tester.flatMap((role) => jsonLines(role, text)),
    paint.bold('Least roles in the cluster of the identity that reverts'),
    ...revert.flatMap((role) => jsonLines(role, text)),
    '',
  ];
}

function jsonLines(value: unknown, text: (value: string) => string): readonly string[] {
  return JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => `  ${text(line)}`);
}
