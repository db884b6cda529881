import { access, constants } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { CallError } from '../../model/call.ts';
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

/** Where Linux packages, macOS and Windows keep Chromium and Chrome. */
const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** https://playwright.dev/docs/browsers#google-chrome--microsoft-edge */
const channels = ['chrome', 'chromium', 'msedge'] as const;

/** Says which program to start: that of `WINDSHEAR_BROWSER`, else one at a usual path, else one that a channel knows. */
export async function findBrowser(
  named: string | undefined,
  places: readonly string[] = usualPaths,
): Promise<{ readonly executablePath: string } | { readonly absent: string } | undefined> {
  if (named !== undefined && named !== '') {
    if (await isProgram(named)) return { executablePath: named };
    return { absent: `WINDSHEAR_BROWSER names '${named}', which is no program` };
  }
  for (const executablePath of places) if (await isProgram(executablePath)) return { executablePath };
  return undefined;
}

/** Opens a page in a browser of its own, or says why there is none. */
export async function openBrowser(settings: BrowserSettings): Promise<BrowserFinding> {
  settings.signal.throwIfAborted();
  const found = await launch(settings);
  if (typeof found === 'string') return { status: 'absent', reason: found };
  try {
    return { status: 'open', page: await openPage(found, settings) };
  } catch (error) {
    await found.close();
    throw error;
  }
}

async function launch({ hosts, browserPath }: BrowserSettings): Promise<Browser | string> {
  const found = await findBrowser(browserPath);
  if (found !== undefined && 'absent' in found) return `No browser: ${found.absent}.`;
  const { chromium } = await import('playwright-core');
  // A redirect is not seen by `route`: what is not pinned is not even resolved.
  const allowed = hosts.names.map((name) => `EXCLUDE ${name.slice(0, name.lastIndexOf(':'))}`);
  const args = [`--host-resolver-rules=MAP * ~NOTFOUND, ${allowed.join(', ')}`];
  if (found !== undefined) return chromium.launch({ ...found, args });
  for (const channel of channels) {
    try {
      return await chromium.launch({ channel, args });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return 'No browser: neither Chromium nor Chrome was found; install one, or name it in WINDSHEAR_BROWSER.';
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && /is not found|doesn't exist|not supported on/.test(error.message);
}

async function openPage(
  browser: Browser,
  { hosts, userAgent, identity, signal }: BrowserSettings,
): Promise<BrowserPage> {
  const context = await browser.newContext({
    userAgent: `Mozilla/5.0 (compatible) ${userAgent}`,
    extraHTTPHeaders: { ...identity },
    serviceWorkers: 'block',
    acceptDownloads: false,
  });
  await context.route('**/*', async (route) => {
    if (isPinned(hosts, route.request().url())) await route.continue();
    else await route.abort('blockedbyclient');
  });
  const page = await context.newPage();
  const abort = () => void browser.close();
  signal.addEventListener('abort', abort, { once: true });
  return {
    goto: (url, timeout) =>
      step(`opening ${url}`, signal, async () => {
        const answer = await page.goto(hosts.check(url).href, { timeout, waitUntil: 'domcontentloaded' });
        if (answer !== null && !answer.ok()) throw new Error(`the page was answered HTTP ${answer.status()}`);
      }),
    fill: (field, text, timeout) => step(`filling '${field}'`, signal, () => page.fill(field, text, { timeout })),
    click: (element, timeout) => step(`clicking '${element}'`, signal, () => page.click(element, { timeout })),
    expectText: (element, text, timeout) =>
      step(`expecting '${text}' in '${element}'`, signal, () => waitForText(page, { element, text, timeout })),
    screenshot: () => step('taking a picture', signal, () => page.screenshot({ type: 'png' })),
    close: async () => {
      signal.removeEventListener('abort', abort);
      await browser.close();
    },
  };
}

async function waitForText(
  page: Page,
  { element, text, timeout }: { readonly element: string; readonly text: string; readonly timeout: number },
): Promise<void> {
  await page.locator(element).filter({ hasText: text }).first().waitFor({ state: 'visible', timeout });
}

async function step<Result>(what: string, signal: AbortSignal, act: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    const [first = 'it failed'] = error instanceof Error ? error.message.split('\n') : [String(error)];
    throw new CallError('failed', 'StepFailed', `${what}: ${first}`, { cause: error });
  }
}

function isPinned(hosts: PinnedHosts, url: string): boolean {
  if (/^(data|blob|about):/.test(url)) return true;
  try {
    return hosts.check(url).href !== '';
  } catch {
    return false;
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
