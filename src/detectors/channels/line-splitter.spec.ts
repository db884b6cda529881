import { expect } from 'chai';
import fc from 'fast-check';
import { fakeChannelContext } from '../../testing/fakes/channel-context.ts';
import { newLineSplitter } from './line-splitter.ts';

describe('newLineSplitter', () => {
  it('cuts the same lines however the bytes are dealt out', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, '_'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(9)), (lines, cuts) => {
        const ctx = fakeChannelContext();
        const splitter = newLineSplitter(ctx, 1000);
        const bytes = Buffer.from(lines.join('\n'));
        let at = 0;
        for (const cut of cuts) {
          splitter.take(bytes.subarray(at, at + cut), 0);
          at += cut;
        }
        splitter.take(bytes.subarray(at), 0);
        splitter.finish();
        expect(ctx.texts()).to.deep.equal(lines.filter((text) => /[^ \t]/.test(text)));
      }),
    );
  });

  it('refuses a line over the limit once, skips to its end and goes on', () => {
    const ctx = fakeChannelContext();
    const splitter = newLineSplitter(ctx, 10);
    for (const part of ['x'.repeat(8), 'x'.repeat(8), 'x'.repeat(8), '\nok\n']) splitter.take(Buffer.from(part), 0);
    expect(ctx.texts()).to.deep.equal(['ok']);
    expect(ctx.refusals).to.deep.equal(['a line of more than 10 bytes']);
  });
});
