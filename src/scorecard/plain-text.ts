/**
 * Makes a text from outside harmless on a terminal and in a page: escape sequences, control characters and the
 * characters that turn the reading direction around become visible `\x1b` or `\u202e`; line breaks become spaces.
 */
export function plainText(text: string): string {
  return text.replace(/\s*[\r\n]+\s*|\t/g, ' ').replace(unsafe, (c) => visible(c));
}

/** Shows only the last four digits of every AWS account id in a text: `arn:aws:iam::…3333:role/app`. */
export function maskAccounts(text: string): string {
  return text.replace(/(?<![0-9A-Za-z])\d{8}(\d{4})(?![0-9A-Za-z])/g, '…$1');
}

/** Says how outside texts are shown: made harmless, and with account ids masked unless they are asked for. */
export function shownText(text: string, showAccounts: boolean): string {
  const plain = plainText(text);
  return showAccounts ? plain : maskAccounts(plain);
}

// C0 and C1 controls, DEL, bidirectional overrides and isolates, zero-width marks, line and paragraph separators, lone surrogates.
const unsafe = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
