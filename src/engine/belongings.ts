import { type Belonging, belongingOf, type SourceClock } from './correlate.ts';
import { type Trial, viewOf } from './trial-state.ts';

interface Weighed {
  /** What whose they are was told by. */
  readonly facts: string;
  /** How many of the trial's signals were looked at. */
  readonly upTo: number;
  readonly belongings: readonly Belonging[];
}

const weighed = new WeakMap<Trial, Map<string, Weighed>>();

/**
 * Signals of one detector with whose they are. They are asked for at each wake-up: what was weighed is weighed again
 * only where the trial's acts, or what is known of the source's clock, have changed since.
 */
export function belongingsOf(trial: Trial, detector: string, view = viewOf(trial)): readonly Belonging[] {
  const ofTrial = weighed.get(trial) ?? new Map<string, Weighed>();
  weighed.set(trial, ofTrial);
  const source = sourceClockOf(trial, detector);
  const { faultSubjects, controlSubjects, ...acts } = view;
  const facts = JSON.stringify([faultSubjects.texts, controlSubjects.texts, acts, source]);
  const last = ofTrial.get(detector);
  const known = last?.facts === facts ? last : { upTo: 0, belongings: [] };
  const fresh = trial.heard.slice(known.upTo).filter((heard) => heard.detector === detector);
  const belongings =
    fresh.length === 0
      ? known.belongings
      : [...known.belongings, ...fresh.map((heard) => belongingOf(heard, view, source))];
  ofTrial.set(detector, { facts, upTo: trial.heard.length, belongings });
  return belongings;
}

const unknownSource: SourceClock = {
  marginMs: 1000,
  errorMs: 0,
  namesActor: false,
  carriesMarker: false,
  showsOpen: false,
  isOff: false,
  seesState: false,
};

export function sourceClockOf(trial: Trial, detector: string): SourceClock {
  const config = trial.deps.request.environment.detectors[detector];
  if (config === undefined) return unknownSource;
  const post = trial.deps.posts.get(detector);
  const marginMs = config.clock.error + config.clock.resolution;
  const aheadMs = -(post?.listener?.counters.clockOffsetMs ?? 0);
  return {
    marginMs,
    errorMs: config.clock.error,
    isOff: !trial.deps.wall.isSteady() || aheadMs > config.clock.error || post?.keeper.isClockBehind() === true,
    namesActor: config.sees === 'event' && config.carries.includes('actor'),
    showsOpen: post?.listener?.showsOpen ?? false,
    carriesMarker: config.sees === 'event' && config.carries.includes('marker'),
    seesState: config.sees === 'state',
  };
}
