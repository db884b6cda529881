import type { z } from 'zod';
import type { Denial } from './call.ts';
import type { Json } from './json.ts';
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
  /** Who owns fields of the subjects by now, where the live state tells; entries of the time in which it went alone. */
  readonly managers?: readonly FieldManager[];
}

/** An entry of `metadata.managedFields` of a Kubernetes object, without the fields themselves. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time?: string;
  /** Whether it owns what the fault had changed, so that it wrote that since; what is gone nobody owns. */
  readonly ownsChange: boolean;
}

/** The probe that shows that a fault, though still in, is no longer felt (J17). */
export interface MitigationProof {
  readonly probe: string;
  /** The probe's own params, as its schema takes them. */
  readonly with: Readonly<Record<string, Json>>;
  /** In tolerance for `overMs` on end, sampled all the while. */
  readonly tolerance: { readonly atLeast?: number; readonly atMost?: number; readonly overMs: number };
}

/** A harmless act, such as a dry run, that a guardrail refuses for as long as it works. */
export interface GuardrailCanary {
  readonly target: 'aws' | 'kubernetes';
  /** Whether the act may also pass because the guardrail could not be asked: then only an audit record tells. */
  readonly mayFailOpen: boolean;
  /**
   * Does it once, with clients whose user agent carries the canary phase, and answers the id of the request by which an
   * audit source knows it. Throws `CallError` where it is refused.
   */
  readonly ask: (clients: unknown, signal: AbortSignal) => Promise<string | undefined>;
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
  /**
   * Evidence that the guardrail could not be asked and let our request pass, out of the audit records of that request;
   * undefined where they do not say so (J15: `failed-open`).
   */
  readonly attributeFailedOpen?: (own: readonly Signal[], params: Params) => string | undefined;
  /** What it must refuse even while nothing is tested (`blindGuardrails:`); undefined where these params name nothing. */
  readonly canary?: (params: Params) => GuardrailCanary | undefined;
  /** What must be measured while the fault is in; a guardrail whose outcomes include `mitigated` has it. */
  readonly mitigatedBy?: (params: Params) => MitigationProof;
}

export type AnyGuardrail = GuardrailDefinition<never>;
