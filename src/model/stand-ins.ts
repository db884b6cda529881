import type { z } from 'zod';
import type { Json } from './json.ts';
import type { Path } from './problems.ts';
import type { YamlSource } from './yaml-source.ts';

/** A value that its schema refused, with stand-ins for what is wrong, so that all the rest can be checked with it. */
export interface Draft<Data> {
  readonly data: Data;
  /** What was parsed into `data`. */
  readonly value: Json;
  /** Marks problems that a stand-in, not the file, would cause. */
  readonly source: YamlSource;
}

type Issue = z.core.$ZodIssue;
type Container = Json[] | { [key: string]: Json };

interface StandIn {
  readonly path: Path;
  /** True where what is missing decides how its neighbours are read. */
  readonly reachesUp: boolean;
}

/** A file with more is broken in one way, not in many. */
const mostIssues = 30;

/**
 * Puts stand-ins into a value until its schema takes it: unknown keys go, what is optional is left out, and the rest
 * becomes the first plain value that fits. Undefined where the value as a whole is of the wrong kind.
 */
export function draftOf<Data>(schema: z.ZodType<Data>, source: YamlSource, value: Json): Draft<Data> | undefined {
  let draft = value;
  const standIns: StandIn[] = [];
  for (let round = 0; round < 2 * mostIssues; round++) {
    const parsed = schema.safeParse(draft);
    if (parsed.success) return { data: parsed.data, value: draft, source: markingSource(source, standIns) };
    if (parsed.error.issues.length > mostIssues) return undefined;
    const issue = innermost(parsed.error.issues[0] as Issue);
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const mended = issue.code === 'unrecognized_keys' ? withoutKeys(draft, path, issue.keys) : undefined;
    if (mended !== undefined) draft = mended;
    else if (path.length === 0) return undefined;
    else {
      const put = firstThatFits(schema, draft, { path, issue, number: round });
      if (put === undefined) return undefined;
      draft = put.draft;
      standIns.push({ path, reachesUp: put.reachesUp });
    }
  }
  return undefined;
}

/** The problem inside the only branch of a union that the value got into. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const entered = issue.errors.filter((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
  );
  const inner = entered.length === 1 ? entered[0]?.[0] : undefined;
  return inner === undefined ? issue : innermost({ ...inner, path: [...issue.path, ...inner.path] } as Issue);
}

interface Place {
  readonly path: Path;
  readonly issue: Issue;
  readonly number: number;
}

function firstThatFits(schema: z.ZodType, draft: Json, { path, issue, number }: Place) {
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const candidates: readonly { readonly value: Json | undefined; readonly reachesUp: boolean }[] = [
    { value: undefined, reachesUp: true },
    ...values.map((value) => ({ value, reachesUp: true })),
    ...['1s', `stand-in-${number}`, 1, 0].map((value) => ({ value, reachesUp: false })),
    ...[[], {}, true, 'http://127.0.0.1/', '000000000000', '/stand-in'].map((value) => ({ value, reachesUp: true })),
  ];
  for (const { value, reachesUp } of candidates) {
    const changed = withValue(draft, path, value);
    if (changed !== undefined && fits(schema, changed, path, value)) return { draft: changed, reachesUp };
  }
  return undefined;
}

/** An empty object may still lack things: those get stand-ins in later rounds, as do all other places. */
function fits(schema: z.ZodType, draft: Json, path: Path, value: Json | undefined): boolean {
  const { error } = schema.safeParse(draft);
  return (error?.issues ?? []).every((issue) => {
    const found = innermost(issue as Issue);
    return !begins(path, found.path) || (found.path.length > path.length && isEmptyObject(value));
  });
}

function begins(path: Path, other: readonly PropertyKey[]): boolean {
  return path.every((part, index) => String(other[index]) === String(part));
}

function isEmptyObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function withoutKeys(draft: Json, path: Path, keys: readonly string[]): Json | undefined {
  return changedAt(draft, path, (inner) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return undefined;
    return Object.fromEntries(Object.entries(inner).filter(([key]) => !keys.includes(key)));
  });
}

/** Sets, or with undefined leaves out, what is at a path; items of a list keep their numbers, so none is left out. */
function withValue(draft: Json, path: Path, value: Json | undefined): Json | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return changedAt(draft, path.slice(0, -1), (parent) => {
    if (typeof parent !== 'object' || parent === null) return undefined;
    if (value !== undefined) return withEntry(parent as Container, last, value);
    if (Array.isArray(parent)) return undefined;
    return Object.fromEntries(Object.entries(parent).filter(([key]) => key !== last));
  });
}

function changedAt(value: Json, path: Path, change: (inner: Json) => Json | undefined): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined;
  const inner = changedAt((value as { [key: string]: Json })[first] ?? null, rest, change);
  return inner === undefined ? undefined : withEntry(value as Container, first, inner);
}

function withEntry(container: Container, key: string | number, value: Json): Json {
  if (Array.isArray(container)) return container.map((item, index) => (index === Number(key) ? value : item));
  return Object.fromEntries([...Object.entries(container).filter(([name]) => name !== key), [key, value]]);
}

function markingSource(source: YamlSource, standIns: readonly StandIn[]): YamlSource {
  const isOfStandIn = (path: Path) =>
    standIns.some((one) => begins(one.path, path) || (one.reachesUp && path.length > 0 && begins(path, one.path)));
  return {
    ...source,
    problem: (path, message, key) => ({
      ...source.problem(path, message, key),
      ...(isOfStandIn(path) && { follows: true }),
    }),
  };
}
