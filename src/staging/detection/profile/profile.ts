import { z } from 'zod';
import { type StagingNames, withNames } from './names.ts';
import { type Triple, tripleKey } from './triple.ts';

/** What a behavioural detector has learnt as normal, frozen. */
export interface Profile {
  /** Says how far from normal: 0 is known, 1 an actor never seen; undefined is no anomaly. */
  readonly anomaly: (triple: Triple) => { readonly score: number } | undefined;
}

const line = z.strictObject({ actor: z.string(), action: z.string(), resource: z.string() });

/**
 * Learns from a recorded warm-up: one triple a line, with placeholders for what differs between stagings.
 * @throws when a line is no triple
 */
export function learnProfile(recording: string, names: StagingNames): Profile {
  return learnHabits(withNames(recording, names));
}

/**
 * Learns from a recording whose names are the same in every staging, such as those of the cluster.
 * @throws when a line is no triple
 */
export function learnHabits(recording: string): Profile {
  const known = new Set<string>();
  const actors = new Set<string>();
  const actions = new Set<string>();
  for (const text of recording.split('\n').filter(Boolean)) {
    const triple = line.parse(JSON.parse(text));
    known.add(tripleKey(triple));
    actors.add(triple.actor);
    actions.add(`${triple.actor} ${triple.action}`);
  }
  return {
    anomaly(triple) {
      if (known.has(tripleKey(triple))) return undefined;
      if (!actors.has(triple.actor)) return { score: 1 };
      return { score: actions.has(`${triple.actor} ${triple.action}`) ? 0.6 : 0.8 };
    },
  };
}
