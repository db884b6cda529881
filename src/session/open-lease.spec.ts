import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Environment, environmentSchema } from '../model/environment.ts';
import { demandMirror, leasePlace } from './open-lease.ts';

const lease = { type: 'file', folder: '/shared' };
const targets = new Map();
const key = Buffer.alloc(32, 7);

describe('demandMirror', () => {
  const live = environment({ staging: 'live', lease });

  for (const ci of ['true', '1', 'woodpecker']) {
    it(`refuses a live environment without a mirror where CI is '${ci}'`, () => {
      expect(() => demandMirror('shared', live, { CI: ci }))
        .to.throw(/disks of CI machines vanish.*journal.mirror/)
        .with.property('exitCode', 4);
    });
  }

  for (const ci of [undefined, '', 'false', '0']) {
    it(`lets it be where CI is ${ci === undefined ? 'not set' : `'${ci}'`}`, () => {
      demandMirror('shared', live, ci === undefined ? {} : { CI: ci });
    });
  }

  it('lets be what has a mirror, and what is embedded', () => {
    demandMirror('shared', environment({ staging: 'live', lease, journal: mirror({ env: 'KEY' }) }), { CI: 'true' });
    demandMirror('embedded', environment({ staging: 'embedded' }), { CI: 'true' });
  });
});

describe('leasePlace', () => {
  it('is nowhere in an environment that names none', async () => {
    expect(await leasePlace(environment({ staging: 'embedded' }), { targets, variables: {} })).to.equal(undefined);
  });

  it('reads the key of a mirror from an environment variable or a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'key-'));
    const file = join(folder, 'mirror.key');
    await writeFile(file, `${key.toString('base64')}\n`);
    for (const source of [{ env: 'KEY' }, { file }]) {
      const named = environment({ staging: 'live', lease, journal: mirror(source) });
      const place = await leasePlace(named, { targets, variables: { KEY: key.toString('base64') } });
      expect(Buffer.from(place?.mirrorKey ?? [])).to.deep.equal(key);
      expect((await place?.store(new AbortController().signal))?.address).to.equal('file:///shared');
    }
    await rm(folder, { recursive: true });
  });

  for (const [title, text, phrase] of [
    ['is not there', undefined, "environment variable 'KEY' is not there"],
    ['is too short', 'c2hvcnQ=', 'holds 5 bytes'],
    ['is no base64', '!!!', 'holds 0 bytes'],
  ] as const) {
    it(`refuses a key that ${title}, and shows nothing of it`, async () => {
      const named = environment({ staging: 'live', lease, journal: mirror({ env: 'KEY' }) });
      const error = await leasePlace(named, { targets, variables: { KEY: text } }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.include({ exitCode: 2 });
      expect(String(error)).to.contain(phrase).and.to.contain('openssl rand -base64 32');
      if (text !== undefined) expect(String(error)).not.to.contain(text);
    });
  }
});

function mirror(source: object): object {
  return { mirror: { key: source } };
}

function environment(fields: object): Environment {
  return environmentSchema.parse({ targets: {}, ...fields });
}
