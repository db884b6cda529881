/** Something that the harness said or did, and that the rules of DESIGN §3 or §7 do not allow given what was true. */
export interface Finding {
  /** `J2`, `J7`, `§7 journal` …: the rule that is broken. */
  readonly rule: string;
  /** What it is about: `detection s1/1 watcher-1/1`. */
  readonly about: string;
  readonly what: string;
}

/** What was true and what was said, for the confusion matrix. */
export interface Cell {
  readonly of: 'detection' | 'blindness' | 'guardrail' | 'control' | 'rollback';
  readonly truth: string;
  readonly verdict: string;
}

/** One way in which a verdict may fall. */
export interface Allowed {
  readonly verdict: string;
  /** Any reason where absent. */
  readonly codes?: readonly string[];
  readonly rule: string;
}

export interface Judged {
  readonly cell: Cell;
  readonly findings: readonly Finding[];
}

/** Holds what was said against what is allowed. */
export function hold(
  said: { readonly verdict: string; readonly reasonCode: string; readonly about: string },
  allowed: readonly Allowed[],
  truth: string,
): readonly Finding[] {
  const fits = allowed.some(
    ({ verdict, codes }) => verdict === said.verdict && (codes === undefined || codes.includes(said.reasonCode)),
  );
  if (fits) return [];
  const list = allowed
    .map(({ verdict, codes, rule }) => `${verdict}${codes === undefined ? '' : ` (${codes.join(', ')})`} by ${rule}`)
    .join('; ');
  const rules = [...new Set(allowed.map(({ rule }) => rule))].join(', ');
  const what = `said ${said.verdict} (${said.reasonCode}); truth: ${truth}; allowed: ${list}`;
  return [{ rule: rules, about: said.about, what }];
}
