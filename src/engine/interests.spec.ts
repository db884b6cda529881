import { expect } from 'chai';
import { heard } from '../testing/facts.ts';
import { subjectsFrom, withCollections } from './correlate.ts';
import { newInterests } from './interests.ts';

const marker = (letter: string) => `ws${letter.repeat(12)}` as const;

describe('newInterests', () => {
  const open = () => {
    const interests = newInterests();
    const took: string[] = [];
    const add = (name: string, ...texts: string[]) =>
      interests.add({
        marker: marker(name),
        keys: withCollections(subjectsFrom(texts), texts),
        hear: () => void took.push(name),
      });
    let n = 0;
    const say = (resource: object, resources?: string[]) => {
      took.length = 0;
      const count = interests.dispatch(heard(n++, { resource, ...(resources === undefined ? {} : { resources }) }));
      expect(count).to.equal(took.length);
      return took.toSorted();
    };
    return { add, say, interests, took };
  };

  it('hands a signal to each trial about what it names, in whatever form', () => {
    const { add, say } = open();
    add('a', 'arn:aws:s3:::models');
    add('b', 'arn:aws:s3:::models', 'pod/prod/api-6d5f9c8b7-x2x4z', 'pod/test/rogue-*');
    expect(say({ id: 'models' })).to.deep.equal(['a', 'b']);
    expect(say({ arn: 'arn:aws:s3:::models/key' })).to.deep.equal(['a', 'b']);
    expect(say({ id: 'deployments/prod/api' })).to.deep.equal(['b']);
    expect(say({ id: 'elsewhere' }, ['models'])).to.deep.equal(['a', 'b']);
    expect(say({ kind: 'pods' }, ['pods/prod/*'])).to.deep.equal(['b']);
    expect(say({ kind: 'pods' }, ['pods/test/*'])).to.deep.equal(['b']);
    expect(say({ kind: 'pods' }, ['pods/shop/*'])).to.deep.equal([]);
    expect(say({ id: 'elsewhere' })).to.deep.equal([]);
  });

  it('hands one to no trial that has ended, and still to those that share what it names', () => {
    const { add, say } = open();
    const end = add('a', 'arn:aws:s3:::models');
    const endOther = add('b', 'arn:aws:s3:::models');
    end();
    end();
    expect(say({ id: 'models' })).to.deep.equal(['b']);
    endOther();
    expect(say({ id: 'models' })).to.deep.equal([]);
  });
});
