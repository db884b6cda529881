import type { Act, Alert, Cause } from './ledger.ts';
import { isBad, isFine } from './state.ts';
import type { DetectorStory, Noise } from './story.ts';
import type { Surroundings } from './surroundings.ts';
import { Transport } from './transport.ts';

/** What was found about one subject, so that an alert on it can be updated. */
interface Known {
  id: string;
  open: boolean;
  count: number;
  firstMs: number;
  agents: string[];
  acts: Act[];
  lastOccurrence: Act | undefined;
}

interface Occurrence {
  readonly rule: string;
  readonly resource: string;
  readonly cause: Cause;
  readonly agent: string | undefined;
  readonly actor: string | undefined;
}

const trail = 'trail/main';
const lookAgainMs = 500;
const heartbeatMs = 1000;

/** A detector of the world: what it makes of events or of states, and how its alerts look. */
export class SimDetector {
  readonly story: DetectorStory;
  readonly transport: Transport;
  readonly #world: Surroundings;
  readonly #known = new Map<string, Known>();
  readonly #lookingAt = new Set<string>();
  readonly #deaf: { readonly fromMs: number; readonly untilMs: number }[] = [];
  #ids = 0;

  constructor(world: Surroundings, story: DetectorStory) {
    this.#world = world;
    this.story = story;
    this.transport = new Transport(world, story);
    world.watch((act) => this.#onWrite(act));
    for (const trouble of world.story.troubles) {
      if (trouble.kind === 'deaf' && trouble.detector === story.name && trouble.what === 'rules') {
        world.when(trouble.from, () => {
          const fromMs = world.clock.monoMs();
          this.#deaf.push({ fromMs, untilMs: fromMs + trouble.forMs });
        });
      }
      if (trouble.kind === 'noise' && trouble.detector === story.name) {
        world.when(trouble.at, () => this.#noise(trouble.noise, trouble.resource));
      }
    }
    if (story.sees === 'state') {
      for (const resource of world.resources().keys()) if (this.#isBadNow(resource)) this.#look(resource);
    }
    if (story.ruleCanary === 'heartbeat') this.#beat();
  }

  /** Takes a canary: a benign act that a rule knows, or the tool's own test. */
  canary(act: Act): void {
    if (act.op === 'canary' && !this.#rulesUp()) return;
    const isTest = act.op === 'test';
    this.#raise({
      key: `${this.story.name}-canary-${act.n}`,
      rule: isTest ? 'test' : 'canary',
      resource: this.story.name,
      sample: isTest,
      cause: { kind: 'canary', act },
      agents: [act.agent],
    });
  }

  #onWrite(act: Act): void {
    const { story } = this;
    if (!story.covers.includes(act.resource)) return;
    if (story.sees === 'state') {
      if (act.deniedBy === undefined) this.#lookSoon(act.resource);
      return;
    }
    if (!this.#rulesUp()) return;
    const rule = this.#ruleFor(act);
    if (rule !== undefined)
      this.#occurred({ rule, resource: act.resource, cause: { kind: 'act', act }, agent: act.agent, actor: act.actor });
  }

  #ruleFor(act: Act): string | undefined {
    const { story } = this;
    if (act.deniedBy !== undefined) return isBad(act.value) ? 'tried' : undefined;
    if (isBad(act.value) || (story.alertsOnControl && isFine(act.value))) return 'exposed';
    return story.alertsOnCleanup && !isFine(act.value) ? 'exposed' : undefined;
  }

  #lookSoon(resource: string): void {
    const { scanMs } = this.story;
    if (scanMs === 0) {
      this.#look(resource);
      return;
    }
    if (this.#lookingAt.has(resource)) return;
    this.#lookingAt.add(resource);
    const { clock } = this.#world;
    clock.at((Math.floor(clock.monoMs() / scanMs) + 1) * scanMs, () => {
      this.#lookingAt.delete(resource);
      this.#look(resource);
    });
  }

  #look(resource: string): void {
    const { clock, ledger } = this.#world;
    if (!this.#rulesUp()) {
      if (!this.#lookingAt.has(resource)) {
        this.#lookingAt.add(resource);
        clock.at(clock.monoMs() + lookAgainMs, () => {
          this.#lookingAt.delete(resource);
          this.#look(resource);
        });
      }
      return;
    }
    const known = this.#known.get(resource);
    if (!this.#isBadNow(resource)) {
      if (known?.open === true) this.#resolve(resource, known);
      return;
    }
    const state = this.#world.state(resource);
    const last = ledger.acts.findLast(
      (act) =>
        act.resource === resource &&
        act.op === 'write' &&
        act.actedMs !== undefined &&
        act.deniedBy === undefined &&
        this.#minds(act.value) &&
        state[act.field ?? ''] === act.value,
    );
    if (known?.open === true && known.lastOccurrence === last) return;
    this.#occurred({
      rule: 'exposed',
      resource,
      cause: { kind: 'state', act: last },
      agent: last?.agent,
      actor: undefined,
    });
  }

  #occurred(one: Occurrence): void {
    const { story } = this;
    const nowMs = this.#world.clock.monoMs();
    const perSubject = story.sees === 'state' || story.alertPer === 'subject';
    const key = perSubject ? one.resource : `${one.resource} ${++this.#ids}`;
    const subject = `${one.rule} ${key}`;
    const known = perSubject ? this.#known.get(story.sees === 'state' ? one.resource : subject) : undefined;
    const isUpdate = known?.open === true;
    const next: Known = isUpdate
      ? { ...known, count: known.count + 1 }
      : {
          id: `${story.name}-${++this.#ids}`,
          open: true,
          count: 1,
          firstMs: nowMs,
          agents: [],
          acts: [],
          lastOccurrence: undefined,
        };
    next.agents = story.keepsAgents && isUpdate ? [...next.agents, one.agent ?? ''] : [one.agent ?? ''];
    next.lastOccurrence =
      one.cause.kind === 'canary' || one.cause.kind === 'act' || one.cause.kind === 'state' ? one.cause.act : undefined;
    const earlierActs = isUpdate ? next.acts : [];
    next.acts = next.lastOccurrence === undefined ? earlierActs : [...earlierActs, next.lastOccurrence];
    if (perSubject) this.#known.set(story.sees === 'state' ? one.resource : subject, next);
    this.#raise({
      key: `${story.name} ${subject}`,
      id: next.id,
      rule: one.rule,
      resource: one.resource,
      cause: one.cause,
      agents: story.carriesMarker ? next.agents : [],
      ...(story.carriesActor && one.actor !== undefined ? { actor: one.actor } : {}),
      firstMs: next.firstMs,
      isUpdate,
      earlierActs,
      ...(story.recurrence === 'count' ? { count: next.count } : {}),
      ...(story.recurrence === 'last-seen' ? { lastSeenMs: nowMs } : {}),
    });
  }

  #resolve(resource: string, known: Known): void {
    this.#known.set(resource, { ...known, open: false });
    this.#raise({
      key: `${this.story.name} exposed ${resource}`,
      id: known.id,
      rule: 'exposed',
      resource,
      status: 'resolved',
      cause: { kind: 'noise', noise: 'resolved' },
      agents: [],
    });
  }

  #noise(noise: Noise, resource: string): void {
    const cause = { kind: 'noise', noise } as const;
    const marker = 'wsaaaaaaaaaaaa.i';
    const plain = {
      key: `${this.story.name} noise ${++this.#ids}`,
      rule: 'exposed',
      resource,
      cause,
      agents: [] as string[],
    };
    const actorOf = (actor: string) => (this.story.carriesActor ? { actor } : {});
    const stranger = { agents: this.story.carriesMarker ? ['stranger/1'] : [], ...actorOf('role/stranger') };
    switch (noise) {
      case 'sample':
        this.#raise({ ...plain, sample: true, agents: this.story.carriesMarker ? ['sample'] : [] });
        break;
      case 'elsewhere':
        this.#raise({ ...plain, ...stranger, resource: 'bucket/elsewhere' });
        break;
      case 'stranger':
        this.#raise({ ...plain, ...stranger });
        break;
      case 'twin':
        this.#raise({ ...plain, ...actorOf('role/tester'), agents: [`windshear/0 ${marker}`] });
        break;
      case 'resolved':
        this.#raise({ ...plain, status: 'resolved' });
        break;
      case 'weak':
        this.#raise({ ...plain, rule: 'unusual' });
        break;
      case 'resent':
        this.transport.resend(resource);
        break;
    }
  }

  #beat(): void {
    const { clock } = this.#world;
    clock.at(clock.monoMs() + heartbeatMs, () => {
      if (this.#rulesUp())
        this.#raise({
          key: `${this.story.name} heartbeat ${++this.#ids}`,
          rule: 'heartbeat',
          resource: this.story.name,
          cause: { kind: 'heartbeat' },
          agents: [],
        });
      this.#beat();
    });
  }

  #rulesUp(): boolean {
    const nowMs = this.#world.clock.monoMs();
    if (this.#deaf.some((one) => one.fromMs <= nowMs && nowMs < one.untilMs)) return false;
    return !this.story.usesTrail || !Object.values(this.#world.state(trail)).some(isBad);
  }

  #minds(value: string | undefined): boolean {
    return isBad(value) || (this.story.alertsOnControl && isFine(value));
  }

  #isBadNow(resource: string): boolean {
    if (!this.story.covers.includes(resource)) return false;
    return Object.values(this.#world.state(resource)).some((value) => this.#minds(value));
  }

  #raise(draft: Draft): void {
    const { story } = this;
    const nowMs = this.#world.clock.monoMs();
    const severity = draft.rule === 'exposed' || draft.rule === 'tried' ? story.severity : 3;
    const epochMs = (monoMs: number) => {
      const skewed = this.#world.clock.epochMs() - nowMs + monoMs + story.skewMs;
      return story.resolutionMs === 0 ? skewed : Math.floor(skewed / story.resolutionMs) * story.resolutionMs;
    };
    const eventEpochMs = epochMs(draft.firstMs ?? nowMs);
    const lastSeenEpochMs = draft.lastSeenMs === undefined ? undefined : epochMs(draft.lastSeenMs);
    const {
      key,
      rule,
      resource,
      status = 'open',
      sample = false,
      cause,
      agents,
      actor,
      count,
      isUpdate = false,
      earlierActs = [],
    } = draft;
    const id = draft.id ?? key.replaceAll(' ', '-');
    const signal = {
      format: 'sim',
      id,
      dedupeKey: key,
      rule,
      severity,
      rawSeverity: String(severity ?? ''),
      status,
      sample,
      techniques: [],
      ...(story.withoutTime === true ? {} : { eventTime: new Date(eventEpochMs).toISOString() }),
      ...(lastSeenEpochMs === undefined ? {} : { lastSeen: new Date(lastSeenEpochMs).toISOString() }),
      ...(count === undefined ? {} : { count }),
      resource: named(resource, story.naming),
      ...(actor === undefined && agents.length === 0
        ? {}
        : {
            actor: {
              ...(actor === undefined ? {} : { name: actor }),
              ...(agents.length === 0 ? {} : { userAgent: agents.join(' ') }),
            },
          }),
    };
    const alert: Alert = {
      n: this.#world.ledger.alerts.length + 1,
      detector: story.name,
      key,
      id,
      rule,
      resource,
      status,
      severity,
      sample,
      trueMs: draft.lastSeenMs ?? nowMs,
      eventEpochMs,
      saysTime: story.withoutTime !== true,
      cause,
      agents,
      isUpdate,
      earlierActs,
      text: JSON.stringify(signal),
      ...(count === undefined ? {} : { count }),
      ...(lastSeenEpochMs === undefined ? {} : { lastSeenEpochMs }),
      ...(actor === undefined ? {} : { actor }),
    };
    this.#world.ledger.alerts.push(alert);
    this.transport.send(alert);
  }
}

interface Draft {
  readonly key: string;
  readonly id?: string;
  readonly rule: string;
  readonly resource: string;
  readonly status?: Alert['status'];
  readonly sample?: boolean;
  readonly cause: Cause;
  readonly agents: readonly string[];
  readonly actor?: string;
  readonly firstMs?: number;
  readonly lastSeenMs?: number;
  readonly count?: number;
  readonly isUpdate?: boolean;
  readonly earlierActs?: readonly Act[];
}

function named(resource: string, naming: DetectorStory['naming']): Record<string, string> {
  const bare = resource.split('/')[1] ?? resource;
  if (naming === 'arn' && resource.startsWith('bucket/')) return { arn: `arn:aws:s3:::${bare}` };
  return naming === 'bare' ? { id: bare } : { id: resource };
}
