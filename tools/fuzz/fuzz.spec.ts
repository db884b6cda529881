import { expect } from 'chai';
import { catalogue } from '../../src/catalogue.ts';
import { alertSamples } from '../../src/testing/fixtures/alert-samples.ts';
import { fuzz } from './fuzz.ts';
import type { Subject, Taken } from './subject.ts';
import { subjects } from './subjects.ts';

/** As many of each as take some seconds in all; `npm run fuzz` takes 100,000. */
const sample = { scenario: 400, environment: 250, payload: 400 };

describe('broken input', function () {
  this.timeout(60_000);

  for (const subject of subjects) {
    const count = sample[subject.name as keyof typeof sample] ?? sample.payload;
    it(`is taken or refused with a reason: ${subject.name}`, () => {
      const { findings, accepted, rejected } = fuzz(subject, { first: 0, count });
      expect(findings.map(({ index, problem }) => `${index}: ${problem}`)).to.deep.equal([]);
      expect(accepted, 'accepted').to.be.greaterThan(0);
      expect(rejected, 'rejected').to.be.greaterThan(0);
    });
  }

  it('is made of every format', () => {
    const covered = new Set(alertSamples.flatMap(([, , formats]) => formats.map(({ definition }) => definition.type)));
    expect([...catalogue.formats.keys()].filter((type) => !covered.has(type))).to.deep.equal([]);
  });
});

describe('fuzz', () => {
  const subject = (take: Subject['take']): Subject => ({
    name: 'spec',
    draw: (dice) => Uint8Array.of(dice.integer(0, 255)),
    take,
  });
  const accepted: Taken = { outcome: 'accepted' };
  const found = (take: Subject['take']) => fuzz(subject(take), { first: 3, count: 2 }).findings;

  it('finds nothing where everything holds', () => {
    expect(found(() => accepted)).to.deep.equal([]);
  });

  it('finds what throws, with the index and the input', () => {
    const [finding] = found(() => {
      throw new Error('boom');
    });
    expect(finding).to.include({ index: 3 });
    expect(finding?.problem).to.contain('It threw Error: boom');
    expect(finding?.input).to.have.length(1);
  });

  it('finds what answers a problem', () => {
    expect(found(() => ({ outcome: 'rejected', problem: 'No sentence.' }))).to.have.length(2);
  });

  it('finds what takes over a second', () => {
    const [finding] = found(() => {
      const until = performance.now() + 1010;
      while (performance.now() < until);
      return accepted;
    });
    expect(finding?.problem).to.match(/^It took 1\d\d\d ms/);
  }).timeout(5000);

  it('finds what gets into a prototype, once, and takes it out again', () => {
    let calls = 0;
    const findings = found(() => {
      if (calls++ === 0) Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      return accepted;
    });
    expect(findings.map(({ problem }) => problem)).to.deep.equal(['It polluted Object.prototype with polluted.']);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('draws the same input for an index, wherever the range begins', () => {
    const drawn = (first: number, count: number) => {
      const inputs: number[] = [];
      fuzz(
        subject((input) => {
          inputs.push(input[0] ?? 0);
          return accepted;
        }),
        { first, count },
      );
      return inputs;
    };
    expect(drawn(0, 9).slice(5)).to.deep.equal(drawn(5, 4));
    expect(new Set(drawn(0, 9)).size).to.be.greaterThan(5);
  });
});
