import { at, numberAt, textAt, textsAt } from '../../objects/json.ts';
import { named, type PodParts, quotedList } from './pod.ts';

/** Says what is wrong with a pod: a reason, and where; undefined when nothing is. */
export interface Check {
  readonly id: string;
  readonly overrides?: string;
  readonly find: (pod: PodParts) => { readonly reason: string; readonly detail: string } | undefined;
}

const defaultCapabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Checks of the level `baseline`, by id; words as in https://github.com/kubernetes/pod-security-admission/tree/master/policy */
export const baselineChecks: readonly Check[] = [
  {
    id: 'capabilities_baseline',
    find({ containers }) {
      const found = forbiddenCapabilities(containers, defaultCapabilities);
      return found === undefined ? undefined : { reason: 'non-default capabilities', detail: found };
    },
  },
  {
    id: 'hostNamespaces',
    find({ spec }) {
      const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
      if (used.length === 0) return undefined;
      return { reason: 'host namespaces', detail: used.map((field) => `${field}=true`).join(', ') };
    },
  },
  {
    id: 'hostPathVolumes',
    find({ volumes }) {
      const names = volumes
        .filter((volume) => volume['hostPath'] !== undefined)
        .map((one) => textAt(one, 'name') ?? '');
      return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named('volume', names) };
    },
  },
  {
    id: 'hostPorts',
    find({ containers }) {
      const using = containers.filter(({ ports }) => ports.some((port) => (numberAt(port, 'hostPort') ?? 0) !== 0));
      if (using.length === 0) return undefined;
      const ports = [...new Set(using.flatMap((one) => one.ports.map((port) => numberAt(port, 'hostPort') ?? 0)))]
        .filter((port) => port !== 0)
        .sort((one, other) => one - other);
      const verb = using.length === 1 ? 'uses' : 'use';
      const noun = ports.length === 1 ? 'hostPort' : 'hostPorts';
      const who = named(
        'container',
        using.map(({ name }) => name),
      );
      return { reason: 'hostPort', detail: `${who} ${verb} ${noun} ${ports.join(', ')}` };
    },
  },
  {
    id: 'privileged',
    find({ containers }) {
      const names = containers.filter(({ security }) => security['privileged'] === true).map(({ name }) => name);
      if (names.length === 0) return undefined;
      return {
        reason: 'privileged',
        detail: `${named('container', names)} must not set securityContext.privileged=true`,
      };
    },
  },
  {
    id: 'seccompProfile_baseline',
    find({ security, containers }) {
      const unconfined = (context: PodParts['security']) => textAt(context, 'seccompProfile', 'type') === 'Unconfined';
      const names = containers.filter((one) => unconfined(one.security)).map(({ name }) => name);
      const who = [...(unconfined(security) ? ['pod'] : []), ...(names.length > 0 ? [named('container', names)] : [])];
      if (who.length === 0) return undefined;
      return {
        reason: 'seccompProfile',
        detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`,
      };
    },
  },
];

/** Names those containers that add a capability which is not allowed. */
export function forbiddenCapabilities(
  containers: PodParts['containers'],
  allowed: readonly string[],
): string | undefined {
  const added = containers.map(({ name, security }) => ({
    name,
    capabilities: textsAt(security, 'capabilities', 'add').filter((one) => !allowed.includes(one)),
  }));
  const using = added.filter(({ capabilities }) => capabilities.length > 0);
  if (using.length === 0) return undefined;
  const capabilities = [...new Set(using.flatMap((one) => one.capabilities))].sort();
  const who = named(
    'container',
    using.map(({ name }) => name),
  );
  return `${who} must not include ${quotedList(capabilities)} in securityContext.capabilities.add`;
}

/** Lists fields whose checks are missing here, so that a pod with one is not waved through. */
export function uncheckedFields({ spec, security, containers }: PodParts): readonly string[] {
  const contexts = [security, ...containers.map((container) => container.security)];
  const inContexts = ['seLinuxOptions', 'appArmorProfile', 'windowsOptions', 'procMount', 'sysctls'].filter((field) =>
    contexts.some((context) => context[field] !== undefined),
  );
  return [...inContexts, ...(at(spec, 'os', 'name') === 'windows' ? ['os.name=windows'] : [])];
}
