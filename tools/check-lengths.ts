/** Names files that are too long to hold one idea: `node tools/check-lengths.ts`. */
import { readFile } from 'node:fs/promises';
import { type Finding, readSources, report, root, type Source } from './sources.ts';

const limit = 300;
const reasonsFile = 'tools/long-files.json';

/** Finds files over 300 lines without a reason, and reasons that no file needs any more. */
export function findLongFiles(
  sources: readonly Source[],
  reasons: Readonly<Record<string, string>>,
): readonly Finding[] {
  const long = sources.filter(({ text }) => lineCount(text) > limit);
  const without = long.filter(({ path }) => !reasons[path]?.trim());
  const stale = Object.keys(reasons).filter((path) => !long.some((source) => source.path === path));
  return [
    ...without.map(({ path, text }) => ({
      path,
      offset: text.length,
      message: `has ${lineCount(text)} lines; split it at an idea, or give a reason in ${reasonsFile}`,
    })),
    ...stale.map((path) => ({
      path: reasonsFile,
      offset: 0,
      message: `'${path}' has at most ${limit} lines: remove it`,
    })),
  ];
}

function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

if (import.meta.main) {
  const sources = await readSources('src', 'experiments', 'tools');
  const reasons: Readonly<Record<string, string>> = JSON.parse(await readFile(`${root}${reasonsFile}`, 'utf8'));
  const lengths = sources.map(({ text }) => lineCount(text)).sort((a, b) => a - b);
  report(findLongFiles(sources, reasons), sources, `file lengths (median ${lengths[lengths.length >> 1]})`);
}
