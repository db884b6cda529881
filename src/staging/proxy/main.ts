import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { startChild } from '../detection/child-process.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { forwardingServer } from './forward.ts';
import { serviceLibrary } from './models/library.ts';
import { queueSender } from './queues.ts';
import { createRecorder } from './recorder.ts';
import { proxyStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('proxy', proxyStartUp);
const { upstream, auditFolder } = startUp;
await mkdir(auditFolder, { recursive: true, mode: 0o700 });

const recorder = createRecorder({
  known: startUp,
  library: serviceLibrary(startUp.models, startUp.modelCache),
  write: (trail, line) => appendFileSync(join(auditFolder, basename(`${trail}.jsonl`)), `${line}\n`, { mode: 0o600 }),
  deliver: queueSender({ upstream, clock, log, signal }),
  log,
});
for (const { name } of startUp.trails) appendFileSync(join(auditFolder, `${name}.jsonl`), '', { mode: 0o600 });

const server = forwardingServer({
  upstream,
  onExchange: recorder.take,
  answerInstead: recorder.lookUp,
  now: clock.epochMs,
  log,
});
server.listen(0, '127.0.0.1', () => announce({ ready: true, port: (server.address() as AddressInfo).port }));
signal.addEventListener('abort', () => {
  server.close();
  server.closeAllConnections();
});
