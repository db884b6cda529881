import { benchDecode } from '../bench-decode.ts';
import { type Figure, measured, median } from './figure.ts';

/** How fast pushed alerts become signals, as a share of the rate at which `JSON.parse` reads the same bytes. */
export const ingest: Figure = {
  name: 'ingest rate against JSON.parse',
  unit: '×',
  goal: '> 0.5',
  measure: async ({ runs }) => {
    const results = Array.from({ length: runs }, () => benchDecode());
    const rate = Math.round(median(results.map(({ decodedPerSecond }) => decodedPerSecond)));
    return measured(
      results.map(({ ratio }) => ratio),
      `${rate} Falco alerts/s, bytes to normal form`,
    );
  },
};
