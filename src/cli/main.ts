#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

/** The command line: the only place that reads argv and exits. The cache must be on before anything else is compiled. */
enableCompileCache();
const { carryOut } = await import('./program.ts');
process.exit(await carryOut(process.argv.slice(2)));
