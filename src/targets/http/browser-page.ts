import { access, constants } from 'node:fs/promises';
import type { Browser, Page, Response } from 'playwright-core';
import type { PageAct, PageSettings } from './browser-messages.ts';
import { type PinnedHosts, pinHosts } from './hosts.ts';

/** A page that does what a journey says. `act` throws what the browser says where a step does not succeed. */
export interface OpenPage {
  readonly act: (act: PageAct) => Promise<Uint8Array | undefined>;
  readonly close: () => Promise<void>;
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

/** Opens a page of a browser of its own that may load the pinned hosts only, or says why there is none. */
export async function openPage(settings: PageSettings): Promise<OpenPage | string> {
  const hosts = pinHosts(settings.hosts, false);
  const browser = await launch(hosts, settings.browserPath);
  if (typeof browser === 'string') return browser;
  try {
    const page = await pinnedPage(browser, hosts, settings);
    return { act: (act) => carryOut(page, act), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function launch(hosts: PinnedHosts, browserPath: string | undefined): Promise<Browser | string> {
  const found = await findBrowser(browserPath);
  if (found !== undefined && 'absent' in found) return `No browser: ${found.absent}.`;
  const { chromium } = await import('playwright-core');
  // A redirect is not seen by `route`: what is not pinned, host and port, is not even resolved. The first rule that
  // fits wins; EXCLUDE would know no ports (net/base/host_mapping_rules.h of Chromium).
  const allowed = hosts.names.map((name) => `MAP ${name} ${name}`);
  const args = [`--host-resolver-rules=${allowed.join(', ')}, MAP * ~NOTFOUND`];
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

async function pinnedPage(browser: Browser, hosts: PinnedHosts, settings: PageSettings): Promise<Page> {
  const context = await browser.newContext({
    userAgent: `Mozilla/5.0 (compatible) ${settings.userAgent}`,
    extraHTTPHeaders: { ...settings.identity },
    serviceWorkers: 'block',
    acceptDownloads: false,
  });
  await context.route('**/*', async (route) => {
    if (isPinned(hosts, route.request().url())) await route.continue();
    else await route.abort('blockedbyclient');
  });
  return context.newPage();
}

async function carryOut(page: Page, act: PageAct): Promise<Uint8Array | undefined> {
  const timeout = act.timeoutMs;
  if (act.kind === 'screenshot') return page.screenshot({ type: 'png', timeout });
  if (act.kind === 'fill') await page.fill(act.field, act.text, { timeout });
  else if (act.kind === 'click') await page.click(act.element, { timeout });
  else if (act.kind === 'goto') {
    const answer = await goTo(page, act.url, timeout);
    if (answer !== null && !answer.ok()) throw new Error(`the page was answered HTTP ${answer.status()}`);
  } else {
    const element = page.locator(act.element).filter({ hasText: act.text }).first();
    await element.waitFor({ state: 'visible', timeout });
  }
  return undefined;
}

/**
 * Chromium may show the error page of a step that failed only after the next step began, which then ends as "interrupted
 * by another navigation"; such a step begins again.
 */
async function goTo(page: Page, url: string, timeoutMs: number): Promise<Response | null> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      // No limit is what 0 means to playwright: https://playwright.dev/docs/api/class-page#page-goto
      return await page.goto(url, { timeout: Math.max(1, end - performance.now()), waitUntil: 'domcontentloaded' });
    } catch (error) {
      if (!isInterruptedByErrorPage(error)) throw error;
    }
  }
}

function isInterruptedByErrorPage(error: unknown): boolean {
  return error instanceof Error && /interrupted by another navigation to "chrome-error:/.test(error.message);
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
