import { expect } from 'chai';
import { forgetterOf } from './forgetter.ts';

describe('forgetterOf', () => {
  it('takes the oldest out, and what was put in anew comes last', () => {
    const map = new Map([1, 2, 3, 4].map((key) => [key, key]));
    const forget = forgetterOf(map);
    forget();
    map.delete(2);
    map.set(2, 2);
    forget();
    expect([...map.keys()]).to.deep.equal([4, 2]);
    forget();
    forget();
    expect(map.size).to.equal(0);
  });

  it('begins anew once it has come to the end, and forgets nothing of an empty map', () => {
    const map = new Map<number, number>();
    const forget = forgetterOf(map);
    forget();
    map.set(1, 1);
    forget();
    expect(map.size).to.equal(0);
  });
});
