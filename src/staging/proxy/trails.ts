import { z } from 'zod';
import { parseJson } from './parameters/json.ts';
import type { TrailRecord } from './record.ts';

/** Is a trail as far as it decides which records are kept. */
export const trailSchema = z.object({
  name: z.string(),
  account: z.string(),
  homeRegion: z.string(),
  multiRegion: z.boolean(),
  logging: z.boolean(),
});

export type Trail = z.infer<typeof trailSchema>;

/** Says which trails log a record, and follows what the calls themselves do to the trails. */
export interface Trails {
  /** Takes the records in order; the record that stops a trail is its last one, the one that starts it its first. */
  readonly logging: (record: TrailRecord, answer: string) => readonly Trail[];
}

export function trailStates(known: readonly Trail[]): Trails {
  let trails = [...known];

  function change(record: TrailRecord, answer: string): void {
    if (record.eventSource !== 'cloudtrail.amazonaws.com' || record.errorCode !== undefined) return;
    const named = (trail: Trail) => isNamed(trail, record);
    switch (record.eventName) {
      case 'StartLogging':
      case 'StopLogging':
        trails = trails.map((trail) =>
          named(trail) ? { ...trail, logging: record.eventName === 'StartLogging' } : trail,
        );
        break;
      case 'DeleteTrail':
        trails = trails.filter((trail) => !named(trail));
        break;
      case 'CreateTrail':
        trails.push(...made(record, answer));
        break;
      case 'UpdateTrail': {
        const multiRegion = record.requestParameters?.['isMultiRegionTrail'];
        if (typeof multiRegion === 'boolean')
          trails = trails.map((trail) => (named(trail) ? { ...trail, multiRegion } : trail));
        break;
      }
    }
  }

  return {
    logging(record, answer) {
      const before = trails.filter((trail) => isLogged(trail, record));
      change(record, answer);
      const started = trails.filter(
        (trail) => isLogged(trail, record) && !before.some(({ name }) => name === trail.name),
      );
      return [...before, ...started];
    },
  };
}

/** Trails log management events of their account, of one region or of all. */
function isLogged({ logging, account, multiRegion, homeRegion }: Trail, record: TrailRecord): boolean {
  if (!logging || !record.managementEvent || account !== record.recipientAccountId) return false;
  return multiRegion || homeRegion === record.awsRegion;
}

function isNamed(trail: Trail, { requestParameters, recipientAccountId, awsRegion }: TrailRecord): boolean {
  const name = requestParameters?.['name'];
  const arn = `arn:aws:cloudtrail:${trail.homeRegion}:${trail.account}:trail/${trail.name}`;
  if (name === arn) return true;
  return name === trail.name && trail.account === recipientAccountId && trail.homeRegion === awsRegion;
}

const createTrailAnswer = z.object({ Name: z.string(), IsMultiRegionTrail: z.boolean().default(false) });

/** A new trail does not log until it is started. */
function made({ awsRegion, recipientAccountId }: TrailRecord, answer: string): readonly Trail[] {
  const parsed = createTrailAnswer.safeParse(parseJson(answer));
  if (!parsed.success) return [];
  const { Name: name, IsMultiRegionTrail: multiRegion } = parsed.data;
  return [{ name, account: recipientAccountId, homeRegion: awsRegion, multiRegion, logging: false }];
}
