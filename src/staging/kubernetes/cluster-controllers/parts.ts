import type { Clock } from '../../../model/clock.ts';
import type { Log } from '../../detection/child-process.ts';
import type { Registry } from '../objects/registry.ts';
import type { Handler } from '../requests/handle.ts';
import type { Store } from '../storage/store.ts';

/** Is what every controller of the cluster works with. */
export interface ControllerParts {
  readonly store: Store;
  readonly registry: Registry;
  readonly handle: Handler;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Writes `namespace/name`, by which controllers queue their work. */
export function workItem({ metadata }: { readonly metadata: { readonly name: string; readonly namespace?: string } }) {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function placeOf(item: string): { readonly namespace: string; readonly name: string } {
  const slash = item.indexOf('/');
  return { namespace: item.slice(0, slash), name: item.slice(slash + 1) };
}
