import { expect } from 'chai';
import { SeededRandom } from '../testing/fakes/seeded-random.ts';
import { findMarkers, type Marker, markerWithPhase, newMarker } from './marker.ts';

const marker: Marker = 'wsabcdefg23456';

describe('newMarker', () => {
  it('J4: draws ws and 12 characters of [a-z2-7]', () => {
    const random = new SeededRandom(7);
    for (let n = 0; n < 200; n++) expect(newMarker(random)).to.match(/^ws[a-z2-7]{12}$/);
  });

  it('draws another one each time', () => {
    const random = new SeededRandom(7);
    expect(new Set(Array.from({ length: 200 }, () => newMarker(random))).size).to.equal(200);
  });
});

describe('findMarkers', () => {
  const carriers: Readonly<Record<string, (text: string) => string>> = {
    'a user agent': (text) => `aws-sdk-js/3 windshear/1 ${text}`,
    'a session ARN': (text) => `arn:aws:sts::111122223333:assumed-role/tester/${text}`,
    JSON: (text) => JSON.stringify({ userAgent: text }),
    'raw JSON behind an escape': (text) => JSON.stringify(`line\n${text}\tend`),
    XML: (text) => `<UserAgent>${text}</UserAgent>`,
    'a URL': (text) => `https://example.org/?ua=${encodeURIComponent(text)}&x=1`,
    'a label': (text) => `windshear.dev/trial=${text},app=a`,
  };
  for (const [carrier, carry] of Object.entries(carriers)) {
    it(`J4: finds a marker with its phase in ${carrier}`, () => {
      for (const phase of ['inject', 'control', 'observe', 'revert', 'canary'] as const) {
        expect(findMarkers(carry(markerWithPhase(marker, phase)))).to.deep.equal([{ marker, phase }]);
      }
    });
  }

  it('J6: tells a marker without letter, as names and DNS names carry it', () => {
    expect(findMarkers(`rogue-${marker}-0`)).to.deep.equal([{ marker }]);
    expect(findMarkers(`${marker}.internal.example.org`)).to.deep.equal([{ marker }]);
  });

  it('tells each letter of a text apart', () => {
    expect(findMarkers(`${marker}.i and ${marker}.r`).map((one) => one.phase)).to.deep.equal(['inject', 'revert']);
  });

  it('takes no longer or shorter run of characters for one', () => {
    expect(findMarkers(`x${marker}`)).to.deep.equal([]);
    expect(findMarkers(`${marker}a`)).to.deep.equal([]);
    expect(findMarkers('wsabc')).to.deep.equal([]);
  });
});
