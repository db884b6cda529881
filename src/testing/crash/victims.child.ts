import { enableCompileCache } from 'node:module';
import type { Victim } from './crash.ts';

/** `<log> <victims as JSON>`: carries out `windshear run` of each, all in this process, which dies at their crashes. */
enableCompileCache();
const [{ carryOut }, { dieTogether }] = await Promise.all([
  import('../../cli/program.ts'),
  import('./die-together.ts'),
]);
const [log = '', victims = '[]'] = process.argv.slice(2);
await dieTogether(JSON.parse(victims) as readonly Victim[], log, ({ scenario, environment, config }) =>
  carryOut(['run', scenario, '--env', environment, '--config', config, '--slo-scale', '0.1', '--quiet']),
);
process.exit(0);
