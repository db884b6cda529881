import type { Marker } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';
import { collectionOf, isOtherWorkload, sameActor, sameSubject, subjectKeys, subjectNames } from '../model/subjects.ts';
import type { HeardSignal, Instant } from './heard.ts';

export type Evidence = 'marker' | 'subject' | 'actor' | 'rule' | 'time';

/** Whose a signal is, as far as marker, subject, actor and time tell (J4 to J7); rules are matched by the judges. */
export interface Belonging {
  readonly heard: HeardSignal;
  /** `ours`: raised by our reads, reverts or canaries. `ambiguous`: the fault's or the control's, nobody can say (J7). */
  readonly whose: 'fault' | 'control' | 'ours' | 'other' | 'ambiguous';
  readonly matchedBy: readonly Evidence[];
}

/** Resources as texts, and all their normal forms. */
export interface Subjects {
  readonly texts: readonly string[];
  readonly keys: ReadonlySet<string>;
}

/** Prepares resources for matching. */
export function subjectsFrom(texts: readonly string[]): Subjects {
  return { texts, keys: new Set(texts.flatMap((text) => subjectKeys(text))) };
}

/**
 * All normal forms, and those of the collections of what is touched: a request to one names no object, and the names
 * of some are known only once they are there.
 */
export function withCollections({ keys }: Subjects, touched: readonly string[]): ReadonlySet<string> {
  const collections = touched.map(collectionOf).filter((text) => text !== undefined);
  return new Set([...keys, ...collections.flatMap((text) => subjectKeys(text))]);
}

/** What correlation needs to know of a trial. */
export interface TrialView {
  readonly marker: Marker;
  readonly faultSubjects: Subjects;
  readonly controlSubjects: Subjects;
  /** ARNs or names under which faults and controls are injected. */
  readonly ourActors: readonly string[];
  /** True where reverts are made under another identity, so that the actor tells them from injections. */
  readonly revertsAsOther: boolean;
  /** True where somebody else acts (`external`): neither our marker nor our name is to be expected. */
  readonly isByOthers?: boolean;
  /** First mutating request of the first fault; absent before the injection. */
  readonly t0?: Instant;
  readonly control?: {
    readonly t0: Instant;
    /** The end of its last act, its revert included. */
    readonly lastAct: Instant;
  };
  /** The end of the last act of an earlier trial of this run on the same subjects. */
  readonly earlier?: Instant;
  /** When the first request left that takes a fault back, or our revert began where it sends none that changes anything. */
  readonly revertRequested?: Instant;
  /** When the last request was answered by which all faults are out; absent as long as one may be in. */
  readonly reverted?: Instant;
}

export interface SourceClock {
  /** Error and resolution of the source's clock, added up: how far a time may lie before the event. */
  readonly marginMs: number;
  /** The error alone: how far a time may lie after the event, since a coarse one is cut off, never rounded up. */
  readonly errorMs: number;
  /** True where the source's own signals show that its clock is further off than declared; then time tells nothing. */
  readonly isOff: boolean;
  /** True where an event names the actor who caused it, so that another's name rules it out. */
  readonly namesActor: boolean;
  /** True where one alert may stand for several events, and names the actor of one of them. */
  readonly showsOpen: boolean;
  /** True where an event carries the user agent that caused it, so that one without our marker is hardly ours. */
  readonly carriesMarker: boolean;
  /** True where it tells of a state, which may be seen for as long as the revert goes on. */
  readonly seesState: boolean;
}

/** Says whose a signal is. */
export function belongingOf(heard: HeardSignal, view: TrialView, source: SourceClock): Belonging {
  const { signal } = heard;
  const say = (whose: Belonging['whose'], ...matchedBy: Evidence[]): Belonging => ({ heard, whose, matchedBy });
  if (signal.sample) return say('other');

  const evidence: Evidence[] = [];
  const mine = heard.sightings.filter((sighting) => sighting.marker === view.marker);
  const phases = new Set(mine.map((sighting) => sighting.phase).filter((phase) => phase !== undefined));
  const onFault = isAbout(signal, view.faultSubjects);
  const onControl = isAbout(signal, view.controlSubjects);
  if (onFault || onControl || mine.some((sighting) => sighting.phase === undefined)) evidence.push('subject');
  if (actorIsOurs(signal, view.ourActors)) evidence.push('actor');

  if (phases.size === 1) {
    const [phase] = phases;
    if (phase === 'inject') return say('fault', 'marker', ...evidence);
    if (phase === 'control') return say('control', 'marker', ...evidence);
    return say('ours', 'marker');
  }
  if (phases.size > 1 && !phases.has('inject')) return say('ours', 'marker');
  if (phases.size === 0 && heard.sightings.some((s) => s.marker !== view.marker && s.phase !== undefined))
    return say('other');

  const told = bySubject({ heard, view, source, evidence, onFault, onControl });
  // J10: the rule that a control is judged by holds for the fault too; that a marker is lost on the way is possible.
  const hasNoMarker = phases.size === 0 && view.isByOthers !== true && !isOfOurMaking(heard, view);
  if (source.carriesMarker && hasNoMarker && told.whose === 'fault') return { ...told, whose: 'ambiguous' };
  // J6: the fault's letter among others proves nothing; but what was caused by the fault too is never another's alone.
  return phases.size > 1 && told.whose !== 'fault' ? { ...told, whose: 'ambiguous' } : told;
}

