import { readFile } from 'node:fs/promises';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { z } from 'zod';
import type { Detection } from './start-up.ts';
import type { TrailRecord } from './trail-record.ts';

/** Says what a rule found in one record. */
export interface RuleAlert {
  readonly rule: string;
  readonly severity: Severity;
  readonly resource: { readonly kind: 'role' | 'user' | 'group' | 'bucket' | 'trail'; readonly arn: string };
}

export type Severity = (typeof severities)[number];

export type Rules = (record: TrailRecord) => readonly RuleAlert[];

/** What the rules know about the account they watch. */
export interface RuleContext {
  readonly accounts: readonly string[];
  readonly primaryTrail: string;
  readonly protectedUsers: readonly string[];
  readonly canaryRole: string;
}

const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const;

const results = z.tuple([
  z.object({
    result: z.array(
      z.object({
        rule: z.string(),
        severity: z.enum(severities),
        resource: z.object({ kind: z.enum(['role', 'user', 'group', 'bucket', 'trail']), arn: z.string() }),
      }),
    ),
  }),
]);

/**
 * Loads a package of compiled rules; `tools/build-rules.ts` compiles them.
 * The binary's speed and memory belong to this one instance, which is not shared between detectors.
 */
export async function loadRules(name: 'trail' | 'identity', context: RuleContext): Promise<Rules> {
  const policy = await loadPolicy(await readFile(new URL(`./rules/${name}.wasm`, import.meta.url)));
  policy.setData({ staging: context });
  return (record) => results.parse(policy.evaluate(record))[0].result;
}

/** Picks what the rules may know from the start-up. */
export function ruleContext(startUp: Detection): RuleContext {
  return {
    accounts: [startUp.account, startUp.secondAccount],
    primaryTrail: startUp.trails.primary,
    protectedUsers: [startUp.users.protected],
    canaryRole: startUp.canary.role,
  };
}
