import { decode } from '../../src/detectors/decode.ts';
import type { BoundFormat } from '../../src/model/detector.ts';
import { findMarkers } from '../../src/model/marker.ts';
import { signalSchema } from '../../src/model/signal.ts';
import { alertSamples } from '../../src/testing/fixtures/alert-samples.ts';
import type { Dice } from '../../src/testing/simulator/dice.ts';
import { spoilBytes, spoilText } from './spoil-text.ts';
import { spoilValue } from './spoil-value.ts';
import type { Subject, Taken } from './subject.ts';

const values = alertSamples.map(([, value]) => value);

/** Payloads of every format, of a sample of our own each. */
export const payloadSubjects: readonly Subject[] = alertSamples.map(([name, value, formats]) => ({
  name,
  draw: (dice) => drawPayload(dice, value),
  take: (bytes) => takePayload(bytes, formats),
}));

function drawPayload(dice: Dice, value: unknown): Uint8Array {
  const spoilt = () => JSON.stringify(spoilValue(dice, value, values)) ?? 'null';
  const lines = () =>
    Array.from({ length: dice.integer(2, 4) }, () => (dice.chance(0.3) ? spoilt() : JSON.stringify(value)));
  return dice.weigh<() => Uint8Array>([
    [6, () => Buffer.from(spoilt())],
    [2, () => Buffer.from(spoilText(dice, JSON.stringify(value)))],
    [1, () => Buffer.from(spoilText(dice, JSON.stringify(value, null, 1)))],
    [1, () => Buffer.from(lines().join(dice.pick(['\n', '\r\n', '\n\n', ' '])))],
    [1, () => spoilBytes(dice, Buffer.from(JSON.stringify(value)))],
  ])();
}

function takePayload(bytes: Uint8Array, formats: readonly BoundFormat[]): Taken {
  const { signals, ignored, malformed } = decode({ bytes, arrivedMonoMs: 0 }, formats);
  for (const { reason } of malformed) {
    // The decoder catches what a format throws; nothing may.
    if (!/\w{3}/.test(reason) || /^format '[^']+' failed/.test(reason)) return { outcome: 'rejected', problem: reason };
  }
  for (const { signal, text } of signals) {
    const checked = signalSchema.safeParse(signal);
    if (!checked.success) return { outcome: 'accepted', problem: JSON.stringify(checked.error.issues) };
    findMarkers(text);
  }
  if (signals.length + ignored + malformed.length === 0)
    return { outcome: 'ignored', problem: 'Nothing was told of it.' };
  return { outcome: malformed.length > 0 ? 'rejected' : signals.length > 0 ? 'accepted' : 'ignored' };
}
