import { canonicalText, sameJson } from '../../model/canonical.ts';
import type { ObservedStatus } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { canonicalPolicy, canonicalStatement, statementsOf, withoutSid } from './policy-document.ts';

export interface PolicyDelta {
  readonly before: JsonObject | null;
  readonly now: JsonObject | null;
  /** Our statement, with the Sid that only we use. */
  readonly ours: JsonObject & { readonly Sid: string };
  /** The document as read back after the injection; a service may have rewritten our statement. */
  readonly readBack?: JsonObject | null;
}

export interface PolicyStatus {
  readonly status: ObservedStatus;
  readonly othersChanged: boolean;
}

/**
 * Compares a policy document with what it was and with our one statement in it. Our statement under another Sid, or
 * changed under ours, is `other`.
 */
export function policyStatus({ before, now, ours, readBack = null }: PolicyDelta): PolicyStatus {
  const sid = ours.Sid;
  const found = statementsOf(now).filter((statement) => statement['Sid'] === sid);
  const rest = now === null ? null : withoutSid(now, sid);
  const othersChanged = !sameDocument(before, rest);
  if (found.length === 0) {
    const taken = othersChanged && count(now, withoutItsSid(ours)) > count(before, withoutItsSid(ours));
    return { status: taken ? 'other' : 'before', othersChanged };
  }
  const known = [ours, ...statementsOf(readBack).filter((statement) => statement['Sid'] === sid)].map(
    canonicalStatement,
  );
  const unaltered =
    found.length === 1 && found.every((one) => known.some((other) => sameJson(canonicalStatement(one), other)));
  if (!unaltered) return { status: 'other', othersChanged };
  return { status: othersChanged ? 'ours-plus-others' : 'ours', othersChanged };
}

/** Says whether two documents mean the same; no document and one without statements do. */
export function sameDocument(a: JsonObject | null, b: JsonObject | null): boolean {
  if (statementsOf(a).length === 0 && statementsOf(b).length === 0) return true;
  return a !== null && b !== null && sameJson(canonicalPolicy(a), canonicalPolicy(b));
}

/** Says whether a document already holds a statement like ours, whatever its Sid. */
export function holdsAlready(document: JsonObject | null, ours: JsonObject): boolean {
  return count(document, withoutItsSid(ours)) > 0;
}

export function canonicalState(document: JsonObject | null): Json {
  return document === null ? null : canonicalPolicy(document);
}

function count(document: JsonObject | null, statement: JsonObject): number {
  const wanted = canonicalText(canonicalStatement(statement));
  return statementsOf(document).filter((one) => canonicalText(canonicalStatement(withoutItsSid(one))) === wanted)
    .length;
}

function withoutItsSid({ Sid: _sid, ...statement }: JsonObject): JsonObject {
  return statement;
}
