import type { RunEvent, TrialPhase } from '../model/run.ts';
import { counted } from '../scorecard/figures.ts';
import { palette } from '../scorecard/palette.ts';
import { shownText } from '../scorecard/plain-text.ts';
import { trialLine } from '../scorecard/terminal.ts';
import type { Console } from './console.ts';

export interface PrinterOptions {
  readonly quiet: boolean;
  readonly showAccounts: boolean;
  readonly version: string;
  /** Trials per scenario where the command line says so. */
  readonly trials?: number | undefined;
}

/** Shows a run as it goes on: a line per trial as it ends, and where a person watches, what is going on meanwhile. */
export interface RunPrinter {
  readonly hear: (event: RunEvent) => void;
  readonly notice: (text: string) => void;
  /** Takes the passing line away. */
  readonly end: () => void;
}

/** Makes a printer that writes whole lines by `print`; the passing line goes out by `passing`. */
export function runPrinter(
  print: (text: string) => void,
  passing: ((text: string) => void) | undefined,
  { console, ...options }: PrinterOptions & { readonly console: Pick<Console, 'colour' | 'columns'> },
): RunPrinter {
  const paint = palette(console.colour);
  const going = new Map<string, TrialPhase>();
  const left = { scenarios: 0 };
  const clear = () => passing?.('');
  const line = (text: string) => {
    clear();
    print(text);
    show();
  };
  const show = () => {
    if (passing === undefined || options.quiet || going.size === 0) return;
    const phases = [...going].map(([who, phase]) => `${who} ${phaseWords[phase]}`).join(' · ');
    const text = `  ${left.scenarios} to go: ${phases}`;
    passing(paint.dim(text.length >= console.columns ? `${text.slice(0, console.columns - 2)}…` : text));
  };
  const notice = (text: string) => {
    if (!options.quiet) line(`  ${paint.yellow('!')} ${shownText(text, options.showAccounts)}`);
  };
  const hear = (event: RunEvent) => {
    switch (event.kind) {
      case 'run-started':
        left.scenarios = event.scenarios.length;
        if (!options.quiet) {
          const what = `${counted(event.scenarios.length, 'scenario')} · ${event.runId}`;
          line(`${paint.bold(`windshear ${options.version}`)}  ${paint.dim(what)}\n`);
        }
        return;
      case 'phase':
        if (event.phase === 'recovered') going.delete(event.scenario);
        else going.set(event.scenario, event.phase);
        return show();
      case 'trial-ended': {
        going.delete(event.scenario);
        if (options.quiet) return;
        const trials = Math.max(event.result.n, options.trials ?? 1);
        return line(
          trialLine(event.scenario, event.result, trials, { ...console, showAccounts: options.showAccounts }),
        );
      }
      case 'scenario-ended':
        left.scenarios -= 1;
        return show();
      case 'notice':
        return notice(event.text);
      case 'run-ended':
        going.clear();
        return clear();
    }
  };
  return { hear, notice, end: clear };
}

const phaseWords: Readonly<Record<TrialPhase, string>> = {
  waiting: 'waits',
  preflight: 'checks',
  arm: 'arms',
  control: 'controls',
  capture: 'captures',
  inject: 'injects',
  observe: 'observes',
  revert: 'reverts',
  verify: 'verifies',
  listen: 'listens',
  recovered: 'is done',
};
