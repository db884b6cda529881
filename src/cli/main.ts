#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072 node --max-semi-space-size=1 --heap-growing-percent=10 --optimize-for-size
import { enableCompileCache } from 'node:module';

/**
 * The command line: the only place that reads argv and exits. The cache must be on before anything else is compiled.
 * What the first line sets, a third of the harness's memory, V8 and glibc would else take where memory is free: a young
 * generation of up to 48 MB, an old one that grows by half before it is swept, an arena a thread (mallopt(3)).
 */
enableCompileCache();
const { carryOut } = await import('./program.ts');
process.exit(await carryOut(process.argv.slice(2)));
