import { expect } from 'chai';
import { runScenarios } from '../engine/run.ts';
import type { Scorecard } from '../model/scorecard.ts';
import { junitXml } from '../scorecard/junit.ts';
import { markdown } from '../scorecard/markdown.ts';
import { finalReport } from '../scorecard/terminal.ts';
import { hostileTexts } from './fixtures/hostile-texts.ts';
import { worldRequest, worldScenario } from './world/request.ts';
import { World } from './world/world.ts';

/** Plays one trial in virtual time whose detectors name their rules so, and answers its scorecard and its evidence. */
async function played(rule: string): Promise<{ readonly card: Scorecard; readonly evidence: string }> {
  const world = new World();
  world.resources.set('bucket', 'private');
  for (const name of ['rules', 'others']) {
    world.detectors.push({
      ...{ name, delayMs: 400, carriesMarker: true, rulesUp: true, deliveryUp: true },
      rule: ({ action, value }) => (action === 'write' && value === 'public' ? `seen ${rule}` : undefined),
    });
  }
  const scenario = worldScenario(world, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { detections: [{ detector: 'rules', rule: 'seen*', within: '4s' }] },
  });
  const { scorecard } = await runScenarios(worldRequest(world, [scenario]));
  const kept = [...world.disk.files()].find(([path]) => path.endsWith('flip/1/signals.jsonl'));
  return { card: scorecard, evidence: kept?.[1].text ?? '' };
}

/** Verdicts, figures and times, without what the detector said. */
function skeleton(card: Scorecard): string {
  const said = new Set(['rule', 'reason', 'signal']);
  return JSON.stringify(card, (key, value: unknown) => (said.has(key) ? undefined : value));
}

describe('a run whose detectors say a hostile text', () => {
  for (const [name, text] of Object.entries(hostileTexts)) {
    it(`ends as any other, and its pages are safe: ${name}`, async () => {
      const [{ card, evidence }, { card: calm }] = await Promise.all([played(text), played('calm')]);
      expect(card.scenarios[0]?.trials[0]?.detections[0]?.verdict).to.equal('detected');
      expect(skeleton(card)).to.equal(skeleton(calm));
      const plain = { colour: false, columns: 100, showAccounts: false };
      for (const page of [markdown(card), junitXml(card), finalReport(card, 0, plain)]) {
        expect(page).to.not.match(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(page.length).to.be.lessThan(30_000);
      }
      const records = evidence.trim().split('\n');
      const raws = records.map((line): unknown => JSON.parse(JSON.parse(line).raw).rule);
      expect(
        raws.includes(`seen ${text}`.toWellFormed()) || raws.includes(`seen ${text}`),
        'whole in evidence',
      ).to.equal(true);
    });
  }
});
