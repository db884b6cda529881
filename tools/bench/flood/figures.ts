import { type Figure, measured } from '../figure.ts';
import { type FloodResult, flood } from './flood.ts';

const expectations = 10_000;
const perSecond = 5000;
const seconds = 60;

const done = new Map<FloodRequest['channel'], Promise<FloodResult>>();
type FloodRequest = Parameters<typeof flood>[0];

/** The 5,000 a second for a minute, then as fast as they go until a million; both figures of a channel are of one flood. */
function floodOnce(channel: FloodRequest['channel']): Promise<FloodResult> {
  const alerts = perSecond * seconds;
  const known = done.get(channel) ?? flood({ channel, alerts, expectations, perSecond, further: 1_000_000 - alerts });
  done.set(channel, known);
  return known;
}

function kept(channel: FloodRequest['channel']): Figure {
  return {
    name: `${perSecond} alerts/s by ${channel}`,
    unit: '×',
    goal: '1 heard of each sent',
    measure: async () => {
      const result = await floodOnce(channel);
      const { sent, heard, dropped, wrong, share, furtherPerSecond } = result;
      if (wrong.length > 0) throw new Error(`${wrong.length} verdicts are wrong, the first: ${wrong[0]}`);
      const note = [
        `${sent} sent, ${dropped} dropped`,
        `${expectations} expectations open, 0 verdicts wrong`,
        `${Math.round(result.perSecond)}/s at ${Math.round(share * 100)} % of a core`,
        `then ${Math.round(furtherPerSecond ?? 0)}/s at most`,
      ];
      return measured([heard / sent], note.join('; '));
    },
  };
}

function growth(channel: FloodRequest['channel']): Figure {
  return {
    name: `heap at 1,000,000 by ${channel}`,
    unit: '×',
    goal: '1 of that at 150,000',
    measure: async () => {
      const [early, late] = (await floodOnce(channel)).heapBytes;
      return measured([late / early], `${Math.round(early / 1e6)} to ${Math.round(late / 1e6)} MB`);
    },
  };
}

export const floods: readonly Figure[] = (['webhook', 'file-tail'] as const).flatMap((channel) => [
  kept(channel),
  growth(channel),
]);
