import { shorten } from '../model/shorten.ts';

/**
 * Makes a text from outside harmless on a terminal and in a page: escape sequences, control characters and the
 * characters that turn the reading direction around become visible `\x1b` or `\u202e`; line breaks become spaces. A very
 * long text keeps its beginning and its end, with a note of how much lies between; evidence holds it whole.
 */
export function plainText(text: string): string {
  return shorten(text, longest)
    .replace(/\s*[\r\n]+\s*|\t/g, ' ')
    .replace(unsafe, visible);
}

/** Shows only the last four digits of every AWS account id in a text: `arn:aws:iam::…3333:role/app`. */
export function maskAccounts(text: string): string {
  return text.replace(/(?<![0-9A-Za-z])\d{8}(\d{4})(?![0-9A-Za-z])/g, '…$1');
}

/** Says how outside texts are shown: made harmless, and with account ids masked unless they are asked for. */
export function shownText(text: string, showAccounts: boolean): string {
  // Masked first: afterwards the `b` of a visible `\x1b` would stand before the digits, or a cut between them.
  return plainText(showAccounts ? text : maskAccounts(text));
}

/**
 * Makes a whole page harmless for a terminal, as the last guard before it: its line breaks and tabs stay, and so do our
 * own colours. What else a terminal could act on becomes `\u001b`, which leaves JSON as it was.
 */
export function harmlessPage(page: string, colour: boolean): string {
  return page.replace(colour ? unsafeOrColour : unsafe, (found) =>
    found === '\n' || found === '\t' || found.length > 2 ? found : escaped(found),
  );
}

/** Most that a page shows of one text; a rollback that is dirty tells both images. */
const longest = 4000;

// C0 and C1 controls, DEL, marks that are not seen or turn the direction, line and paragraph separators, lone surrogates.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const unsafeOrColour = new RegExp(`\\u001b\\[(?:31|32|33|36|39|1|2|22)m|${unsafe.source}`, 'gu');

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : escaped(character);
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
