import type { ErrorCode } from 'yaml';
import { withoutFullStop } from './full-stop.ts';

/** Says what is wrong with the text of a YAML file, and what to do. */
export function yamlSentence(code: ErrorCode, message: string): string {
  return sentences[code] ?? `is not valid YAML: ${firstLetterSmall(message)}.`;
}

const sentences: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; YAML allows spaces only.',
  MULTIPLE_DOCS: "a second document begins here ('---'); put each into a file of its own.",
  RESOURCE_EXHAUSTION: 'the file is nested too deeply to be read.',
  TAG_RESOLVE_FAILED: 'tags (!…) are not read; write a plain value.',
  BLOCK_AS_IMPLICIT_KEY: "a value may not hold ': '; put it in quotes, or on a line of its own.",
};

function firstLetterSmall(text: string): string {
  return withoutFullStop(`${text.charAt(0).toLowerCase()}${text.slice(1)}`);
}
