import { expect } from 'chai';
import type { Scorecard } from '../model/scorecard.ts';
import { hostileTexts } from '../testing/fixtures/hostile-texts.ts';
import {
  detection,
  gameDay,
  missed,
  noisyControl,
  rollback,
  scenario,
  scorecard,
  trial,
} from '../testing/fixtures/scorecards.ts';
import { junitXml, xmlText } from './junit.ts';
import { markdown, markdownText } from './markdown.ts';
import { shownText } from './plain-text.ts';
import { finalReport, trialLine } from './terminal.ts';

const harmless = 'HARMLESS';
const plain = { colour: false, columns: 100, showAccounts: false };

/** A run of which every text that may come from outside holds a word, between words of ours. */
function cardWith(word: string): Scorecard {
  const outside = `'${word}' came.`;
  const seen = { detector: 'other', rule: outside, ttdMs: 900, matchedBy: ['subject'] };
  const dirty = rollback('dirty');
  const only = trial({
    detections: [
      detection({ rule: word, reason: outside }),
      missed({ id: 'posture/a', reason: outside, rejected: [{ rule: word, why: 'no-severity', id: word }] }),
    ],
    control: { ...noisyControl, reason: outside, alerts: [{ detector: 'other', rule: word, id: word, counted: true }] },
    rollback: { ...dirty, faults: dirty.faults.map((fault) => ({ ...fault, reason: outside })) },
    alsoSeenBy: [seen],
    load: { load: 'http', figures: [], impaired: [], unsound: outside },
  });
  const broken = trial({ verdict: 'errored', error: outside, detections: [] });
  return scorecard(
    [
      scenario('flip', only, { title: outside, waitedFor: [{ scenario: 'other', why: outside, ms: 10 }] }),
      scenario('broken', broken, { title: outside }),
    ],
    { identity: [outside], settle: outside },
  );
}

describe('a page about a hostile text', () => {
  for (const [name, text] of Object.entries(hostileTexts)) {
    describe(name, () => {
      it('differs as Markdown only in that text', () => {
        const shown = markdownText(`'${text}' came.`, false);
        const page = calmed(markdown(cardWith(text)), shown);
        expect(page === markdown(cardWith(harmless)), page.slice(0, 5000)).to.equal(true);
        expect(shown).to.not.match(/(?<!\\)[`*_[\]~$]|[<>|\n\r]|https?:|www\.|@(?!&#8203;)|#\d+(?!;|\d)/);
      });

      it('differs as JUnit only in that text, and is XML', () => {
        const shown = xmlText(shownText(`'${text}' came.`, false));
        const xml = junitXml(cardWith(text));
        expectWellFormed(xml);
        const page = calmed(xml, shown, xmlText);
        expect(page === junitXml(cardWith(harmless)), page.slice(0, 5000)).to.equal(true);
      });

      it('differs on the terminal only in that text, and sends no control to it', () => {
        const shown = words(shownText(`'${text}' came.`, false));
        const pages = (word: string) => [
          finalReport(cardWith(word), 1, plain),
          ...cardWith(word).scenarios.flatMap(({ id, trials }) => trials.map((t) => trialLine(id, t, 1, plain))),
        ];
        for (const [index, page] of pages(text).entries()) {
          expect(page).to.not.match(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
          expect(calmed(words(page), shown)).to.equal(words(pages(harmless)[index] ?? ''));
        }
      });
    });
  }

  it('keeps what our own sentence says before and after 1 MB, and says how much was cut', () => {
    const reason = `'${'x'.repeat(1_000_000)}' reached us 1.2 s after the injection.`;
    const page = junitXml(scorecard([scenario('flip', trial({ detections: [missed({ reason })] }))]));
    expect(page.length).to.be.lessThan(20_000);
    expect(page).to.match(/&#39;x+ … \[\d{6} characters cut\] … x+&#39; reached us 1\.2 s after the injection\./);
  });

  it('is as it was where all texts are harmless', () => {
    expect(finalReport(gameDay(), 1, plain)).to.contain('8 met · 1 failed');
  });
});

/** Puts the harmless text into a page instead of the hostile one; a long one is cut elsewhere after longer words of ours. */
function calmed(page: string, shown: string, text = (value: string) => value): string {
  return page
    .replaceAll(shown, text(`'${harmless}' came.`))
    .replace(/(&#39;|')x{2500,} … \\?\[\d+ characters cut\\?\] … 🎉+\1/gu, text(`'${harmless}'`));
}

/** Lines are broken elsewhere where a text is longer. */
function words(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Our XML has elements, attributes in double quotes and numeric references, and nothing else. */
function expectWellFormed(xml: string): void {
  expect(xml).to.not.match(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  expect(xml).to.not.match(/[\p{Cf}\u007f-\u009f]/u);
  const open: string[] = [];
  const rest = xml
    .replace(/^<\?xml version="1.0" encoding="UTF-8"\?>/, '')
    .replace(/<(\/?)([a-z]+)((?: [a-z]+="(?:[^<>&"]|&#\d+;)*")*)(\/?)>/g, (_tag, end, element, _attributes, empty) => {
      if (end === '/') expect(open.pop()).to.equal(element);
      else if (empty === '') open.push(element);
      return '';
    });
  expect(open).to.deep.equal([]);
  expect(rest.replace(/&#\d+;/g, '')).to.not.match(/[<>&]/);
}
