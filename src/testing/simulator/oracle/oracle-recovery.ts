import type { Played } from '../play.ts';
import type { Finding } from './finding.ts';

interface Line {
  readonly seq: number;
  readonly kind: string;
  readonly of?: number;
  readonly verdict?: string;
  readonly exitCode?: number;
  readonly preImage?: { readonly name: string };
}

/** §7: in the end every intent is closed, nothing is left to recover, and no state file lies about. */
export function judgeRecovery(played: Played): Finding[] {
  const findings: Finding[] = [];
  for (const { crashed } of played.recoveries) {
    if (crashed !== undefined)
      findings.push({
        rule: '§7 recover',
        about: 'recover',
        what: `broke down: ${crashed instanceof Error ? crashed.message : JSON.stringify(crashed)}`,
      });
  }
  const last = played.recoveries.at(-1);
  const isDone = last?.outcome !== undefined && last.outcome.runs.length === 0;
  if (!isDone && !mayStayDirty(played))
    findings.push({
      rule: '§7 recover',
      about: 'recover',
      what: `still finds something: ${JSON.stringify(last?.outcome ?? 'no outcome')}`,
    });
  if (isDone) findings.push(...journals(played), ...stateFiles(played));
  else findings.push(...statesLost(played));
  return findings;
}

/** Somebody altered what was ours, or the target refused to the end. */
function mayStayDirty({ story, world, recoveries }: Played): boolean {
  const altered = world.ledger.acts.some((act) => act.run === undefined && act.op === 'write');
  const calls = story.troubles.filter((one) => one.kind === 'call');
  const refused = Map.groupBy(
    calls.filter(({ fate }) => fate === 'denied'),
    ({ phase, resource }) => `${phase} ${resource}`,
  );
  // Every process tries three times, and meets the same refusals; what passes is tried again and spends no try.
  const refuses =
    calls.some(({ count }) => count >= 3) ||
    [...refused.values()].some((those) => those.reduce((sum, { count }) => sum + count, 0) >= 3);
  const died = recoveries.some(({ outcome, crashed }) => outcome === undefined && crashed === undefined);
  return altered || refuses || died;
}

/** §7: what is not put back keeps the state that it is to be put back to. */
function statesLost({ world }: Played): Finding[] {
  const files = world.disk.files();
  return [...files].flatMap(([path, { text }]) => {
    if (!path.endsWith('/journal.jsonl')) return [];
    const entries = wholeLines(text);
    if (entries.some((entry) => entry.kind === 'closed')) return [];
    const run = path.split('/').at(-2);
    return openIntents(entries)
      .filter(({ preImage }) => preImage === undefined || !files.has(`/state/${run}/${preImage.name}`))
      .map(({ seq }) => ({
        rule: '§7 pre-images',
        about: `${path} intent ${seq}`,
        what: 'is not put back, and its pre-image is gone',
      }));
  });
}

function wholeLines(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function openIntents(entries: readonly Line[]): Line[] {
  const closing = ['clean', 'by-guardrail', 'none'];
  const isClosed = (seq: number) =>
    entries.some((one) => one.kind === 'verified' && one.of === seq && closing.includes(one.verdict ?? ''));
  return entries.filter((entry) => entry.kind === 'intent' && !isClosed(entry.seq));
}

function journals({ world }: Played): Finding[] {
  return [...world.disk.files()].flatMap(([path, { text }]) => {
    if (!path.endsWith('/journal.jsonl') || text === '') return [];
    const about = path;
    const lines = text.split('\n');
    // A run that died in its very first line had touched nothing.
    if (lines.length === 1) return [];
    if (lines.at(-1) !== '') return [{ rule: '§7 journal', about, what: 'ends with a torn line' }];
    const entries = wholeLines(text);
    const closed = entries.some((entry) => entry.kind === 'closed');
    const open = openIntents(entries);
    const findings: Finding[] = [];
    if (open.length > 0 && !closed)
      findings.push({ rule: '§7 journal', about, what: `leaves ${open.length} intents open` });
    if (!closed && entries.length > 0 && !entries.some((entry) => entry.kind === 'run-ended'))
      findings.push({ rule: '§7 journal', about, what: 'never says that the run ended' });
    const inOrder = entries.every((entry, index) => entry.seq === index);
    return inOrder
      ? findings
      : [...findings, { rule: '§7 journal', about, what: 'has gaps or doubles in its numbers' }];
  });
}

function stateFiles({ world, story }: Played): Finding[] {
  if (story.troubles.some((one) => one.kind === 'disk-full')) return [];
  const left = [...world.disk.files().keys()].filter((path) => /^\/state\/run-\d+\//.test(path));
  return left.length === 0
    ? []
    : [{ rule: '§7 pre-images', about: left.join(', '), what: 'are still there though all is verified' }];
}
