import type { z } from 'zod';
import type { Denial } from './call.ts';
import type { Signal } from './signal.ts';

/**
 * Whose doing a denial or a revert was: `mine`, another guardrail's (`other`, named), nobody's (`own-rights`: the
 * tester simply lacked the right), down and failing closed, or not told by the evidence.
 */
export type Attribution =
  | { readonly whose: 'mine'; readonly evidence: string; readonly mutated?: boolean }
  | { readonly whose: 'other'; readonly by: string }
  | { readonly whose: 'own-rights' }
  | { readonly whose: 'down' }
  | { readonly whose: 'unknown'; readonly why: string };

/** What was seen of a change that somebody else took back. */
export interface RevertEvidence {
  /** Mutating, successful audit records of others about the fault's subjects since the injection, oldest first. */
  readonly audit: readonly Signal[];
  readonly subjects: readonly string[];
}

export type GuardrailOutcome = 'prevented' | 'reverted' | 'mitigated';

/** A control under test: says whether a denial or a revert is its own. */
export interface GuardrailDefinition<Params = unknown> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  readonly example: Params;
  readonly outcomes: readonly GuardrailOutcome[];
  readonly attributeDenial?: (denial: Denial, params: Params) => Attribution;
  readonly attributeRevert?: (evidence: RevertEvidence, params: Params) => Attribution;
}

export type AnyGuardrail = GuardrailDefinition<never>;
