import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../detection/child-process.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import type { StagingGuardrail } from '../switches.ts';
import { loadAdmissionRules, serveAdmission } from './admission.ts';
import { clusterClient } from './cluster-client.ts';
import { reconcile, release } from './reconcile.ts';
import { remediateBindings } from './remediate-bindings.ts';
import { repeat } from './repeat.ts';
import { clusterGuardsStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('cluster-guards', clusterGuardsStartUp);
const { server, caFile, tokens, releaseFolder, admissionCaFile, allowedBindings, acting } = startUp;
const acts = (name: StagingGuardrail) => acting.includes(name);

const rules = acts('admission') ? await loadAdmissionRules() : () => [];
const admission = await serveAdmission(rules, { nowMs: clock.epochMs(), log, signal });
await writeFile(admissionCaFile, admission.caCertificate, { mode: 0o600 });
const ca = await readFile(caFile, 'utf8');
const as = (userAgent: string, token: string) => clusterClient({ server, ca, token, userAgent, signal });
const reconciler = as('release-reconciler/1', tokens.reconciler);
const remediator = as('binding-remediator/1', tokens.remediator);
const files = (await readdir(releaseFolder)).filter((name) => name.endsWith('.json'));
const releases = await Promise.all(
  files.map(async (name) => release.parse(JSON.parse(await readFile(join(releaseFolder, name), 'utf8')))),
);

announce({ ready: true, port: admission.port, caFile: admissionCaFile });
const every = (name: string, everyMs: number) => ({ name, everyMs, clock, log, signal });
await Promise.all([
  repeat(every('reconciler', 500), async () => {
    if (acts('release-reconciler')) await reconcile(reconciler, releases, log);
  }),
  repeat(every('remediator', 300), async () => {
    if (acts('binding-remediator')) await remediateBindings(remediator, allowedBindings, log);
  }),
]);
