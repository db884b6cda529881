import { expect } from 'chai';
import { type CliFolder, cliFolder } from '../testing/cli-folder.ts';
import { hostileTexts } from '../testing/fixtures/hostile-texts.ts';
import { detection, missed, scenario, scorecard, trial } from '../testing/fixtures/scorecards.ts';

const hostile = Object.entries(hostileTexts)
  .filter(([name]) => name !== '1 MB')
  .map(([, text]) => text)
  .join(' ');

/** What a terminal could act on, but for line breaks, tabs and the colours that are our own. */
const acting = /(?!\n|\t)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const ownColours = new RegExp(`${String.fromCharCode(27)}\\[(?:[12]|22|3[12369])m`, 'g');

describe('windshear, told a hostile text', function () {
  this.timeout(30_000);
  let folder: CliFolder;
  before(async () => {
    folder = await cliFolder('project');
    const only = trial({
      detections: [detection({ rule: hostile }), missed({ id: hostile, reason: hostile })],
      error: hostile,
      verdict: 'errored',
    });
    const card = scorecard([scenario(hostile, only, { title: hostile })], { id: hostile, environment: hostile });
    await folder.write('hostile/scorecard.json', JSON.stringify(card));
    await folder.write('bad.yaml', `id: bad\ntitle: ${JSON.stringify(hostile)}\n${JSON.stringify(hostile)}: 1\n`);
    await folder.write('alerts.jsonl', `${JSON.stringify({ rule: hostile, output: hostile })}\n{"a": ${hostile}\n`);
  });
  after(() => folder.remove());

  for (const args of [
    ['report', 'hostile'],
    ['report', 'hostile', '--format', 'markdown'],
    ['report', 'hostile', '--format', 'junit'],
    ['report', 'hostile', '--format', 'json'],
    ['diff', 'hostile', 'hostile'],
    ['validate', 'bad.yaml'],
    ['validate', 'bad.yaml', '--json'],
    ['run', 'bad.yaml'],
    ['run', hostile.replaceAll('\u0000', '')],
    [hostile.replaceAll('\u0000', '')],
    ['explain', hostile.replaceAll('\u0000', '')],
    ['parse', 'falco', 'alerts.jsonl'],
  ]) {
    const [command = '', ...rest] = args.map((arg) => (arg.length > 20 ? '<hostile>' : arg));
    it(`sends nothing to the terminal that it acts on: ${[command, ...rest].join(' ')}`, async () => {
      for (const variables of [{}, { FORCE_COLOR: '1' }]) {
        const { out, err } = await folder.run(args, { variables });
        expect(`${out}${err}`).to.not.equal('');
        expect(out.replace(ownColours, '')).to.not.match(acting);
        expect(err.replace(ownColours, '')).to.not.match(acting);
      }
    });
  }

  it('keeps every value of JSON as it was', async () => {
    const { out } = await folder.run(['report', 'hostile', '--json']);
    expect(JSON.parse(out).scenarios[0].title).to.equal(hostile);
  });
});