function bySubject(one: TimeCase): Belonging {
  const { heard, evidence, source, view } = one;
  if (!evidence.includes('subject')) return { heard, whose: 'other', matchedBy: [] };
  const told = byTime(one);
  if (!source.namesActor || !namesActor(heard.signal) || evidence.includes('actor')) return told;
  if (view.isByOthers === true || isOfOurMaking(heard, view)) return told;
  // A controller acts on what anybody wrote: on what we wrote too.
  const mayBeOurs = source.showsOpen || isController(heard.signal);
  const mayHoldIt = mayBeOurs && (told.whose === 'fault' || told.whose === 'ambiguous');
  return { heard, whose: mayHoldIt ? 'ambiguous' : 'other', matchedBy: ['subject'] };
}

/** Whether a controller made it of what we had named by our marker: its name is that of a pod of our Deployment, say. */
function isOfOurMaking({ signal, sightings }: HeardSignal, { marker }: TrialView): boolean {
  return isController(signal) && sightings.some((one) => one.marker === marker && one.phase === undefined);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles */
const controllers = /^system:(?:serviceaccount:kube-system:|kube-controller-manager$|kube-scheduler$|node:)/;

function isController({ actor }: Signal): boolean {
  return [actor?.name, actor?.id].some((text) => text !== undefined && controllers.test(text));
}

interface TimeCase {
  readonly heard: HeardSignal;
  readonly view: TrialView;
  readonly source: SourceClock;
  readonly evidence: readonly Evidence[];
  readonly onFault: boolean;
  readonly onControl: boolean;
}

/**
 * J7: without marker, time decides between control, fault and our own revert. An alert that tells when it happened
 * first and last may hold all that lies between.
 */
function byTime(one: TimeCase): Belonging {
  const { heard, view } = one;
  const told = byEventTime(one, eventEpochMs(heard.signal));
  const sinceMs = sinceEpochMs(heard);
  if (told.whose !== 'ours' || sinceMs === undefined) return told;
  if (sinceMs - one.source.errorMs >= (view.revertRequested?.epochMs ?? 0)) return told;
  const opened = heard.previous === undefined ? byEventTime(one, sinceMs) : told;
  const isAfterT0 = sinceMs - one.source.errorMs >= (view.t0?.epochMs ?? Number.POSITIVE_INFINITY);
  return opened.whose === 'fault' && isAfterT0 ? opened : { ...told, whose: 'ambiguous' };
}

/**
 * When the first of the events happened that a version of an alert tells of, at any time where it does not say;
 * undefined where it tells of one only.
 */
function sinceEpochMs({ signal, previous }: HeardSignal): number | undefined {
  if (signal.lastSeen === undefined) return undefined;
  const ms = Date.parse(previous?.lastSeen ?? signal.eventTime ?? '');
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

function byEventTime(one: TimeCase, eventMs: number | undefined): Belonging {
  const { heard, view, source, evidence, onFault, onControl } = one;
  const say = (whose: Belonging['whose']): Belonging => ({ heard, whose, matchedBy: [...evidence, 'time'] });
  const { t0, control, revertRequested } = view;
  const [, arrivedMonoMs] = heard.arrivedMonoMs;
  const isOfControl =
    control !== undefined && onControl && arrivedMonoMs >= control.t0.monoMs && !isFromBefore(one, control.t0, eventMs);
  if (t0 === undefined || arrivedMonoMs < t0.monoMs) return say(isOfControl ? 'control' : 'other');

  if (source.isOff) return say('ambiguous');
  if (keepsFirstTime(heard, t0)) return say('ambiguous');
  if (revertRequested !== undefined && arrivedMonoMs >= revertRequested.monoMs) {
    if (eventMs === undefined) return say('ambiguous');
    if (eventMs - source.errorMs >= revertRequested.epochMs)
      return say(source.seesState && eventMs - source.errorMs < outEpochMs(view) ? 'ambiguous' : 'ours');
    const actorTells = view.revertsAsOther && evidence.includes('actor');
    if (!actorTells && eventMs + source.marginMs > revertRequested.epochMs) return say('ambiguous');
  }
  const mayBeEarlier = view.earlier !== undefined || (onControl && control !== undefined);
  if (eventMs === undefined) return say(mayBeEarlier ? 'ambiguous' : 'fault');
  if (eventMs < t0.epochMs - source.marginMs) return say(isOfControl ? 'control' : 'other');
  // Only where our last act before is so far back that the clock cannot bring it up to here can it not be meant.
  const waitedOut = [control?.lastAct, view.earlier].every(
    (act) => act === undefined || t0.monoMs - act.monoMs > apartMs(source),
  );
  if (!waitedOut && eventMs - source.errorMs < t0.epochMs) return say('ambiguous');
  return say(onFault || !onControl || eventMs < t0.epochMs ? 'fault' : 'control');
}

/** Whether what an alert tells of happened before an act; one of several events may keep the time of its first. */
function isFromBefore({ heard, source }: TimeCase, act: Instant, eventMs: number | undefined): boolean {
  if (eventMs === undefined || source.isOff || heard.signal.count !== undefined) return false;
  return eventMs < act.epochMs - source.marginMs;
}

/** From when on the faults were surely out. */
function outEpochMs({ reverted }: TrialView): number {
  return reverted?.epochMs ?? Number.POSITIVE_INFINITY;
}

/** How far apart two acts must be so that no clock within its declaration takes one for the other. */
export function apartMs({ marginMs, errorMs }: Pick<SourceClock, 'marginMs' | 'errorMs'>): number {
  return marginMs + errorMs;
}

/** An alert of several events that only tells when the first happened, before t0, does not tell when the last did. */
function keepsFirstTime({ signal, previous }: HeardSignal, t0: Instant): boolean {
  if (signal.lastSeen !== undefined) return false;
  const isOfSeveral = previous === undefined ? (signal.count ?? 1) > 1 : signal.eventTime === previous.eventTime;
  if (!isOfSeveral) return false;
  const firstMs = eventEpochMs(signal);
  return firstMs === undefined || firstMs < t0.epochMs;
}

/** The instant that a source gives to the event itself, in epoch milliseconds. */
export function eventEpochMs(signal: Signal): number | undefined {
  const text = signal.lastSeen ?? signal.eventTime;
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Every normal form of the resources that a signal names, but of those alone that have one of these names. */
export function signalKeys(signal: Signal, names: { readonly has: (name: string) => boolean }): readonly string[] {
  const namespace = signal.resource?.namespace;
  const keys: string[] = [];
  for (const text of named(signal)) {
    if (subjectNames(text, namespace).some((name) => names.has(name))) keys.push(...subjectKeys(text, namespace));
  }
  return keys;
}

/** Keys carry no account, so an ARN must agree as a whole. */
export function isAbout(signal: Signal, { texts, keys }: Subjects): boolean {
  if (keys.size === 0) return false;
  const fits = (text: string) => subjectKeys(text, signal.resource?.namespace).some((key) => keys.has(key));
  return named(signal).some(
    (text) =>
      fits(text) &&
      (!text.startsWith('arn:') || texts.some((subject) => sameSubject(text, subject))) &&
      (!texts.some((subject) => isOtherWorkload(text, subject)) || texts.some((subject) => sameSubject(text, subject))),
  );
}

function named({ resource, resources }: Signal): readonly string[] {
  // An ARN says more than a bare name beside it, which could be of another account.
  const one = resource?.arn === undefined ? [resource?.id, resource?.name] : [resource.arn];
  return [...one, ...(resources ?? [])].filter((text) => text !== undefined);
}

function namesActor(signal: Signal): boolean {
  return signal.actor?.arn !== undefined || signal.actor?.name !== undefined || signal.actor?.id !== undefined;
}

function actorIsOurs(signal: Signal, ourActors: readonly string[]): boolean {
  const named = [signal.actor?.arn, signal.actor?.name, signal.actor?.id].filter((text) => text !== undefined);
  return named.some((text) => ourActors.some((ours) => sameActor(text, ours)));
}
