/** How a region treats its requests; one that drains goes on to serve, and asks to be given no more. */
export const regionModes = ['serve', 'drain', 'refuse', 'hang', 'error', 'slow'] as const;

export type RegionMode = (typeof regionModes)[number];

/** A value that administrators change, with the number of its changes, which guards against lost updates. */
export interface Setting<Value> {
  readonly name: string;
  readonly value: Value;
  readonly generation: number;
  /** Only where the generation is still the given one. */
  readonly change: (value: Value, ifGeneration?: number) => boolean;
}

/** Makes a setting; `onChange` is told of every new value. */
export function createSetting<Value>(
  name: string,
  initial: Value,
  onChange: (value: Value) => void = () => undefined,
): Setting<Value> {
  let value = initial;
  let generation = 1;
  return {
    name,
    get value() {
      return value;
    },
    get generation() {
      return generation;
    },
    change: (next, ifGeneration) => {
      if (ifGeneration !== undefined && ifGeneration !== generation) return false;
      value = next;
      generation += 1;
      onChange(next);
      return true;
    },
  };
}
