import { decode } from '../src/detectors/decode.ts';
import { falco } from '../src/detectors/formats/falco.ts';
import type { AnyFormat } from '../src/model/detector.ts';
import { falcoAlert } from './bench/falco-alerts.ts';

export interface DecodeFigures {
  /** Falco alerts a second through `decode`, bytes to normal form; median of the rounds. */
  readonly decodedPerSecond: number;
  /** The same alerts through text decoding and plain `JSON.parse`, which rounds their nanoseconds. */
  readonly parsedPerSecond: number;
  /** Median of the ratios of the rounds. */
  readonly ratio: number;
}

/** Measures how fast pushed alerts are taken in against plain `JSON.parse` of the same bytes. */
export function benchDecode({ rounds = 45, alerts = 4000 } = {}): DecodeFigures {
  const payloads = Array.from({ length: 64 }, (_, n) => Buffer.from(falcoAlert(n)));
  const formats = [{ definition: falco as unknown as AnyFormat, params: {} }];
  const utf8 = new TextDecoder();
  const decodeOne = (bytes: Uint8Array) => decode({ bytes, arrivedMonoMs: 0 }, formats).signals.length;
  const parseOne = (bytes: Uint8Array) => (JSON.parse(utf8.decode(bytes)) === null ? 0 : 1);
  const decoded: number[] = [];
  const parsed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    parsed.push(rate(parseOne, payloads, alerts));
    decoded.push(rate(decodeOne, payloads, alerts));
  }
  // The two halves of a round see the same load of the machine; medians of all rounds need not.
  const ratios = decoded.map((decodedNow, round) => decodedNow / (parsed[round] ?? Number.NaN));
  return { decodedPerSecond: median(decoded), parsedPerSecond: median(parsed), ratio: median(ratios) };
}

function rate(one: (bytes: Uint8Array) => number, payloads: readonly Uint8Array[], alerts: number): number {
  let read = 0;
  const began = performance.now();
  for (let n = 0; n < alerts; n++) read += one(payloads[n % payloads.length] ?? new Uint8Array());
  const seconds = (performance.now() - began) / 1000;
  if (read !== alerts) throw new Error(`${read} of ${alerts} alerts were read`);
  return alerts / seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const { decodedPerSecond, parsedPerSecond, ratio } = benchDecode();
  console.log(
    `decode ${Math.round(decodedPerSecond)}/s · JSON.parse ${Math.round(parsedPerSecond)}/s · ratio ${ratio.toFixed(2)}`,
  );
}
