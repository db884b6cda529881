import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startChild } from './child-process.ts';
import { clientConfig } from './clients.ts';
import type { DetectorParts } from './detector.ts';
import { readQueue, sqsQueue } from './event-queue.ts';
import { identityRules } from './identity-rules/detector.ts';
import { createSubscriptions, postCloudEvent } from './identity-rules/subscriptions.ts';
import { makeNoise } from './noise.ts';
import { switchesOf } from './options.ts';
import { createOutbox } from './outbox.ts';
import { createAlertStore } from './posture/alert-store.ts';
import { awsReader } from './posture/aws-reader.ts';
import { postureChecks } from './posture/checks.ts';
import { endpointReader } from './posture/endpoint-reader.ts';
import { postureChatter, watchPosture } from './posture/watch.ts';
import { alertFile } from './profile/alert-file.ts';
import { heartbeatMs, profileDetector } from './profile/detector.ts';
import { learnProfile } from './profile/profile.ts';
import { detectionRoutes } from './routes.ts';
import { loadRules, ruleContext } from './rules.ts';
import { serve } from './server.ts';
import { type DetectorName, detectionStartUp } from './start-up.ts';
import { systemClock as clock } from './system-clock.ts';
import { busBatch, findingBus } from './trail-rules/bus.ts';
import { trailRules } from './trail-rules/detector.ts';

const { startUp, signal, log, announce } = await startChild('detection', detectionStartUp);
const { account, region, queues, options } = startUp;

const config = clientConfig({
  endpoint: startUp.ministack,
  region,
  credentials: startUp.credentials.detectors,
  userAgent: 'windshear-detection/1',
});
const sqs = new SQSClient(config);
const context = ruleContext(startUp);

const findings = createOutbox({
  name: 'trail-rules → bus',
  send: await findingBus(new EventBridgeClient(config)),
  batch: busBatch,
  clock,
  log,
  signal,
});
const subscriptions = createSubscriptions({ post: postCloudEvent, clock, log, signal });
const anomalies = createOutbox({
  name: 'profile → file',
  send: await alertFile(join(startUp.stateFolder, 'profile', 'alerts.jsonl')),
  batch: 100,
  clock,
  log,
  signal,
});

const trail = trailRules({
  ...partsOf('trail-rules'),
  rules: await loadRules('trail', context),
  deliver: findings.put,
});
const identity = identityRules({
  ...partsOf('identity-rules'),
  rules: await loadRules('identity', context),
  deliver: subscriptions.deliver,
});
const profile = profileDetector({
  ...partsOf('profile'),
  profile: learnProfile(await readFile(new URL('./profile/warm-up.jsonl', import.meta.url), 'utf8'), startUp),
  deliver: anomalies.put,
});
const alerts = createAlertStore(clock);
const posture = switchesOf('posture', options);

const port = await serve(
  detectionRoutes({
    trailRules: trail,
    identityRules: identity,
    subscriptions,
    alerts,
    postureDelivery: posture.delivery,
  }),
  log,
  signal,
);

const work = [
  readQueue({ name: 'trail-rules', queue: await sqsQueue(sqs, queues.trailRules), ...trail, clock, log, signal }),
  readQueue({
    name: 'identity-rules',
    queue: await sqsQueue(sqs, queues.identityRules),
    ...identity,
    clock,
    log,
    signal,
  }),
  readQueue({ name: 'profile', queue: await sqsQueue(sqs, queues.profile), ...profile, clock, log, signal }),
  watchPosture({
    checks: postureChecks(startUp),
    reader: {
      ...(await awsReader({ iam: new IAMClient(config), s3: s3Client(), cloudtrail: new CloudTrailClient(config) })),
      ...endpointReader(signal),
    },
    store: alerts,
    account,
    switches: posture,
    clock,
    log,
    signal,
  }),
  beat(),
];
if (options.noise !== null) {
  const sources = [
    trail.chatter,
    identity.chatter,
    profile.chatter,
    postureChatter(alerts, posture, { account, clock }),
  ];
  work.push(makeNoise({ perSecond: options.noise, sources, resources: watchedResources(), clock, signal }));
}

announce({ ready: true, port });
await Promise.all(work);

async function beat(): Promise<void> {
  while (!signal.aborted) {
    profile.beat();
    await clock.sleep(heartbeatMs, signal).catch(() => undefined);
  }
}

function partsOf(detector: DetectorName): DetectorParts {
  return { switches: switchesOf(detector, options), clock, signal, newId: randomUUID };
}

function s3Client(): S3Client {
  return new S3Client({ ...config, forcePathStyle: true });
}

function watchedResources(): readonly string[] {
  const { roles, buckets, trails } = startUp;
  const bucketArns = [buckets.models, buckets.modelsGuarded].map((bucket) => `arn:aws:s3:::${bucket}`);
  return [roles.appFirst, roles.appSecond, ...bucketArns, trails.primary];
}
