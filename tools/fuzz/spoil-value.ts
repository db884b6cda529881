import type { Dice } from '../../src/testing/simulator/dice.ts';
import { oddKeys, oddValue } from './odd-values.ts';

type Holder = Record<string, unknown>;

/** Changes one to four places of a value in a copy; `others` lend their parts. */
export function spoilValue(dice: Dice, value: unknown, others: readonly unknown[]): unknown {
  let spoilt = structuredClone(value);
  for (let changes = dice.integer(1, 4); changes > 0; changes--) spoilt = spoilOnce(dice, spoilt, others);
  return spoilt;
}

function spoilOnce(dice: Dice, value: unknown, others: readonly unknown[]): unknown {
  const places = placesOf(value);
  if (places.length === 0 || dice.chance(0.01)) return oddValue(dice);
  const [holder, key] = dice.pick(places);
  const other = () => {
    const lent = placesOf(dice.pick(others));
    if (lent.length === 0) return oddValue(dice);
    const [from, name] = dice.pick(lent);
    return structuredClone(from[name]);
  };
  dice.weigh<() => void>([
    [3, () => put(holder, key, oddValue(dice))],
    [2, () => void delete holder[key]],
    [2, () => put(holder, key, other())],
    [1, () => put(holder, key, [holder[key], holder[key]])],
    [1, () => put(holder, key, { [key]: holder[key] })],
    [1, () => put(holder, dice.pick(oddKeys), oddValue(dice))],
    [1, () => put(holder, misspelt(dice, key), holder[key])],
    [1, () => put(holder, key, spoiltText(dice, holder[key]))],
    [1, () => swap(holder, key, dice.pick(places))],
  ])();
  return value;
}

/** `__proto__` becomes a key of its own, as `JSON.parse` makes one. */
function put(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key === 'length' && Array.isArray(holder) ? '0' : key, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
}

function swap(holder: Holder, key: string, [other, name]: readonly [Holder, string]): void {
  // A part put into itself would have no end.
  const [mine, theirs] = [structuredClone(holder[key]), structuredClone(other[name])];
  put(holder, key, theirs);
  put(other, name, mine);
}

function misspelt(dice: Dice, key: string): string {
  const at = dice.integer(0, Math.max(0, key.length - 1));
  return dice.pick([key.toUpperCase(), `${key}s`, ` ${key}`, `${key.slice(0, at)}${key.slice(at + 1)}`]);
}

function spoiltText(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  const [from, to] = [dice.integer(0, value.length), dice.integer(0, value.length)];
  const insert = oddValue(dice);
  return `${value.slice(0, from)}${typeof insert === 'string' ? insert : ''}${value.slice(to)}`;
}

function placesOf(value: unknown): (readonly [Holder, string])[] {
  const places: (readonly [Holder, string])[] = [];
  const gather = (holder: unknown, depth: number) => {
    if (typeof holder !== 'object' || holder === null || depth > 20 || places.length > 2000) return;
    for (const key of Object.keys(holder)) {
      places.push([holder as Holder, key]);
      gather((holder as Holder)[key], depth + 1);
    }
  };
  gather(value, 0);
  return places;
}
