import { CallError } from '../model/call.ts';
import { failureText } from './failure-text.ts';
import { guardOf } from './guard-of.ts';
import type { GuardrailAnswer } from './judge-guardrail-blindness.ts';
import { expectationsOf, faultFor, type Trial } from './trial-state.ts';

/** An admission chain learns of a change within a second or so; a guardrail is asked again this often. */
const askEveryMs = 250;
/** What is believed after the revert may take as long as any expectation is listened for. */
const horizonFactor = 3;

/** Has each guardrail of `blindGuardrails:` asked for a refusal, before the fault or after its revert. */
export async function askGuardrails(trial: Trial, when: 'before' | 'after'): Promise<void> {
  for (const { guardrail, sloMs } of expectationsOf(trial.bound).blindGuardrails) {
    const limitMs = when === 'before' ? sloMs : horizonFactor * sloMs;
    const answer = await trial.meter.outside(() =>
      askUntil(trial, guardrail, { wanted: 'refused', limitMs, signal: trial.stop }),
    );
    note(trial, guardrail, { [when]: answer });
  }
}

/** Asks each once the effect is proven, until it lets the canary through or the SLO is over. */
export function watchGuardrails(trial: Trial, signal: AbortSignal): readonly Promise<void>[] {
  return expectationsOf(trial.bound).blindGuardrails.map(async ({ guardrail, sloMs }) => {
    const { clock } = trial.deps.request;
    try {
      while (faultFor(trial, undefined).effect !== 'proven') {
        await clock.sleep(Math.min(askEveryMs, 50), signal);
      }
      const answer = await askUntil(trial, guardrail, { wanted: 'let-through', limitMs: sloMs, signal });
      note(trial, guardrail, { during: answer });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  });
}

function note(trial: Trial, guardrail: string, more: Readonly<Partial<Record<string, GuardrailAnswer>>>): void {
  trial.guardrailCanaries.set(guardrail, { ...trial.guardrailCanaries.get(guardrail), ...more });
  trial.pulse.beat();
}

interface Asking {
  readonly wanted: GuardrailAnswer['answer'];
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function askUntil(
  trial: Trial,
  guardrail: string,
  { wanted, limitMs, signal }: Asking,
): Promise<GuardrailAnswer> {
  const { clock, stalls } = trial.deps.request;
  const begin = clock.monoMs();
  for (;;) {
    const sentMonoMs = clock.monoMs();
    const answer = await ask(trial, guardrail, signal);
    const answeredMonoMs = clock.monoMs();
    const askedForMs = answeredMonoMs - begin;
    const frozenMs = stalls?.frozenMs(begin, answeredMonoMs) ?? 0;
    // An answer that was as old as that when we came to read it says nothing of the limit: it is asked for once more.
    const askedUntil = frozenMs > 0 ? sentMonoMs : answeredMonoMs;
    if (answer.answer === wanted || askedUntil - begin >= limitMs)
      return { ...answer, sentMonoMs, answeredMonoMs, askedForMs, frozenMs };
    await clock.sleep(askEveryMs, signal);
  }
}

async function ask(
  trial: Trial,
  name: string,
  signal: AbortSignal,
): Promise<Pick<GuardrailAnswer, 'answer' | 'detail' | 'requestId'>> {
  const { targets } = trial.deps.request;
  const { definition, params } = guardOf(trial, name);
  const canary = definition?.canary?.(params);
  if (canary === undefined) throw new Error(`Guardrail '${name}' has no canary; the environment was not validated.`);
  try {
    const session = await targets.get(canary.target)?.session('canary', trial.marker, signal);
    const requestId = await canary.ask(session?.clients, signal);
    return { answer: 'let-through', ...(requestId === undefined ? {} : { requestId }) };
  } catch (error) {
    signal.throwIfAborted();
    const denial = error instanceof CallError ? error.denial : undefined;
    const by = denial === undefined ? undefined : definition?.attributeDenial?.(denial, params);
    if (by?.whose === 'mine') return { answer: 'refused', detail: by.evidence };
    return { answer: 'unknown', detail: failureText(error) };
  }
}
