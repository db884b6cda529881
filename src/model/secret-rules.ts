import { secretField, shownSecret } from './conceal.ts';

/** Names of fields, headers, variables and flags whose values are secrets, beside those of `secretField`. */
const names = [
  // Not `nextToken`, nor the `clientToken` that tells whose a request was.
  /^(?:(?:access|refresh|id|bearer|auth|authorization|api|service[-_. ]?account|web[-_. ]?identity)[-_. ]?)?token$/i,
  /(?<!^(?:next|page|pagination|continuation|client|request|client[-_]request|idempotency|sequence))[-_]token$/i,
  /(?:security|session)[-_. ]?token/i,
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|^saml[-_. ]?assertion$/i,
  /pass(?:wd|phrase)$|[-_.]pwd$/i,
  /(?:api|account|private|shared[-_. ]?access)[-_. ]?key$|private[-_. ]?key|key[-_. ]?material|plain[-_. ]?text/i,
  /^(?:x-amz-|shared-?access-?)signature$/i,
] as const;

/** What only points to a secret, or says how it is to be had. */
const reference = /(?:ref|reference|file|path|source)$/i;

/** Fields of an object under the name of a secret that are none themselves. */
const aboutIt = /(?:name|namespace|kind|type|version|id|arn|path|audience|time|date|expiration)$/i;

/** What a text that holds a secret has in it somewhere; most texts are told by it without being read. */
const hints = [
  /secret|password|passwd|passphrase|key[-_. ]?material|plain[-_. ]?text/i,
  /(?:private|api|account|access)[-_. ]?key\b|authorization\b|assertion\b|cookie\b|pwd\b|variables\b/i,
  /token\\*["'=: ]|signature=|bearer\s|:\/\/[^\s/?#:@"]{0,256}:[^\s/?#@"]{1,1024}@/i,
  /binaryData/,
  // Any letter of a name may be written so.
  /\\u00[4-7]/i,
] as const;

/**
 * Where secrets stand in a text: after `lead`, up to `secret`'s end; where there is a `name` it must be that of one.
 * Each repetition that may fail is bounded, or begins where a word does, so that a long text takes no time of its square.
 */
const inTexts = [
  // https://user:password@host
  /(?<lead>:\/\/[^\s/?#:@"']{0,256}:)(?<secret>[^\s/?#@"']{1,1024})(?=@)/g,
  // ?access_token=…, DB_PASSWORD=…, --password=…
  /(?<lead>(?<![\w.-])-{0,2}(?=[\w.-]*(?:secret|token|passw|passphrase|pwd|key|signature))(?<name>\w[\w.-]*)=)(?<secret>"[^"]*"|'[^']*'|["']?[^\s&;"']+)/gi,
  // --password …
  /(?<lead>(?<![\w-])--?(?<name>[a-z][\w.-]{0,64})[ \t]{1,8})(?<secret>"[^"]*"|'[^']*'|[^\s"'-]\S*)/gi,
  // curl -H 'Authorization: …'
  /(?<lead>(?<![\w-])(?<name>(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,32}(?:key|token)):[ \t]{0,8})(?<secret>[^\s"'][^"'\r\n]*)/gi,
  /(?<lead>\bbearer )(?<secret>[\w.~+/=-]{20,})/gi,
  /(?<lead>-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)(?<secret>[\s\S]+?)(?=-----END|$)/g,
] as const;

/** Says whether a field, header, variable or flag of this name holds a secret. */
export function isNamedSecret(name: string): boolean {
  return secretField.test(name) || names.some((one) => one.test(name));
}

/** Says whether what stands in an object of this name is secret. */
export function isNamedSecretObject(name: string): boolean {
  return isNamedSecret(name) && !reference.test(name);
}

/** Says whether a field of such an object only tells of it. */
export function isAboutSecret(name: string): boolean {
  return aboutIt.test(name);
}

/** Answers the name of a flag that stands for itself, whose value comes next, such as `--password`. */
export function flagName(text: string): string | undefined {
  return /^--?([a-z][\w.-]{0,64})$/i.exec(text)?.[1];
}

/** Says whether a text is worth searching. */
export function mayHoldSecret(text: string): boolean {
  return hints.some((hint) => hint.test(text));
}

/** Conceals the secrets that stand in a text that is no JSON, such as a command or an address. */
export function concealInText(text: string): string {
  return inTexts.reduce(
    (left, pattern) =>
      left.replace(pattern, (...found) => {
        const { lead = '', name, secret = '' } = found.at(-1) as Partial<Record<string, string>>;
        if (name !== undefined && !isSecretValue(name, secret)) return lead + secret;
        return lead + shownSecret;
      }),
    text,
  );
}

/** What is counted by its name (`secretCount`) is no secret. */
export function isSecretValue(name: string, value: string): boolean {
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return /pass(?:word|wd|phrase)$/i.test(name);
  return isNamedSecret(name) && !reference.test(name);
}
