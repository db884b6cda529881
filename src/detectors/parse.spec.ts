import { expect } from 'chai';
import type { AnyFormat } from '../model/detector.ts';
import { falco } from './formats/falco.ts';
import { mapped } from './formats/mapped.ts';
import { parseAlerts } from './parse.ts';

const formats = [{ definition: falco as unknown as AnyFormat, params: {} }];
const parse = (text: string) => parseAlerts(formats, Buffer.from(text));

describe('parseAlerts', () => {
  const alert = '{"rule":"a","priority":"Error"}';
  for (const [what, text, count] of [
    ['an object', alert, 1],
    ['an object over several lines', JSON.stringify(JSON.parse(alert), null, 2), 1],
    ['an array', `[${alert},${alert}]`, 2],
    ['JSON lines', `${alert}\n${alert}\n`, 2],
    ['JSON lines after a byte order mark', `\uFEFF${alert}\n${alert}`, 2],
  ] as const)
    it(`reads ${what}`, () => {
      const { signals, problems } = parse(text);
      expect(problems).to.deep.equal([]);
      expect(signals.map(({ rule }) => rule)).to.deep.equal(Array.from({ length: count }, () => 'a'));
    });

  it('says of each record that is none what is wrong, shortened', () => {
    const { signals, ignored, problems } = parse(`${alert}\nFalco starts\n{"rule":"${'x'.repeat(300)}"}\n{`);
    expect([signals.length, ignored]).to.deep.equal([1, 1]);
    expect(problems).to.have.length(2);
    expect(problems[0]).to.match(/^a Falco alert without priority: \{"rule":"x+\.\.\.$/);
    expect(problems[1]).to.match(/^not JSON/);
  });

  it('reports a signal that does not fit the normal form', () => {
    const format = {
      ...mapped,
      *read() {
        yield { kind: 'signal', signal: { rule: 'half' } };
      },
    };
    const { signals, problems } = parseAlerts(
      [{ definition: format as unknown as AnyFormat, params: {} }],
      Buffer.from('{}'),
    );
    expect(signals).to.deep.equal([]);
    expect(problems[0]).to.contain('severity');
  });
});
