import { z } from 'zod';
import { loopbackUrl } from '../detection/start-up.ts';
import { ruleSchema } from './event-rules.ts';
import { trailSchema } from './trails.ts';

/** Describes the one JSON line that the proxy reads on stdin; the end of stdin tells it that its parent is gone. */
export const proxyStartUp = z.strictObject({
  /** The emulator's own address. */
  upstream: loopbackUrl(),
  /** Account of the emulator's root key. */
  account: z.string().regex(/^\d{12}$/),
  /** Where each trail writes `<name>.jsonl`. */
  auditFolder: z.string().startsWith('/'),
  /** botocore's service models, and where their compact indexes are kept. */
  models: z.string().startsWith('/'),
  modelCache: z.string().startsWith('/'),
  /** What was made before the proxy listened. */
  keys: z.array(z.object({ accessKeyId: z.string(), userArn: z.string(), userId: z.string() })),
  trails: z.array(trailSchema),
  rules: z.array(ruleSchema),
});

export type ProxyStartUp = z.input<typeof proxyStartUp>;
