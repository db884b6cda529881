import { writeFile } from 'node:fs/promises';
import { startChild } from '../detection/child-process.ts';
import { startKubernetes } from './start.ts';
import { kubernetesStartUp } from './start-up.ts';

const { startUp, signal, log, announce } = await startChild('kubernetes', kubernetesStartUp);
const { port, caCertificate, clusterUid } = await startKubernetes(startUp, { log, signal });
await writeFile(startUp.caFile, caCertificate, { mode: 0o600 });
announce({ ready: true, port, caFile: startUp.caFile, clusterUid });
