import { hash } from 'node:crypto';
import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { sameJson } from '../../model/canonical.ts';
import { defineFault, type Observation } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { type AwsFaultContext, alreadyInPlace, arnOf, clientsFor, functionField, orAbsent } from './names.ts';
import { isAmong } from './undone-by.ts';

const params = z.strictObject({
  function: functionField,
  /** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
  name: z.string().regex(/^[a-zA-Z]\w+$/, { error: 'must be the name of an environment variable' }),
  value: z.string(),
});
type Params = z.infer<typeof params>;

type Digests = Readonly<Record<string, string>>;

interface Before {
  /** The previous value of our variable in clear, to put it back; pre-images are kept 0600 and deleted after the revert. */
  readonly previous: string | null;
  /** Every variable's value as SHA-256. */
  readonly variables: Digests;
}

interface Configuration {
  readonly values: Readonly<Record<string, string>>;
  readonly revision: string | undefined;
}

/** An update takes Lambda seconds, with a VPC a minute: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
const updatePollMs = 250;
const updatePolls = 360;
const attempts = 5;

/**
 * Sets one environment variable of a function under its RevisionId; revert puts back that variable. The other variables
 * are read and written on with the function's own current values, and leave this process as digests only.
 */
export const lambdaEnvironment = defineFault({
  type: 'aws.lambda.environment',
  kind: 'change',
  target: 'aws',
  title: "Change a function's environment variable",
  description:
    'One environment variable of a Lambda function is set to another value, as by a hand-made hotfix or an implant. Revert restores that variable only.',
  params,
  example: { function: 'inference-preprocessor', name: 'PYTHONPATH', value: '/tmp/windshear' },
  techniques: ['T1648'],
  permissions: {
    inject: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
    observe: ['lambda:GetFunctionConfiguration'],
    revert: ['lambda:GetFunctionConfiguration', 'lambda:UpdateFunctionConfiguration'],
  },
  touches: ({ function: name }) => [arnOf('lambda', 'function:', name)],
  undoneBy: (_, action) => isAmong(action, 'lambda:UpdateFunctionConfiguration', 'lambda:CreateFunction'),
  impairs: () => [],
  settleMs: 0,
  volatile: ['/RevisionId', '/LastModified'],
  residue: ['the RevisionId and LastModified of the function have moved on'],

  capture: async (ctx: AwsFaultContext, p: Params) => {
    const { values } = await expectConfiguration(ctx, p);
    return { previous: values[p.name] ?? null, variables: digestsOf(values) };
  },

  inject: async (ctx, p) => {
    const now = await waitUntilUpdated(ctx, p);
    if (now.values[p.name] === p.value) throw alreadyInPlace(`variable ${p.name} of '${p.function}' has that value`);
    const revision = await write(ctx, p, { values: { ...now.values, [p.name]: p.value }, revision: now.revision });
    return now.revision === undefined || revision === undefined
      ? {}
      : { advanced: { what: `RevisionId of ${p.function}`, from: now.revision, to: revision } };
  },

  observe: async (ctx, p, before) => {
    const now = await readConfiguration(ctx, p);
    return statusOf(p, beforeOf(before), now?.values);
  },

  revert: async (ctx, p, before) => {
    const { previous } = beforeOf(before);
    for (let attempt = 1; ; attempt++) {
      const found = await readConfiguration(ctx, p);
      const { status } = statusOf(p, beforeOf(before), found?.values);
      if (status === 'before') return { outcome: 'already-gone' };
      if (found === undefined) return { outcome: 'left', note: `Function '${p.function}' is gone.` };
      if (status === 'other') return { outcome: 'left', note: `Somebody set variable ${p.name} to another value.` };
      const now = await waitUntilUpdated(ctx, p);
      if (now.values[p.name] !== p.value) continue;
      const { [p.name]: _ours, ...rest } = now.values;
      const values = previous === null ? rest : { ...rest, [p.name]: previous };
      try {
        await write(ctx, p, { values, revision: now.revision });
        return { outcome: 'removed' };
      } catch (error) {
        if (!(error instanceof CallError) || error.kind !== 'conflict' || attempt === attempts) throw error;
      }
    }
  },
});

function statusOf(p: Params, before: Before, values: Configuration['values'] | undefined): Observation {
  // With the function our variable is gone too, but nothing is as it was.
  if (values === undefined) return { status: 'other', state: { variables: null }, othersChanged: true };
  const { [p.name]: _before, ...restBefore } = before.variables;
  const { [p.name]: _now, ...rest } = digestsOf(values);
  const othersChanged = !sameJson(restBefore, rest);
  const state: Json = { variables: digestsOf(values) };
  const value = values[p.name] ?? null;
  if (value === before.previous) return { status: 'before', state, othersChanged };
  if (value === p.value) return { status: othersChanged ? 'ours-plus-others' : 'ours', state, othersChanged };
  // Our variable is gone though there was one before, or holds a third value: neither is ours nor as it was.
  return { status: 'other', state, othersChanged };
}

function digestsOf(values: Configuration['values']): Digests {
  const digest = (value: string) => hash('sha256', value, 'hex');
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digest(value)]));
}

async function readConfiguration(ctx: AwsFaultContext, p: Params) {
  const input = { FunctionName: p.function };
  const answer = await orAbsent(clientsFor(ctx, p.function).call('lambda:GetFunctionConfiguration', input, ctx.signal));
  if (answer === undefined) return undefined;
  const unreadable = answer.Environment?.Error;
  if (unreadable !== undefined) {
    const code = unreadable.ErrorCode ?? 'EnvironmentUnreadable';
    throw new CallError('failed', code, `The environment variables of '${p.function}' cannot be read: ${code}.`);
  }
  return {
    values: answer.Environment?.Variables ?? {},
    revision: answer.RevisionId,
    updating: answer.LastUpdateStatus === 'InProgress' || answer.State === 'Pending',
  };
}

async function expectConfiguration(ctx: AwsFaultContext, p: Params) {
  const found = await readConfiguration(ctx, p);
  if (found === undefined) {
    throw new CallError('not-found', 'ResourceNotFoundException', `Function '${p.function}' is not there.`);
  }
  return found;
}

/** An update while another is under way is refused; nothing is sent before that one is through. */
async function waitUntilUpdated(ctx: AwsFaultContext, p: Params): Promise<Configuration> {
  let found = await expectConfiguration(ctx, p);
  for (let poll = 0; found.updating && poll < updatePolls; poll++) {
    await ctx.clock.sleep(updatePollMs, ctx.signal);
    found = await expectConfiguration(ctx, p);
  }
  return found;
}

async function write(ctx: AwsFaultContext, p: Params, to: Configuration): Promise<string | undefined> {
  const answer = await clientsFor(ctx, p.function).call(
    'lambda:UpdateFunctionConfiguration',
    {
      FunctionName: p.function,
      Environment: { Variables: { ...to.values } },
      ...(to.revision === undefined ? {} : { RevisionId: to.revision }),
    },
    ctx.signal,
  );
  return answer.RevisionId;
}

function beforeOf(before: Json): Before {
  return before as unknown as Before;
}
