import type { Json } from '../model/json.ts';

/**
 * Gives an instant as ISO text as precise as the source wrote it, or nothing: offsets stay, digits of the second stay.
 * A text without offset names no instant and gives nothing, unless its source is documented to write UTC.
 */
export function isoFromText(value: Json | undefined, more: { readonly utc?: boolean } = {}): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (plainForm.test(value)) return value;
  const match = isoForm.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const days = daysIn(Number(year), Number(month));
  if (Number(day) < 1 || Number(day) > days || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined;
  if (zone === undefined && more.utc !== true) return undefined;
  if (value.charCodeAt(10) === 0x54 && (zone === 'Z' || zone?.length === 6)) return value;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction ?? ''}${isoZone(zone)}`;
}

export type EpochUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * Gives an epoch count as ISO text in UTC. Digits beyond the millisecond are kept where the source has them: the count
 * may be a string, as integers beyond 2^53 are after {@link parseJson}.
 */
export function isoFromEpoch(value: Json | undefined, unit: EpochUnit): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = typeof value === 'number' ? plainDigits(value) : value;
  const match = /^(\d{1,19})(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const nanos = BigInt(match[1]) * perUnit[unit] + fractionNanos(match[2], perUnit[unit]);
  const ms = Number(nanos / 1_000_000n);
  if (ms > latestMs) return undefined;
  const iso = new Date(ms).toISOString();
  const rest = nanos % 1_000_000n;
  return rest === 0n ? iso : `${iso.slice(0, -1)}${rest.toString().padStart(6, '0').replace(/0+$/, '')}Z`;
}

/** What nearly all tools write, on days that every month has. */
const plainForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

const isoForm =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?: ?([Zz]|UTC|[+-](?:[01]\d|2[0-3]):?[0-5]\d))?$/;

const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const perUnit: Readonly<Record<EpochUnit, bigint>> = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isoZone(zone: string | undefined): string {
  if (zone === undefined || zone === 'Z' || zone === 'z' || zone === 'UTC') return 'Z';
  return zone.length === 6 ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

function plainDigits(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : value < 1e15 ? value.toString() : '';
}

function fractionNanos(digits: string | undefined, unit: bigint): bigint {
  return digits === undefined ? 0n : (BigInt(digits.padEnd(9, '0')) * unit) / 1_000_000_000n;
}
