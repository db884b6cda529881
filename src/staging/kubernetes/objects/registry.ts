import type { JsonObject } from '../../../model/json.ts';
import { builtInResources } from './built-in.ts';
import { at, listAt, objectAt, textAt, textsAt } from './json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { type Resource, resource } from './resources.ts';
import { notServed } from './status.ts';

/** Knows every served resource; custom ones come and go with their definitions. */
export interface Registry {
  readonly find: (group: string, version: string, plural: string) => Resource | undefined;
  readonly findKind: (apiVersion: string, kind: string) => Resource | undefined;
  readonly all: () => readonly Resource[];
}

/** Joins the built-in resources and those of the custom definitions that are stored at the moment. */
export function createRegistry(definitions: () => readonly KubernetesObject[]): Registry {
  const all = () => [...builtInResources, ...definitions().flatMap(customResources)];
  return {
    all,
    find: (group, version, plural) =>
      all().find((one) => one.group === group && one.version === version && one.plural === plural),
    findKind(apiVersion, kind) {
      const [version = '', group = ''] = apiVersion.split('/').reverse();
      return all().find((one) => one.group === group && one.version === version && one.kind === kind);
    },
  };
}

/** Reads the resources, one a served version, that a CustomResourceDefinition declares. */
export function customResources({ ['spec']: spec }: JsonObject): readonly Resource[] {
  return listAt(spec, 'versions')
    .filter((version) => at(version, 'served') === true)
    .map((version) =>
      resource({
        group: textAt(spec, 'group') ?? '',
        version: textAt(version, 'name') ?? '',
        plural: textAt(spec, 'names', 'plural') ?? '',
        singular: textAt(spec, 'names', 'singular') ?? (textAt(spec, 'names', 'kind') ?? '').toLowerCase(),
        kind: textAt(spec, 'names', 'kind') ?? '',
        shortNames: textsAt(spec, 'names', 'shortNames'),
        namespaced: textAt(spec, 'scope') === 'Namespaced',
        subresources: at(version, 'subresources', 'status') === undefined ? [] : ['status'],
        custom: true,
      }),
    );
}

/**
 * Refuses definitions that this server could only serve wrongly: it neither prunes nor validates, so a schema must
 * keep unknown fields from its root on, and it converts between no versions.
 */
export function checkDefinition({ ['spec']: spec }: JsonObject): void {
  const versions = listAt(spec, 'versions');
  for (const version of versions) {
    const schema = objectAt(version, 'schema', 'openAPIV3Schema');
    const plain = Object.keys(schema).every((field) => plainSchemaFields.includes(field));
    if (!plain || schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      throw notServed('A schema says more than type: object and x-kubernetes-preserve-unknown-fields: true.');
    }
    if (at(version, 'subresources', 'scale') !== undefined) throw notServed('A custom resource has a scale.');
  }
  if (versions.length > 1) throw notServed('A custom resource has several versions.');
}

const plainSchemaFields = ['type', 'description', 'x-kubernetes-preserve-unknown-fields'];
