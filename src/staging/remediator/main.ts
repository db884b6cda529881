import { startChild } from '../detection/child-process.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { iamGuard } from './iam-guard.ts';
import { remediate } from './remediate.ts';
import { remediatorStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('remediator', remediatorStartUp);
const { watched, forbidden } = startUp;

announce({ ready: true });
await remediate({ guard: iamGuard(startUp, clock), watched, forbidden, clock, log, signal });
