import { expect } from 'chai';
import fc from 'fast-check';
import { signalSchema } from '../model/signal.ts';
import { alertSamples } from '../testing/fixtures/alert-samples.ts';
import { decode } from './decode.ts';

/** What a field is replaced by: every type, and what programs trip over. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    '<NA>',
    '0001-01-01T00:00:00Z',
    [],
    {},
    [null],
    [[]],
    {
      toString: 1,
      constructor: { prototype: { polluted: 1 } },
    },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

type Change = { readonly at: number; readonly how: 'drop' | 'replace' | 'proto' | 'repeat'; readonly by: unknown };

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('drop', 'replace', 'replace', 'proto', 'repeat'),
  by: odd,
});

/** Changes the field at a place, counted over the whole value, in a copy. */
function changed(value: unknown, { at, how, by }: Change): unknown {
  const copy = structuredClone(value);
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const gather = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push([holder as Record<string, unknown>, key]);
      gather((holder as Record<string, unknown>)[key]);
    }
  };
  gather(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return by;
  const [holder, key] = place;
  if (how === 'drop') delete holder[key];
  else if (how === 'replace') holder[key] = by;
  else if (how === 'repeat') holder[key] = [holder[key], holder[key], by];
  else Object.defineProperty(holder, '__proto__', { value: { polluted: by }, enumerable: true, configurable: true });
  return copy;
}

describe('formats on broken alerts', () => {
  for (const [name, value, formats] of alertSamples) {
    const holds = (bytes: Uint8Array) => {
      const { signals, ignored, malformed } = decode({ bytes, arrivedMonoMs: 0 }, formats);
      expect(signals.length + ignored + malformed.length).to.be.greaterThan(0);
      for (const { signal, text } of signals) {
        const checked = signalSchema.safeParse(signal);
        expect(checked.success, JSON.stringify(checked.error?.issues)).to.equal(true);
        expect(text).not.to.equal('');
      }
      for (const { reason, text } of malformed) {
        expect(reason).to.match(/\w{3}/);
        expect(text).to.be.a('string');
      }
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    };

    it(`${name}: reads the valid one`, () => {
      const { signals, malformed } = decode({ bytes: Buffer.from(JSON.stringify(value)), arrivedMonoMs: 0 }, formats);
      expect(malformed).to.deep.equal([]);
      expect(signals).not.to.have.length(0);
    });

    it(`${name}: any field changed gives a valid signal or a reason, and pollutes nothing`, () => {
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
          holds(Buffer.from(JSON.stringify(changes.reduce(changed, value)) ?? 'null')),
        ),
        { numRuns: 300 },
      );
    });

    it(`${name}: any bytes torn, doubled or changed give a valid signal or a reason`, () => {
      const whole = Buffer.from(JSON.stringify(value));
      fc.assert(
        fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.uint8Array({ maxLength: 4 }), (from, to, bytes) =>
          holds(Buffer.concat([whole.subarray(0, from), bytes, whole.subarray(to)])),
        ),
        { numRuns: 100 },
      );
    });
  }
});
