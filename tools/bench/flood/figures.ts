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
    name: `memory at 1,000,000 by ${channel}`,
    unit: '×',
    goal: '1 of the RSS at 100,000',
    measure: async () => {
      const { memory } = await floodOnce(channel);
      const [early, late] = [memory.at(0), memory.at(-1)];
      if (early === undefined || late === undefined) throw new Error('Memory was never looked at.');
      const megabytes = (bytes: number) => Math.round(bytes / 1e6);
      const told = memory.map(({ alerts, rssBytes }) => `${megabytes(rssBytes)} at ${Math.round(alerts / 1000)}k`);
      const heap = `heap ${megabytes(early.heapBytes)} and ${megabytes(late.heapBytes)} MB at both ends`;
      return measured([late.rssBytes / early.rssBytes], `RSS in MB ${told.join(', ')}; ${heap}`);
    },
  };
}

export const floods: readonly Figure[] = (['webhook', 'file-tail'] as const).flatMap((channel) => [
  kept(channel),
  growth(channel),
]);
