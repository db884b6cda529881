#!/usr/bin/env -S node --max-semi-space-size=2
import { enableCompileCache } from 'node:module';

/**
 * The command line: the only place that reads argv and exits. The cache must be on before anything else is compiled.
 * A young generation of up to 48 MB, which V8 takes where memory is free, would be a third of the harness.
 */
enableCompileCache();
const { carryOut } = await import('./program.ts');
process.exit(await carryOut(process.argv.slice(2)));
