import type { z } from 'zod';
import type { Json } from './json.ts';
import { suggestion } from './nearest.ts';
import type { Path } from './problems.ts';

type Issue = z.core.$ZodIssue;

/**
 * Says what a value must be and what it is: `must be at most 80 characters, got 92`. A schema's own words (they begin
 * with a small letter) go before zod's. Texts that may be secret are never repeated.
 */
export function issueSentence(issue: Issue, found: Json | undefined, path: Path): string {
  if (found === undefined && issue.code !== 'custom') return 'is required';
  const got = gotText(found, path);
  if (/^[a-z]/.test(issue.message)) return `${issue.message}${got}`;
  return `${demand(issue, found)}${issue.code === 'invalid_value' || isTooLong(issue) ? '' : got}`;
}

function demand(issue: Issue, found: Json | undefined): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeName(issue.expected)}${issue.expected === 'string' && found !== null && typeof found !== 'object' ? ' (put it in quotes)' : ''}`;
    case 'too_small':
      return `must ${bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}${lengthOf(found)}`;
    case 'too_big':
      return `must ${bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}${lengthOf(found)}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `must match ${issue.pattern ?? 'its pattern'}`
        : `must be ${formatName(issue.format)}`;
    case 'invalid_value':
      return `must be ${list(issue.values.map((value) => `'${String(value)}'`))}, got ${shown(found)}${near(found, issue.values)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return `must be ${list(unionOptions(issue))}`;
    case 'invalid_key':
      return `has a key that ${issue.issues[0]?.message ?? 'is not valid'}`;
    default:
      return `is not valid: ${issue.message}`;
  }
}

function isTooLong(issue: Issue): boolean {
  return (
    (issue.code === 'too_small' || issue.code === 'too_big') && issue.origin !== 'number' && issue.origin !== 'int'
  );
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${relation} ${limit} character${limit === 1 ? '' : 's'}`;
  return origin === 'number' || origin === 'int'
    ? `be ${relation} ${limit}`
    : `have ${relation} ${limit} item${limit === 1 ? '' : 's'}`;
}

function lengthOf(found: Json | undefined): string {
  return typeof found === 'string' || Array.isArray(found) ? `, got ${found.length}` : '';
}

/** The nearest allowed word, as a hint. */
function near(found: Json | undefined, values: readonly unknown[]): string {
  if (typeof found !== 'string') return '';
  const hint = suggestion(found, values.map(String));
  return hint.includes('did you mean') ? hint.replace(/\?$/, '') : '';
}

function unionOptions(issue: z.core.$ZodIssueInvalidUnion): readonly string[] {
  const options = issue.errors.flatMap((branch) => {
    const [inner] = branch;
    if (inner === undefined) return [];
    if (/^must be /.test(inner.message)) return [inner.message.slice('must be '.length)];
    if (inner.code === 'invalid_value') return inner.values.map((value) => `'${String(value)}'`);
    return inner.code === 'invalid_type' ? [typeName(inner.expected)] : [];
  });
  return options.length === 0 ? ['one of its forms'] : [...new Set(options)];
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function typeName(type: string): string {
  return typeNames[type] ?? type;
}

function formatName(format: string): string {
  return format === 'url' ? 'a URL' : `a valid ${format}`;
}

const secretive = /token|secret|password|passphrase|credential|authorization|api-?key|header|cookie/i;

function gotText(found: Json | undefined, path: Path): string {
  if (found === undefined) return '';
  const mayBeSecret = typeof found === 'string' && path.some((part) => secretive.test(String(part)));
  return mayBeSecret ? ', got a text that is not shown' : `, got ${shown(found)}`;
}

const longest = 60;

function shown(found: Json | undefined): string {
  if (found === undefined || found === null) return 'nothing';
  if (typeof found === 'string') return found.length > longest ? `'${found.slice(0, longest)}…'` : `'${found}'`;
  if (typeof found !== 'object') return String(found);
  return Array.isArray(found) ? 'a list' : 'a map of keys';
}
