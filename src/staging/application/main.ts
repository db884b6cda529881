import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { startChild } from '../detection/child-process.ts';
import { systemClock as clock } from '../detection/system-clock.ts';
import { runApplication } from './application.ts';
import { applicationStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('application', applicationStartUp);
mkdirSync(dirname(startUp.auditFile), { recursive: true, mode: 0o700 });
const audit = (line: string) => appendFileSync(startUp.auditFile, `${line}\n`, { mode: 0o600 });
appendFileSync(startUp.auditFile, '', { mode: 0o600 });

const { admin } = await runApplication(startUp, { audit, clock, log, signal });
// The admin API answers at GET /state where everything else is.
announce({ ready: true, port: Number(new URL(admin).port) });
