import { z } from 'zod';
import { iamAction, isMutating } from '../../model/aws-action.ts';
import { CallError } from '../../model/call.ts';
import { type After, defineFault } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import { observed, stateIn, withoutUndo } from '../declared-state.ts';
import type { AwsFaultContext } from './names.ts';

const inputField = z.record(z.string(), z.json()).default({});
const pointerField = z.string().regex(/^(\/.*)?$/, { error: 'must be a JSON Pointer (/Role/Path)' });
const callFields = { service: z.string().min(1), operation: z.string().min(1), input: inputField };

const params = z
  .strictObject({
    ...callFields,
    region: z.string().min(1).optional(),
    /** What the call touches, as ARNs: nobody else knows. */
    touches: z.array(z.string().min(1)).min(1),
    impairs: z.array(z.string()).default([]),
    /** Reads the state that the call changes; a resource that is not there reads as null. */
    read: z.strictObject({ ...callFields, pointer: pointerField.default('') }),
    undo: z.strictObject(callFields),
    /** Ids that the service picks, by name, as pointers into its answer; `{"$id": name}` puts one into `undo`. */
    ids: z.record(z.string(), pointerField).default({}),
  })
  .superRefine((p, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (!isMutating(p.operation)) problem(['operation'], `${p.operation} only reads; a fault changes something`);
    if (isMutating(p.read.operation))
      problem(['read', 'operation'], `${p.read.operation} changes something; read must not`);
    if (!isMutating(p.undo.operation))
      problem(['undo', 'operation'], `${p.undo.operation} only reads and undoes nothing`);
    if (asksForId(p.read.input)) problem(['read', 'input'], 'read must find the effect without {"$id": …}');
    if (irreversible.test(p.operation)) problem(['operation'], `${p.operation} cannot be undone`);
  });
type Params = z.infer<typeof params>;

/** Operations after which no other call brings back what was: data, identities and keys that are gone for good. */
const irreversible =
  /^(Terminate|Purge|ScheduleKeyDeletion|CloseAccount|LeaveOrganization|DisableOrganization|Delete(Objects?|Bucket|Volume|Snapshot|Table|DBInstance|DBCluster|User|Role|AccessKey|KeyPair|Queue|Stack|Key|ImportedKeyMaterial|Trail|EventDataStore)$)/;

/**
 * Makes one AWS call that the scenario describes, with the call that reads its effect and the call that undoes it.
 * `${marker}` in strings becomes the marker; `{"$before": "/pointer"}` the value that was read before.
 */
export const awsCall = defineFault({
  type: 'aws.call',
  kind: 'change',
  target: 'aws',
  title: 'Make an AWS call',
  description:
    'Any single call that changes something and can be undone by another. The scenario says what it touches, how its effect is read and how it is undone.',
  params,
  example: {
    service: 'iam',
    operation: 'TagRole',
    input: { RoleName: 'inference-api', Tags: [{ Key: 'owner', Value: 'nobody' }] },
    touches: ['arn:aws:iam:::role/inference-api'],
    impairs: [],
    read: { service: 'iam', operation: 'GetRole', input: { RoleName: 'inference-api' }, pointer: '/Role/Tags' },
    undo: { service: 'iam', operation: 'UntagRole', input: { RoleName: 'inference-api', TagKeys: ['owner'] } },
    ids: {},
  },
  techniques: [],
  permissions: (p: Params) => ({
    inject: [iamAction(p.service, p.operation)],
    observe: [iamAction(p.read.service, p.read.operation)],
    revert: [iamAction(p.read.service, p.read.operation), iamAction(p.undo.service, p.undo.operation)],
  }),
  touches: (p) => p.touches,
  impairs: (p) => p.impairs,
  settleMs: 15_000,
  volatile: [],
  selfDeclared: true,
  residue: ['whatever undo does not put back: touches, read and undo are self-declared'],

  capture: async (ctx: AwsFaultContext, p: Params) => ({ state: await read(ctx, p, null) }),

  inject: async (ctx, p, before) => {
    const answer = await send(ctx, p, fill(p.input, { ctx, before: stateIn(before) }));
    const picked = Object.entries(p.ids).map(([name, pointer]) => [name, at(answer, pointer)] as const);
    const ids = Object.fromEntries(picked.filter(([, id]) => typeof id === 'string')) as Record<string, string>;
    return picked.length === 0 ? {} : { ids };
  },

  observe: async (ctx, p, before, after) => {
    const state = await read(ctx, p, stateIn(before));
    return observed(before, state, after);
  },

  revert: async (ctx, p, before, after) => {
    const state = await read(ctx, p, stateIn(before));
    const nothing = withoutUndo(before, state, after);
    if (nothing !== undefined) return nothing;
    const unknown = Object.keys(p.ids).filter((name) => after?.acknowledged?.ids?.[name] === undefined);
    if (unknown.length > 0 && asksForId(p.undo.input)) {
      return { outcome: 'left', note: `The id ${unknown.join(', ')} was never acknowledged.` };
    }
    const readAtMs = ctx.clock.monoMs();
    const input = fill(p.undo.input, { ctx, before: stateIn(before), after });
    await clientsOf(ctx, p).send(p.undo.service, p.undo.operation, input, ctx.signal);
    return { outcome: 'removed', unguardedMs: ctx.clock.monoMs() - readAtMs };
  },
});

async function read(ctx: AwsFaultContext, p: Params, before: Json): Promise<Json> {
  const input = fill(p.read.input, { ctx, before });
  try {
    return at(await clientsOf(ctx, p).send(p.read.service, p.read.operation, input, ctx.signal), p.read.pointer);
  } catch (error) {
    if (error instanceof CallError && error.kind === 'not-found') return null;
    throw error;
  }
}

function send(ctx: AwsFaultContext, p: Params, input: JsonObject): Promise<Json> {
  return clientsOf(ctx, p).send(p.service, p.operation, input, ctx.signal);
}

function clientsOf(ctx: AwsFaultContext, { region }: Params): AwsClients {
  return region === undefined ? ctx.clients : ctx.clients.inRegion(region);
}

interface Filling {
  readonly ctx: AwsFaultContext;
  readonly before: Json;
  readonly after?: After | undefined;
}

function fill(input: JsonObject, filling: Filling): JsonObject {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, fillValue(value, filling)]));
}

function fillValue(value: Json, filling: Filling): Json {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
  if (typeof value === 'string') return value.replaceAll('${marker}', filling.ctx.marker);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => fillValue(item, filling));
  if (value === null || typeof value !== 'object') return value;
  const object = value as JsonObject;
  if (typeof object['$before'] === 'string') return at(filling.before, object['$before']);
  if (typeof object['$id'] === 'string') return filling.after?.acknowledged?.ids?.[object['$id']] ?? '';
  return fill(object, filling);
}

function asksForId(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return '$id' in value || Object.values(value).some(asksForId);
}

/** Follows a JSON Pointer (RFC 6901); what is not there is null. */
function at(value: Json, pointer: string): Json {
  let here: Json | undefined = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (here === null || typeof here !== 'object') return null;
    here = Array.isArray(here) ? here[Number(key)] : (here as JsonObject)[key];
    if (here === undefined) return null;
  }
  return here;
}
