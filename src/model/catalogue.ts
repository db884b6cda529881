import type { AnyCanary, AnyChannel, AnyFormat } from './detector.ts';
import type { AnyFault } from './fault.ts';
import type { AnyGuardrail } from './guardrail.ts';
import type { AnyLoad } from './load.ts';
import type { AnyProbe } from './probe.ts';

/** Every plugin by its type; `src/catalogue.ts` fills it, engine and validation read it. */
export interface Catalogue {
  readonly faults: ReadonlyMap<string, AnyFault>;
  readonly channels: ReadonlyMap<string, AnyChannel>;
  readonly formats: ReadonlyMap<string, AnyFormat>;
  readonly canaries: ReadonlyMap<string, AnyCanary>;
  readonly guardrails: ReadonlyMap<string, AnyGuardrail>;
  readonly probes: ReadonlyMap<string, AnyProbe>;
  readonly loads: ReadonlyMap<string, AnyLoad>;
}
