import { type EventRules, eventRules, ruleSchema } from './event-rules.ts';
import { type Asked, credentialScope, type Exchange } from './exchange.ts';
import { type EventHistory, eventHistory, isLookup } from './history.ts';
import { type Identities, identities } from './identities.ts';
import type { ServiceLibrary } from './models/library.ts';
import { operationOf } from './operation.ts';
import { recordOf, type TrailRecord } from './record.ts';
import type { ProxyStartUp } from './start-up.ts';
import { type Trails, trailStates } from './trails.ts';

export interface RecorderOptions {
  readonly known: Pick<ProxyStartUp, 'account' | 'keys' | 'trails' | 'rules'>;
  readonly library: ServiceLibrary;
  /** Takes one line of a trail's file. */
  readonly write: (trail: string, line: string) => void;
  readonly deliver: (queueArn: string, body: string) => void;
  readonly log: (text: string) => void;
}

/** Turns the calls that passed into records, one after the other. */
export interface Recorder {
  readonly take: (exchange: Exchange) => void;
  /** Answers LookupEvents from what was recorded; undefined for any other call, and for attributes it does not know. */
  readonly lookUp: (call: Asked) => Promise<string | undefined> | undefined;
  /** Resolves when everything taken so far is recorded. */
  readonly settled: () => Promise<void>;
}

/**
 * Records each signed call of a service that is known: to the file of every trail that logs it, and, while a trail of
 * all regions logs it, to the event bus of its region.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { known, library, log } = options;
  const state: State = {
    identities: identities(known.account, known.keys),
    trails: trailStates(known.trails),
    rules: eventRules(known.rules.map((rule) => ruleSchema.parse(rule))),
    history: eventHistory(),
  };
  let last: Promise<void> = Promise.resolve();

  async function record(exchange: Exchange): Promise<void> {
    const scope = credentialScope(exchange);
    const service = scope && (await library.service(scope.service));
    const named = service && operationOf(exchange, service);
    if (scope === undefined || service === undefined) return;
    if (named === undefined)
      return log(`not recorded, no operation of ${scope.service}: ${exchange.method} ${exchange.url}`);

    const identity = state.identities.whose(scope.accessKeyId);
    const account = identity.accountId ?? known.account;
    const made = recordOf({ exchange, scope, service, named, identity, account });
    if (exchange.status < 400) {
      const operation = named.operation.name;
      if (scope.service === 'iam' || scope.service === 'sts') state.identities.learn(operation, exchange, scope);
      if (scope.service === 'events') state.rules.learn(operation, exchange.body, { account, region: scope.region });
    }
    state.history.keep(made);
    fanOut(made, exchange.answer);
  }

  function fanOut(made: TrailRecord, answer: string): void {
    const logging = state.trails.logging(made, answer);
    for (const { name } of logging) options.write(name, JSON.stringify(made));
    if (!logging.some(({ multiRegion }) => multiRegion)) return;
    for (const { queueArn, body } of state.rules.deliveries(made)) options.deliver(queueArn, body);
  }

  return {
    take(exchange) {
      last = last.then(() =>
        record(exchange).catch((error: unknown) =>
          log(`not recorded: ${exchange.method} ${exchange.url}: ${String(error)}`),
        ),
      );
    },
    lookUp(call) {
      const scope = credentialScope(call);
      if (scope === undefined || !isLookup(call.headers)) return undefined;
      return last.then(() => {
        const account = state.identities.whose(scope.accessKeyId).accountId ?? known.account;
        return state.history.answer(call.body, { account, region: scope.region });
      });
    },
    settled: () => last,
  };
}

interface State {
  readonly identities: Identities;
  readonly trails: Trails;
  readonly rules: EventRules;
  readonly history: EventHistory;
}
