import type { Disk } from '../model/disk.ts';
import type { ExitCode } from '../model/errors.ts';
import type { Scorecard } from '../model/scorecard.ts';
import type { Comparison } from './baseline.ts';
import { historyLine } from './history.ts';
import { junitXml } from './junit.ts';
import { type ManifestRequest, makeManifest } from './manifest.ts';
import { markdown } from './markdown.ts';
import { harmlessPage } from './plain-text.ts';

export interface RunWriterRequest extends Pick<ManifestRequest, 'inputs' | 'gitCommit'> {
  readonly disk: Disk;
  /** Absolute path of the reports folder. */
  readonly reports: string;
  readonly runId: string;
  readonly showAccounts: boolean;
  /** Compares a scorecard with the baseline in use. */
  readonly compare?: ((card: Scorecard) => Comparison) | undefined;
}

/** Writes what a run knows. `save` may be called as often as a trial ends; `finish` once, and it adds the history line. */
export interface RunWriter {
  readonly save: (card: Scorecard) => void;
  /** Rejects where this last scorecard cannot be written; an earlier failure is made good by it. */
  readonly finish: (card: Scorecard, exitCode: ExitCode) => Promise<void>;
}

/**
 * The only writer of a run's pages. Writes never overlap; a scorecard that is overtaken by a newer one while the disk
 * is busy is skipped. `reports/latest` leads to the run from the first write on, and the manifest comes last.
 */
export function runWriter(request: RunWriterRequest): RunWriter {
  const { disk, reports, runId } = request;
  const folder = `${reports}/${runId}`;
  let newest: Scorecard | undefined;
  let busy: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  let linked = false;

  const write = async (name: string, content: string) =>
    disk.writeDurably(`${folder}/${name}`, new TextEncoder().encode(content));

  const writeAll = async (card: Scorecard) => {
    const options = { comparison: request.compare?.(card), showAccounts: request.showAccounts };
    await disk.makeFolder(folder);
    await write('scorecard.json', harmlessPage(`${JSON.stringify(card, null, 2)}\n`, false));
    await write('scorecard.md', markdown(card, options));
    await write('junit.xml', junitXml(card, options));
    if (!linked) await disk.link(runId, `${reports}/latest`);
    linked = true;
    const manifest = await makeManifest(disk, { card, folder, inputs: request.inputs, gitCommit: request.gitCommit });
    await write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  };

  const save = (card: Scorecard) => {
    newest = card;
    busy = busy.then(async () => {
      if (newest !== card) return;
      try {
        await writeAll(card);
        failure = undefined;
      } catch (error) {
        failure = { error };
      }
    });
  };

  const finish = async (card: Scorecard, exitCode: ExitCode) => {
    save({ ...card, run: { ...card.run, exitCode } });
    await busy;
    if (failure !== undefined) throw failure.error;
    await disk.appendDurably(`${reports}/history.jsonl`, new TextEncoder().encode(historyLine(card, exitCode)));
  };

  return { save, finish };
}
