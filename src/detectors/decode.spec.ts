import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { AnyFormat, BoundFormat } from '../model/detector.ts';
import { decode } from './decode.ts';
import { cloudevents } from './formats/cloudevents.ts';
import { eventbridge } from './formats/eventbridge.ts';
import { falco } from './formats/falco.ts';

function bound(...formats: unknown[]): readonly BoundFormat[] {
  return formats.map((definition) => ({ definition: definition as AnyFormat, params: {} }));
}

function read(text: string | Uint8Array, formats: readonly BoundFormat[], headers?: Record<string, string>) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return decode({ bytes, arrivedMonoMs: 0, ...(headers && { headers }) }, formats);
}

const alert = (rule: string) => JSON.stringify({ rule, priority: 'Error', time: '2026-01-02T03:04:05.000000006Z' });
const event = (id: string, data: unknown) => ({ specversion: '1.0', id, source: '/s', type: 't', data });

/** Bytes that are still reachable. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

describe('decode', () => {
  it('reads JSON lines, ignores banners and keeps a broken record as evidence', () => {
    const decoded = read(`Falco initialized\n[libs]: ready\n${alert('a')}\r\n{"rule":\n\n${alert('b')}`, bound(falco));
    expect(decoded.signals.map(({ signal }) => signal.rule)).to.deep.equal(['a', 'b']);
    expect(decoded.ignored).to.equal(2);
    expect(decoded.malformed).to.have.length(1);
    expect(decoded.malformed[0]?.text).to.equal('{"rule":');
  });

  it('gives each alert of a batch its own text', () => {
    const { signals } = read(`[${alert('one ws222222222222')},${alert('two')}]`, bound(falco));
    expect(signals[0]?.text).to.contain('ws222222222222');
    expect(signals[1]?.text).not.to.contain('ws222222222222');
  });

  it('keeps no batch in memory for the text of one of its lines', () => {
    const kept: string[] = [];
    const before = heapInUse();
    for (let n = 0; n < 60; n++) {
      const batch = `${alert(`rule ${n}`)}\n{"rule":"big","priority":"Error","output":"${String(n).padEnd(1_000_000, 'x')}"}\n`;
      kept.push(read(batch, bound(falco)).signals[0]?.text ?? '');
    }
    expect(heapInUse() - before).to.be.below(20_000_000);
    expect(kept[59]).to.equal(alert('rule 59'));
  });

  it('gives a lone alert its text as received', () => {
    const text = `{"rule":"a","priority":"Error","output_fields":{"evt.time":1795377616464550037}}`;
    expect(read(text, bound(falco)).signals[0]?.text).to.equal(text);
  });

  it('counts a text that is no JSON as one malformed record', () => {
    const decoded = read('{\n "a": 1,\n "b"\n', bound(falco));
    expect(decoded).to.deep.include({ signals: [], ignored: 0 });
    expect(decoded.malformed).to.have.length(1);
    expect(decoded.malformed[0]?.reason).to.match(/^not JSON/);
    expect(read('', bound(falco)).malformed).to.deep.equal([{ reason: 'there is nothing in it', text: '' }]);
    expect(read('nothing here', bound(cloudevents)).malformed).to.have.length(1);
  });

  it('goes through envelopes, whose knowledge fills in what the alert does not say', () => {
    const time = '2020-01-01T00:00:00Z';
    const envelope = { ...event('e-1', JSON.parse(alert('a'))), subject: 'arn:aws:s3:::b', time };
    const [found] = read(JSON.stringify(envelope), bound(cloudevents, falco)).signals;
    expect(found?.signal).to.deep.include({ format: 'falco', id: 'e-1', dedupeKey: '/s#e-1', rule: 'a' });
    expect(found?.signal.eventTime).to.equal('2026-01-02T03:04:05.000000006Z');
    expect(found?.signal.resource?.arn).to.equal('arn:aws:s3:::b');
  });

  it('reads the good neighbours of a bad record in a batch', () => {
    const decoded = read(JSON.stringify([event('1', JSON.parse(alert('a'))), { id: 2 }]), bound(cloudevents, falco));
    expect(decoded.signals).to.have.length(1);
    expect(decoded.malformed.map(({ text }) => text)).to.deep.equal(['{"id":2}']);
  });

  it('reports an envelope whose content nobody reads', () => {
    const decoded = read(JSON.stringify({ id: '1', 'detail-type': 'x', detail: {} }), bound(eventbridge));
    expect(decoded.malformed[0]?.reason).to.match(/no format/);
  });

  it('turns a format that throws into a malformed record', () => {
    const broken = {
      ...falco,
      // biome-ignore lint/correctness/useYield: it throws before it could
      *read() {
        throw new Error('boom');
      },
    };
    expect(read('{}', bound(broken)).malformed[0]?.reason).to.equal("format 'falco' failed: boom");
  });
});
