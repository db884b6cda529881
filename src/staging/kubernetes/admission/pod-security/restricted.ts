import { textAt, textsAt } from '../../objects/json.ts';
import { type Check, forbiddenCapabilities } from './baseline.ts';
import { named, quotedList } from './pod.ts';

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'image',
];

/** Checks that the level `restricted` adds to `baseline`, by id. */
export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    find({ containers }) {
      const names = containers
        .filter(({ security }) => security['allowPrivilegeEscalation'] !== false)
        .map(({ name }) => name);
      if (names.length === 0) return undefined;
      const detail = `${named('container', names)} must set securityContext.allowPrivilegeEscalation=false`;
      return { reason: 'allowPrivilegeEscalation != false', detail };
    },
  },
  {
    id: 'capabilities_restricted',
    overrides: 'capabilities_baseline',
    find({ containers }) {
      const keeping = containers
        .filter(({ security }) => !textsAt(security, 'capabilities', 'drop').includes('ALL'))
        .map(({ name }) => name);
      const adding = forbiddenCapabilities(containers, ['NET_BIND_SERVICE']);
      const details = [
        ...(keeping.length > 0
          ? [`${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`]
          : []),
        ...(adding === undefined ? [] : [adding]),
      ];
      return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
    },
  },
  {
    id: 'restrictedVolumes',
    overrides: 'hostPathVolumes',
    find({ volumes }) {
      const restricted = volumes.flatMap((volume) => {
        const type = Object.keys(volume).find((field) => field !== 'name' && !allowedVolumes.includes(field));
        return type === undefined ? [] : [{ name: textAt(volume, 'name') ?? '', type }];
      });
      if (restricted.length === 0) return undefined;
      const types = [...new Set(restricted.map(({ type }) => type))].sort();
      const verb = restricted.length === 1 ? 'uses' : 'use';
      const noun = types.length === 1 ? 'volume type' : 'volume types';
      const who = named(
        'volume',
        restricted.map(({ name }) => name),
      );
      const detail = `${who} ${verb} restricted ${noun} ${quotedList(types)}`;
      return { reason: 'restricted volume types', detail };
    },
  },
  {
    id: 'runAsNonRoot',
    find({ security, containers }) {
      const refused = containers.filter((one) => one.security['runAsNonRoot'] === false).map(({ name }) => name);
      const silent = containers.filter((one) => one.security['runAsNonRoot'] === undefined).map(({ name }) => name);
      const podSays = security['runAsNonRoot'];
      const implicit = podSays === true ? [] : silent;
      const details = [
        ...(podSays === false && silent.length > 0 ? ['pod must not set securityContext.runAsNonRoot=false'] : []),
        ...(refused.length > 0
          ? [`${named('container', refused)} must not set securityContext.runAsNonRoot=false`]
          : []),
      ];
      if (details.length > 0) return { reason: 'runAsNonRoot != true', detail: details.join('; ') };
      if (implicit.length === 0) return undefined;
      const detail = `pod or ${named('container', implicit)} must set securityContext.runAsNonRoot=true`;
      return { reason: 'runAsNonRoot != true', detail };
    },
  },
  {
    id: 'runAsUser',
    find({ security, containers }) {
      const names = containers.filter((one) => one.security['runAsUser'] === 0).map(({ name }) => name);
      const who = [
        ...(security['runAsUser'] === 0 ? ['pod'] : []),
        ...(names.length > 0 ? [named('container', names)] : []),
      ];
      return who.length === 0
        ? undefined
        : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
    },
  },
  {
    id: 'seccompProfile_restricted',
    overrides: 'seccompProfile_baseline',
    find({ security, containers }) {
      const typeOf = (context: typeof security) => textAt(context, 'seccompProfile', 'type');
      const fine = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';
      const wrong = containers.filter((one) => typeOf(one.security) !== undefined && !fine(typeOf(one.security)));
      const podType = typeOf(security);
      const wrongWho = [
        ...(podType !== undefined && !fine(podType) ? ['pod'] : []),
        ...(wrong.length > 0
          ? [
              named(
                'container',
                wrong.map(({ name }) => name),
              ),
            ]
          : []),
      ];
      if (wrongWho.length > 0) {
        const detail = `${wrongWho.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`;
        return { reason: 'seccompProfile', detail };
      }
      const silent = containers.filter((one) => typeOf(one.security) === undefined).map(({ name }) => name);
      if (fine(podType) || silent.length === 0) return undefined;
      const detail = `pod or ${named('container', silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
      return { reason: 'seccompProfile', detail };
    },
  },
];
