import { z } from 'zod';
import { CallError } from '../model/call.ts';
import type { ProbeContext, ProbeDefinition } from '../model/probe.ts';
import type { BrowserPage } from '../targets/http/browser.ts';
import type { HttpClients } from '../targets/http/clients.ts';

const selector = z.string().min(1).max(500);

const step = z.union([
  z.strictObject({ goto: z.string().regex(/^https?:\/\/\S+$/, { error: 'must be a URL (http:// or https://)' }) }),
  z.strictObject({ fill: z.strictObject({ field: selector, text: z.string() }) }),
  z.strictObject({ click: selector }),
  z.strictObject({ expect: z.strictObject({ text: z.string().min(1), in: selector.default('body') }) }),
]);
type Step = z.infer<typeof step>;

const params = z.strictObject({
  /** In order; elements are named as CSS selectors, or as `text=…`. */
  steps: z.array(step).min(1).max(50),
  /** Each step is given so long. */
  stepTimeoutMs: z.number().int().min(50).max(60_000).default(5000),
});
type Params = z.infer<typeof params>;

/**
 * Does in a browser what a user does. The first step that does not succeed ends the journey, with a screenshot as
 * evidence. Where no browser is found the probe is skipped, and says so.
 */
export const browserJourney: ProbeDefinition<Params, HttpClients> = {
  type: 'browser.journey',
  title: 'A user gets through',
  description:
    'Opens pages in Chromium or Chrome, fills, clicks and expects text; 1 where every step succeeded, else 0. Without a browser it is skipped. WINDSHEAR_BROWSER names one.',
  target: 'http',
  params,
  example: params.parse({
    steps: [
      { goto: 'http://127.0.0.1:8080/' },
      { fill: { field: '#prompt', text: 'a bird' } },
      { click: '#ask' },
      { expect: { text: 'It is a', in: '#answer' } },
    ],
  }),
  unit: 'completed journeys (0 or 1)',
  permissions: [],
  measure: async (ctx, { steps, stepTimeoutMs }) => {
    const found = await ctx.clients.browser(ctx.signal);
    if (found.status === 'absent') return { status: 'skipped', reason: found.reason };
    const { page } = found;
    try {
      for (const [index, one] of steps.entries()) {
        const failure = await attempt(ctx, () => act(page, one, stepTimeoutMs));
        if (failure === undefined) continue;
        await keepScreenshot(ctx, page, index);
        const detail = `Step ${index + 1} of ${steps.length} failed: ${failure}`;
        return { status: 'measured', value: 0, detail };
      }
      return { status: 'measured', value: 1 };
    } finally {
      await page.close();
    }
  },
};

async function act(page: BrowserPage, one: Step, timeoutMs: number): Promise<void> {
  if ('goto' in one) await page.goto(one.goto, timeoutMs);
  else if ('fill' in one) await page.fill(one.fill.field, one.fill.text, timeoutMs);
  else if ('click' in one) await page.click(one.click, timeoutMs);
  else await page.expectText(one.expect.in, one.expect.text, timeoutMs);
}

async function attempt(ctx: ProbeContext<HttpClients>, act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError) || ctx.signal.aborted) throw error;
    return error.message;
  }
}

/** A picture that cannot be taken takes nothing from the result: its `CallError` is the page's, and says no more. */
async function keepScreenshot(ctx: ProbeContext<HttpClients>, page: BrowserPage, index: number): Promise<void> {
  const { keep } = ctx;
  if (keep === undefined) return;
  const name = `journey-${Math.round(ctx.clock.monoMs())}-step-${index + 1}.png`;
  await attempt(ctx, async () => keep(name, await page.screenshot()));
}
