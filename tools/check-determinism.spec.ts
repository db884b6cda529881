import { expect } from 'chai';
import { findIndeterminism } from './check-determinism.ts';

describe('findIndeterminism', () => {
  const forbidden = [
    'const a = Date.now();',
    'const a = new Date();',
    'const a = Date();',
    'const a = performance.now();',
    'setTimeout(() => {}, 1);',
    'globalThis.setTimeout(() => {}, 1);',
    'setInterval(() => {}, 1);',
    'setImmediate(() => {});',
    'const a = Math.random();',
    "const a = Math['random']();",
    'const a = crypto.randomUUID();',
    "import { randomBytes } from 'node:crypto';",
    "import { readFile } from 'node:fs/promises';",
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "const fs = await import('node:fs');",
    'const a = AbortSignal.timeout(1);',
    'const now = Date.now;',
  ];
  for (const text of forbidden) {
    it(`reports '${text}' in the engine`, () => {
      expect(found('src/engine/x.ts', text)).to.have.lengthOf(1);
    });
  }

  const allowed = [
    'const a = new Date(clock.epochMs());',
    "import { createHash } from 'node:crypto';",
    "import type { Stats } from 'node:fs';",
    "const a = 'Date.now()'; // Date.now()",
    'const a = Date.parse(text);',
    'const a = ctx.performance;',
  ];
  for (const text of allowed) {
    it(`accepts '${text}' in the engine`, () => {
      expect(found('src/engine/x.ts', text)).to.deep.equal([]);
    });
  }

  it('lets channels open files and sockets and draw secrets, and nothing more', () => {
    const path = 'src/detectors/channels/x.ts';
    expect(
      found(path, "import { open } from 'node:fs/promises'; import { createServer } from 'node:http';"),
    ).to.deep.equal([]);
    expect(found(path, "import { randomBytes } from 'node:crypto'; const a = process.env['TOKEN'];")).to.deep.equal([]);
    expect(found(path, 'const a = Math.random();')).to.have.lengthOf(1);
    expect(found(path, 'setTimeout(() => {}, 1);')).to.have.lengthOf(1);
  });

  it('leaves specs and the parts that touch the world alone', () => {
    expect(found('src/engine/x.spec.ts', 'Date.now();')).to.deep.equal([]);
    expect(found('src/system/clock.ts', 'Date.now();')).to.deep.equal([]);
  });
});

function found(path: string, text: string): readonly string[] {
  return findIndeterminism([{ path, text }]).map((finding) => finding.message);
}
