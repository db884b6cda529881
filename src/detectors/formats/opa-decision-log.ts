import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { defined, isArn, listOf, memberOf, objectOf, stringOf, wordOf } from '../guards.ts';
import { type Pointer, parsePointer, resolvePointer } from '../pointer.ts';
import { isoFromText } from '../times.ts';
import { fromArn } from './cloudtrail-call.ts';
import { kubernetesResource } from './kubernetes-resource.ts';

const pointer = z.string().transform((text, issues): Pointer => {
  const parsed = parsePointer(text);
  if (parsed === undefined)
    issues.addIssue({ code: 'custom', message: "must be a JSON Pointer such as '/result/allowed'" });
  return parsed ?? [];
});

const params = z.strictObject({
  /** Where in the decision the answer stands. */
  decision: pointer.default(['result']),
  /** Which answer is a deny: false or undefined (an allow rule), true (a deny rule), or a set or object with members. */
  denies: z.enum(['false', 'true', 'non-empty']).default('false'),
  /** By default the object and user of an AdmissionReview in `input.request`. */
  resource: pointer.optional(),
  actor: pointer.optional(),
  userAgent: pointer.optional(),
  requestId: pointer.optional(),
});

type Params = z.infer<typeof params>;

/**
 * Reads decision logs of the Open Policy Agent: https://www.openpolicyagent.org/docs/management-decision-logs
 * A value is a batch as OPA uploads it (gzip is undone by the channel), one decision, or a console line.
 */
export const opaDecisionLog = defineFormat<Params>({
  type: 'opa-decision-log',
  title: 'OPA decision logs',
  description:
    'Decisions that deny, told by a JSON Pointer to the answer and by which answer denies; other decisions are ignored. ' +
    '`rule` is the path of the decision. OPA uploads again what was not acknowledged: `decision_id` tells. Resource and ' +
    'actor come from pointers, or from the AdmissionReview that was decided on. Uploads come minutes late unless the ' +
    "plugin's delays are set low.",
  params,
  example: params.parse({ decision: '/result/allowed', resource: '/input/resource', actor: '/input/user' }),
  recurrence: 'none',
  yields: 'signals',
  statesSeverity: () => false,
  *read({ value }, asked) {
    const list = listOf(value) ?? [value];
    for (const record of list) yield { ...readDecision(record, asked), record };
  },
});

function readDecision(value: Json, asked: Params): Exclude<Parsed, { kind: 'content' }> {
  const decision = objectOf(value);
  if (decision === undefined) return { kind: 'malformed', reason: 'a decision is an object' };
  const id = stringOf(decision['decision_id']);
  const rule = stringOf(decision['path']) ?? (stringOf(decision['query']) === undefined ? undefined : 'query');
  if (id === undefined && decision['level'] !== undefined)
    return { kind: 'ignored', reason: "a line of OPA's own log" };
  if (id === undefined || rule === undefined)
    return { kind: 'malformed', reason: `a decision without ${id === undefined ? 'decision_id' : 'path'}` };
  if (decision['error'] !== undefined) return { kind: 'ignored', reason: 'the policy failed and decided nothing' };
  if (!isDeny(resolvePointer(value, asked.decision), asked.denies))
    return { kind: 'ignored', reason: 'the decision does not deny' };

  const at = (place: Pointer | undefined) => (place === undefined ? undefined : wordOf(resolvePointer(value, place)));
  const review = memberOf(decision['input'], 'request');
  const named = at(asked.resource);
  const fields = defined({
    eventTime: isoFromText(decision['timestamp']),
    resource: named === undefined ? reviewed(review) : isArn(named) ? fromArn(named) : { id: named },
    actor: actorOf(at(asked.actor) ?? stringOf(memberOf(review, 'userInfo', 'username')), at(asked.userAgent)),
    requestId: at(asked.requestId),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'opa-decision-log',
      id,
      dedupeKey: id,
      rule,
      severity: null,
      rawSeverity: '',
      errorCode: 'denied',
      status: 'open',
      sample: false,
      techniques: [],
      ...fields,
    },
  };
}

function isDeny(answer: Json | undefined, denies: Params['denies']): boolean {
  if (denies === 'false') return answer === undefined || answer === null || answer === false || answer === 'false';
  if (denies === 'true') return answer === true || answer === 'true';
  const list = listOf(answer);
  return (list?.length ?? Object.keys(objectOf(answer) ?? {}).length) > 0;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request */
function reviewed(request: Json | undefined) {
  const object: JsonObject | undefined = objectOf(request);
  const name = stringOf(object?.['name']) ?? stringOf(memberOf(object?.['object'], 'metadata', 'name'));
  return kubernetesResource({
    kind: stringOf(memberOf(object?.['kind'], 'kind')),
    namespace: stringOf(object?.['namespace']),
    name,
  });
}

function actorOf(text: string | undefined, userAgent: string | undefined) {
  return defined({ ...(isArn(text) ? { arn: text } : { name: text }), userAgent });
}
