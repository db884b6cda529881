import type { Random } from './random.ts';

/** Who acts: the fault's injection, its control, our own reads, our reverts, our canaries. */
export type Phase = 'inject' | 'control' | 'observe' | 'revert' | 'canary';

/** `ws` and 12 characters of [a-z2-7]: 60 random bits that survive DNS names, labels, JSON, XML and URL encoding. */
export type Marker = `ws${string}`;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const letters = { inject: 'i', control: 'c', observe: 'o', revert: 'r', canary: 'k' } as const;
const phases: ReadonlyMap<string, Phase> = new Map(
  Object.entries(letters).map(([phase, letter]) => [letter, phase as Phase]),
);

/** Draws the marker of a trial. */
export function newMarker(random: Random): Marker {
  return `ws${Array.from(random.bytes(12), (byte) => alphabet[byte % 32]).join('')}`;
}

/** Writes the marker as user agents and session names carry it: `ws….i`. */
export function markerWithPhase(marker: Marker, phase: Phase): string {
  return `${marker}.${letters[phase]}`;
}

export interface MarkerSighting {
  readonly marker: Marker;
  /** Absent where the marker stands without a letter, as in names, tags and labels. */
  readonly phase?: Phase;
}

/** Finds every distinct marker, with or without phase, in a text, also right behind an escape of raw JSON. */
export function findMarkers(text: string): readonly MarkerSighting[] {
  const found = new Map<string, MarkerSighting>();
  for (const match of text.matchAll(
    /(?:(?<![a-z0-9])|(?<=\\[bfnrt]))(ws[a-z2-7]{12})(?![a-z0-9])(?:\.([icork])(?![a-z0-9]))?/g,
  )) {
    const marker = match[1] as Marker;
    const phase = match[2] === undefined ? undefined : phases.get(match[2]);
    found.set(match[0], phase === undefined ? { marker } : { marker, phase });
  }
  return [...found.values()];
}
