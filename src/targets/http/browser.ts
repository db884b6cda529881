import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { CallError } from '../../model/call.ts';
import type { PageAct, PageAnswer, PageRequest } from './browser-messages.ts';
import type { PinnedHosts } from './hosts.ts';

/** A page of a browser that may load the pinned hosts only. Its steps throw `CallError` where they do not succeed. */
export interface BrowserPage {
  readonly goto: (url: string, timeoutMs: number) => Promise<void>;
  readonly fill: (field: string, text: string, timeoutMs: number) => Promise<void>;
  readonly click: (element: string, timeoutMs: number) => Promise<void>;
  /** Waits until an element shows the text. */
  readonly expectText: (element: string, text: string, timeoutMs: number) => Promise<void>;
  /** A picture of what is shown, as PNG. */
  readonly screenshot: () => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

export type BrowserFinding =
  | { readonly status: 'open'; readonly page: BrowserPage }
  | { readonly status: 'absent'; readonly reason: string };

export interface BrowserSettings {
  readonly hosts: PinnedHosts;
  readonly userAgent: string;
  readonly identity: Readonly<Record<string, string>>;
  /** Path of the program, of `WINDSHEAR_BROWSER`; nothing else is looked for then. */
  readonly browserPath?: string;
  readonly signal: AbortSignal;
}

const screenshotTimeoutMs = 10_000;

/** Opens a page in a browser of its own, driven by a process of its own, or says why there is none. */
export async function openBrowser(settings: BrowserSettings): Promise<BrowserFinding> {
  const { hosts, signal } = settings;
  signal.throwIfAborted();
  const driver = startDriver(signal);
  const opened = await open(driver, settings);
  if (opened.kind === 'absent') return { status: 'absent', reason: opened.reason };
  const act = async (what: string, one: PageAct) => {
    const answer = await driver.ask(what, { kind: 'act', act: one });
    return answer.kind === 'done' ? answer.picture : undefined;
  };
  const step = async (what: string, one: PageAct) => void (await act(what, one));
  const page: BrowserPage = {
    goto: async (url, timeoutMs) => step(`opening ${url}`, { kind: 'goto', url: pinned(hosts, url), timeoutMs }),
    fill: (field, text, timeoutMs) => step(`filling '${field}'`, { kind: 'fill', field, text, timeoutMs }),
    click: (element, timeoutMs) => step(`clicking '${element}'`, { kind: 'click', element, timeoutMs }),
    expectText: (element, text, timeoutMs) =>
      step(`expecting '${text}' in '${element}'`, { kind: 'expect-text', element, text, timeoutMs }),
    screenshot: async () => {
      const picture = await act('taking a picture', { kind: 'screenshot', timeoutMs: screenshotTimeoutMs });
      if (picture === undefined) throw new CallError('failed', 'StepFailed', 'taking a picture: there is none');
      return picture;
    },
    close: driver.end,
  };
  return { status: 'open', page };
}

async function open(driver: Driver, settings: BrowserSettings): Promise<Answer> {
  const { hosts, userAgent, identity, browserPath } = settings;
  const named = browserPath === undefined ? {} : { browserPath };
  let opened: Answer | undefined;
  try {
    const request = { kind: 'open', settings: { hosts: hosts.names, userAgent, identity, ...named } } as const;
    opened = await driver.ask('opening a browser', request);
    return opened;
  } finally {
    if (opened?.kind !== 'done') await driver.end();
  }
}

type Answer = Exclude<PageAnswer, { readonly kind: 'failed' }>;

function pinned(hosts: PinnedHosts, url: string): string {
  try {
    return hosts.check(url).href;
  } catch (error) {
    throw new CallError(
      'failed',
      'StepFailed',
      `opening ${url}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

interface Driver {
  /** One request at a time. Throws `CallError` where it fails or the process ends, the signal's reason once aborted. */
  readonly ask: (what: string, request: PageRequest) => Promise<Answer>;
  /** Has the process close its browser; resolves when both have ended. */
  readonly end: () => Promise<void>;
}

function startDriver(signal: AbortSignal): Driver {
  const file = new URL(`./browser-process${extname(import.meta.url)}`, import.meta.url);
  const child = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const letGo = () => {
    signal.removeEventListener('abort', letGo);
    if (child.connected) child.disconnect();
  };
  signal.addEventListener('abort', letGo, { once: true });
  return {
    end: () => {
      letGo();
      return ended;
    },
    ask: async (what, request) => {
      signal.throwIfAborted();
      const answer = await answerOf(child, request);
      signal.throwIfAborted();
      if (answer.kind !== 'failed') return answer;
      throw new CallError('failed', 'StepFailed', `${what}: ${answer.reason}`);
    },
  };
}

function answerOf(child: ChildProcess, request: PageRequest): Promise<PageAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: PageAnswer) => {
      child.off('message', settle);
      child.off('disconnect', gone);
      child.off('error', failed);
      resolve(answer);
    };
    const gone = () => settle({ kind: 'failed', reason: 'the process that drives the browser ended' });
    const failed = (error: Error) => settle({ kind: 'failed', reason: error.message });
    child.on('message', settle);
    child.on('disconnect', gone);
    child.on('error', failed);
    if (child.connected) child.send(request, (error) => error !== null && failed(error));
    else gone();
  });
}
