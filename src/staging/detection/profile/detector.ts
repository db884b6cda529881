import type { Clock } from '../../../model/clock.ts';
import { type CloudEvent, type CloudEventParts, cloudEvent } from '../cloud-event.ts';
import type { DetectorParts, EventDetector } from '../detector.ts';
import { outward } from '../options.ts';
import type { Profile } from './profile.ts';
import { type Triple, tripleOf } from './triple.ts';

export interface ProfileDetectorParts extends DetectorParts {
  readonly profile: Profile;
  /** Appends an event to the alert file. */
  readonly deliver: (event: CloudEvent) => void;
}

export interface ProfileDetector extends EventDetector {
  /** Sends one heartbeat; the caller beats once a second. */
  readonly beat: () => void;
}

export const heartbeatMs = 1000;

/** Watches who does what to what, and tells what the profile does not know. */
export function profileDetector(parts: ProfileDetectorParts): ProfileDetector {
  const { profile, deliver, switches, clock, signal, newId } = parts;
  const out = outward(deliver, switches, { clock, signal });
  return {
    handle(record) {
      const triple = tripleOf(record);
      const anomaly = profile.anomaly(triple);
      if (anomaly === undefined) return;
      const data = {
        rule: 'unusual-action',
        severity: 'medium',
        score: anomaly.score,
        ...described(triple),
      };
      const times = { time: record.eventTime, alertTime: now(clock) };
      out.raise(event('anomaly', { id: `unusual-action/${record.eventID}`, ...times, data }));
    },
    beat: () => out.prove(event('heartbeat', { id: newId(), time: now(clock), data: { rule: 'heartbeat' } })),
    chatter(arn) {
      const data = { rule: 'rare-hour', severity: 'low', score: 0.2, resource: { arn } };
      out.raise(event('anomaly', { id: newId(), time: now(clock), data }));
    },
  };
}

function described({ actor, action, resource }: Triple): Record<string, unknown> {
  return {
    actor: { arn: actor, name: actor.split('/').at(-1) },
    action,
    resource: { id: resource, ...(resource.startsWith('arn:') && { arn: resource }) },
  };
}

function event(
  kind: 'anomaly' | 'heartbeat',
  parts: Pick<CloudEventParts, 'id' | 'time' | 'alertTime' | 'data'>,
): CloudEvent {
  return cloudEvent({ detector: 'profile', kind, ...parts });
}

function now(clock: Clock): string {
  return new Date(clock.epochMs()).toISOString();
}
