import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import { defined, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { identityOf, readObjects, readState } from './kubernetes-objects.ts';
import { kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads policy reports, wgpolicyk8s.io (PolicyReport, ClusterPolicyReport) and openreports.io (Report, ClusterReport):
 * https://github.com/kubernetes-sigs/wg-policy-prototypes, https://openreports.io
 * A report shows what holds now, of one resource (`scope`) or of those that each result names.
 */
export const policyReport = defineFormat({
  type: 'policy-report',
  title: 'Policy reports',
  description:
    'Reports of Kyverno and others in both API groups. Each result that is fail, warn or error is a signal; pass and skip ' +
    'are none. `rule` is `policy/rule`, with ` [warn]` or ` [error]` behind it where the result is not fail: an error says ' +
    'that the rule could not be evaluated. What a report no longer says, or a deleted report said, is resolved ' +
    '(by watch events that carry `previous`, as kubernetes-watch gives them). Requests that a policy blocks leave no report.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  *read({ value }) {
    yield* readObjects(value, (seen) => readState(seen, readReport));
  },
});

const problems: ReadonlySet<string> = new Set(['fail', 'warn', 'error']);

function readReport(report: JsonObject): readonly Parsed[] {
  const results = listOf(report['results']);
  const kind = stringOf(report['kind']) ?? '';
  if (results === undefined && !/Report$/.test(kind))
    return [{ kind: 'malformed', reason: 'a policy report without results', record: report }];
  const found = (results ?? []).flatMap((result) => readResult(report, result));
  return found.length > 0 ? found : [{ kind: 'ignored', reason: 'no result is fail, warn or error', record: report }];
}

function readResult(report: JsonObject, value: Json): readonly Parsed[] {
  const result = objectOf(value);
  const outcome = stringOf(result?.['result']) ?? stringOf(result?.['status']) ?? '';
  if (result === undefined || !problems.has(outcome)) return [];
  const policy = stringOf(result['policy']);
  if (policy === undefined) return [{ kind: 'malformed', reason: 'a result without policy', record: value }];
  const name = [policy, stringOf(result['rule'])].filter((part) => part !== undefined).join('/');
  const own = listOf(result['resources']) ?? listOf(result['subjects']) ?? [];
  const about = own.length > 0 ? own : [report['scope'] ?? null];
  return about.map((ref): Parsed => {
    const resource = resourceOf(ref);
    const id = [identityOf(report), name, resource?.id ?? ''].join('/');
    const rawSeverity = stringOf(result['severity']) ?? '';
    const fields = defined({ updatedAt: timeOf(result['timestamp']), resource });
    return {
      kind: 'signal',
      record: { ...result, scope: ref },
      signal: {
        format: 'policy-report',
        id,
        dedupeKey: id,
        rule: outcome === 'fail' ? name : `${name} [${outcome}]`,
        severity: severityByName(rawSeverity),
        rawSeverity,
        status: 'open',
        sample: false,
        techniques: [],
        ...fields,
      },
    };
  });
}

function resourceOf(ref: Json) {
  const part = (key: string) => stringOf(memberOf(ref, key));
  return kubernetesResource({ kind: part('kind'), namespace: part('namespace'), name: part('name') });
}

/** When the rule was last evaluated, which each scan moves; nobody says when the object went wrong. */
function timeOf(value: Json | undefined): string | undefined {
  return isoFromText(value) ?? isoFromEpoch(memberOf(value, 'seconds'), 's');
}
