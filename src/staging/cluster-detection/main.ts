import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { finishedRequests } from '../detection/audit-rules/audit-event.ts';
import { auditRules, queryEveryMs } from '../detection/audit-rules/detector.ts';
import { loadAuditRules } from '../detection/audit-rules/rules.ts';
import { startChild } from '../detection/child-process.ts';
import { createSubscriptions, postCloudEvent } from '../detection/identity-rules/subscriptions.ts';
import { makeNoise } from '../detection/noise.ts';
import { createOutbox } from '../detection/outbox.ts';
import { alertFile } from '../detection/profile/alert-file.ts';
import { profileOfAudit } from '../detection/profile/audit-detector.ts';
import { learnHabits } from '../detection/profile/profile.ts';
import { type Request, serve } from '../detection/server.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { clusterDetectionStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('cluster-detection', clusterDetectionStartUp);
const parts = { clock, signal, newId: randomUUID };

const subscriptions = createSubscriptions({ name: 'audit-rules', post: postCloudEvent, clock, log, signal });
const rules = auditRules({
  ...parts,
  switches: startUp.auditRules,
  rules: await loadAuditRules(startUp),
  deliver: subscriptions.deliver,
});
const anomalies = createOutbox({
  name: 'profile → file',
  send: await alertFile(startUp.profileFile),
  batch: 100,
  clock,
  log,
  signal,
});
const warmUp = new URL('../detection/profile/audit-warm-up.jsonl', import.meta.url);
const profile = profileOfAudit({
  ...parts,
  switches: startUp.profile,
  profile: learnHabits(await readFile(warmUp, 'utf8')),
  deliver: anomalies.put,
});

const testRequest = z.object({ marker: z.string().min(1).max(200) });
const subscription = z.object({ url: z.string() });

const port = await serve(
  {
    'POST /audit': (request) => {
      for (const event of finishedRequests(request.json())) {
        rules.handle(event);
        profile.handle(event);
      }
      return { status: 200 };
    },
    'POST /audit-rules/test': (request) => {
      rules.test(bodyOf(testRequest, request).marker);
      return { status: 202 };
    },
    'PUT /audit-rules/subscriptions': (request) => {
      subscriptions.add(bodyOf(subscription, request).url);
      return { status: 204 };
    },
    'DELETE /audit-rules/subscriptions': (request) => ({
      status: subscriptions.remove(bodyOf(subscription, request).url) ? 204 : 404,
    }),
  },
  log,
  signal,
);

const work = [queryAgain()];
if (startUp.noise !== null) {
  const resources = ['deployment/inference/inference-api', 'serviceaccount/inference/inference-api'];
  work.push(makeNoise({ perSecond: startUp.noise, sources: [rules.chatter], resources, clock, signal }));
}
announce({ ready: true, port });
await Promise.all(work);

async function queryAgain(): Promise<void> {
  while (!signal.aborted) {
    rules.query();
    await clock.sleep(queryEveryMs, signal).catch(() => undefined);
  }
}

function bodyOf<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(request.json());
  if (parsed.success) return parsed.data;
  throw new SyntaxError(z.prettifyError(parsed.error));
}
