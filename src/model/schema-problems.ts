import type { z } from 'zod';
import type { Json } from './json.ts';
import { knownKeys } from './known-keys.ts';
import { suggestion } from './nearest.ts';
import { type Path, type Problem, pathText } from './problems.ts';
import { holdsReference } from './references.ts';
import { issueSentence } from './schema-sentences.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** What was parsed, and where it stands. */
export interface Parsing {
  readonly source: YamlSource;
  readonly schema: unknown;
  /** The parsed value, references resolved. */
  readonly value: Json;
  /** Where the value stands in its file. */
  readonly at?: Path;
  /** True where no reference is ever resolved, so that one is a text like any other. */
  readonly isPlain?: boolean;
}

/**
 * Turns what zod found into problems with places. Values that still hold a reference, since the staging that they
 * name is not up, are not complained about.
 */
export function schemaProblems(error: z.ZodError, parsing: Parsing): readonly Problem[] {
  const issues = error.issues.slice(0, mostTold);
  const problems = issues.flatMap((issue, index) =>
    saidAlready(issues, index) ? [] : problemsOf(issue as Issue, parsing),
  );
  const untold = error.issues.length - issues.length;
  return untold === 0 ? problems : [...problems, parsing.source.problem([], `${untold} more problems are not told.`)];
}

/** Nobody mends hundreds of lines by hand, and finding the place of one in a hostile file takes its time. */
const mostTold = 100;

/** Of a value of the wrong type its length says nothing more. */
function saidAlready(issues: readonly z.core.$ZodIssue[], index: number): boolean {
  const place = issues[index]?.path.join('\n');
  return issues.slice(0, index).some((earlier) => earlier.code === 'invalid_type' && earlier.path.join('\n') === place);
}

function problemsOf(issue: Issue, parsing: Parsing): readonly Problem[] {
  const { source, schema, value, at = [] } = parsing;
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const place = [...at, ...path];
  const found = valueAt(value, path);
  if (issue.code === 'unrecognized_keys') {
    const keys = knownKeys(schema, path);
    const where = place.length === 0 ? '' : ` in ${pathText(place)}`;
    const told = issue.keys.slice(0, mostTold).map((key) => {
      return source.problem(place, `unknown key '${key}'${where}${suggestion(key, keys)}`, key);
    });
    const untold = issue.keys.length - told.length;
    return untold === 0 ? told : [...told, source.problem(place, `${untold} more unknown keys${where} are not told.`)];
  }
  if (parsing.isPlain !== true && isAboutReference(issue, found)) return [];
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue);
    if (branch !== undefined)
      return branch.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] } as Issue, parsing),
      );
  }
  const subject = place.length === 0 ? 'the file' : pathText(place);
  return [source.problem(place, `${subject} ${issueSentence(issue, found, place)}.`)];
}

/** A reference stands for a value of any type; an object with one inside may break rules about the whole. */
function isAboutReference(issue: Issue, found: Json | undefined): boolean {
  if (typeof found === 'string') return holdsReference(found);
  return (issue.code === 'custom' || issue.code === 'invalid_union') && found !== undefined && holdsReference(found);
}

/** The branch that was meant: the only one that a value got into, so that its own problems say more than a list of all. */
function closestBranch(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const entered = issue.errors.filter((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
  );
  if (entered.length === 1) return entered[0];
  const sized = issue.errors.filter((branch) => branch.every(({ code }) => code === 'too_small' || code === 'too_big'));
  return sized.length === 1 ? sized[0] : undefined;
}

/** Follows a path into a value. */
export function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, part) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) return undefined;
    return (inner as { readonly [key: string]: Json })[part];
  }, value);
}
