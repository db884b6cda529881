import type { PageAnswer, PageRequest } from './browser-messages.ts';
import { type OpenPage, openPage } from './browser-page.ts';

/**
 * The process of one browser page, forked by `openBrowser`: the library that drives a browser is 17 MB of text, whose
 * loading would hold up a harness that measures milliseconds. It ends, and its browser with it, when the harness does.
 */
let page: OpenPage | undefined;
let last: Promise<void> = Promise.resolve();

process.on('message', (request: PageRequest) => {
  last = last.then(async () => reply(await answerTo(request)));
});
process.on('disconnect', () => void end());
process.on('SIGINT', () => undefined);

async function answerTo(request: PageRequest): Promise<PageAnswer> {
  try {
    if (request.kind === 'open') {
      const opened = await openPage(request.settings);
      if (typeof opened === 'string') return { kind: 'absent', reason: opened };
      page = opened;
      return { kind: 'done' };
    }
    if (page === undefined) throw new Error('no page is open');
    const picture = await page.act(request.act);
    return { kind: 'done', ...(picture === undefined ? {} : { picture }) };
  } catch (error) {
    const [reason = 'it failed'] = error instanceof Error ? error.message.split('\n') : [String(error)];
    return { kind: 'failed', reason };
  }
}

function reply(answer: PageAnswer): void {
  if (process.connected) process.send?.(answer);
}

async function end(): Promise<void> {
  await page?.close();
  process.exit();
}
