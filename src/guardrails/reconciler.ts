import { z } from 'zod';
import { matchesGlob } from '../model/glob.ts';
import type { Attribution, GuardrailDefinition, RevertEvidence } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { contains, isOfCollection, sameSubject } from '../model/subjects.ts';

const glob = z.string().min(1).max(200);

const params = z
  .strictObject({
    /** Known by user agent, field manager and its own record. */
    preset: z.enum(['argocd', 'flux']).optional(),
    /** User name in the audit records, such as `system:serviceaccount:argocd:argocd-application-controller`; a glob. */
    user: glob.optional(),
    userAgent: glob.optional(),
    /** Field manager in `managedFields`. */
    manager: glob.optional(),
  })
  .refine((p) => Object.values(p).some((value) => value !== undefined), {
    error: 'needs at least one of preset, user, userAgent and manager',
  });
type Params = z.infer<typeof params>;

/** A controller that brings what is declared back: Argo CD, Flux, or one's own. */
export const reconciler: GuardrailDefinition<Params> = {
  type: 'reconciler',
  title: 'A GitOps reconciler',
  description:
    'Reverts drift, as audit records of the drifted objects show by user and user agent, else the field manager that owns, by the live object, what was put back (who only takes something away owns nothing of it), else its own record (`argocd-application`, `flux-event` under `audit:`). Where user and user agent are both given, both must fit. Status updates and the built-in controllers of Kubernetes are nobody who could have healed. Whether the heal lasts, and heal-and-drift fights, the stability window tells.',
  params,
  example: { preset: 'argocd', user: 'system:serviceaccount:argocd:argocd-application-controller' },
  outcomes: ['reverted'],
  attributeRevert: attribute,
};

interface Identity {
  readonly userAgents: readonly string[];
  readonly managers: readonly string[];
  /** Names under which the tools' own records stand. */
  readonly controllers: readonly string[];
}

/**
 * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#server-side-apply (argocd-controller),
 * https://fluxcd.io/flux/components/kustomize/kustomizations/ (field manager kustomize-controller)
 */
const presets: Readonly<Record<'argocd' | 'flux', Identity>> = {
  argocd: {
    userAgents: ['argocd-application-controller/*', 'argocd-application-controller'],
    managers: ['argocd-controller', 'argocd-application-controller'],
    controllers: ['argocd-application-controller'],
  },
  flux: {
    userAgents: ['kustomize-controller/*', 'helm-controller/*'],
    managers: ['kustomize-controller', 'helm-controller'],
    controllers: ['kustomize-controller', 'helm-controller'],
  },
};

function attribute({ audit, subjects, managers = [] }: RevertEvidence, p: Params): Attribution {
  const writes = audit.filter((record) => isAbout(record, subjects) && !isStatus(record));
  const own = writes.filter((record) => acted(record, p)).at(-1);
  if (own !== undefined) return { whose: 'mine', evidence: told(own) };
  const owners = managers.filter(({ subresource, manager }) => subresource !== 'status' && !isBystander(manager));
  const fitting = owners.filter(({ manager }) => manages(manager, p));
  const owner = fitting.findLast(({ ownsChange }) => ownsChange);
  const rival = owners.find(({ manager, time = '' }) => !manages(manager, p) && time >= (owner?.time ?? ''));
  if (owner !== undefined && rival !== undefined)
    return { whose: 'unknown', why: `field manager ${rival.manager} wrote to it in the same time` };
  if (owner !== undefined)
    return { whose: 'mine', evidence: `field manager ${owner.manager} (${owner.operation} at ${owner.time ?? '?'})` };
  const other = writes.filter((record) => !isBuiltIn(record)).at(-1);
  // An audit record names no field manager, so that anybody's may be its.
  const tellsByAudit = p.preset !== undefined || p.user !== undefined || p.userAgent !== undefined;
  if (other !== undefined && tellsByAudit)
    return { whose: 'other', by: other.actor?.name ?? other.actor?.id ?? 'somebody unnamed' };
  const bystander = fitting.at(-1)?.manager;
  if (bystander !== undefined)
    return { whose: 'unknown', why: `field manager ${bystander} wrote in its time, but does not own what went` };
  return { whose: 'unknown', why: 'neither audit records nor field managers show a write by the reconciler' };
}

function acted({ actor }: Signal, { preset, user, userAgent }: Params): boolean {
  const identity = preset === undefined ? undefined : presets[preset];
  const name = actor?.name ?? '';
  // A controller's own record names neither user nor user agent: it is the tool itself that speaks.
  if (actor?.type === 'controller') return identity?.controllers.includes(name) === true;
  const agents = userAgent === undefined ? identity?.userAgents : [userAgent];
  if (user === undefined && agents === undefined) return false;
  const userFits = user === undefined || matchesGlob(user, name);
  return userFits && (agents === undefined || agents.some((agent) => matchesGlob(agent, actor?.userAgent ?? '')));
}

function manages(manager: string, { preset, manager: own }: Params): boolean {
  const known = own === undefined ? (preset === undefined ? [] : presets[preset].managers) : [own];
  return known.some((one) => matchesGlob(one, manager));
}

function isAbout({ resource, resources = [] }: Signal, subjects: readonly string[]): boolean {
  const named = [resource?.id, ...resources].filter((text) => text !== undefined);
  return subjects.some((subject) =>
    named.some((text) => sameSubject(subject, text) || contains(subject, text) || isOfCollection(subject, text)),
  );
}

/** Who writes to what others change, and undoes nothing: the controllers of Kubernetes, and windshear itself. */
function isBystander(manager: string): boolean {
  return manager === 'windshear' || /^kube-(?:controller-manager|scheduler|apiserver)$/.test(manager);
}

/** Controllers report on an object in its status all the time. */
function isStatus({ action }: Signal): boolean {
  return action?.endsWith('/status') === true;
}

/**
 * Controllers that come with Kubernetes follow a change and undo none: taken for the healer they would hide the one whose
 * record is still on its way. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
 */
function isBuiltIn({ actor }: Signal): boolean {
  return /^system:(?:kube-controller-manager$|kube-scheduler$|apiserver$|node:|serviceaccount:kube-system:[a-z-]+-(?:controller|collector|binder|cleaner|publisher|autoscaler)$)/.test(
    actor?.name ?? '',
  );
}

function told({ action, rule, actor, id }: Signal): string {
  const agent = actor?.userAgent === undefined ? '' : ` with ${actor.userAgent.slice(0, 80)}`;
  return `${action ?? rule} by ${actor?.name ?? 'a user without name'}${agent} (${id})`;
}
