/** Is one kind of object that the server serves. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Fields that field selectors may name, beside name and namespace. */
  readonly selectable: readonly string[];
  /** Its deletion answers the object itself rather than a Status. */
  readonly answersDeleted: boolean;
  /** Comes from a CustomResourceDefinition: no defaults, no strategic merge. */
  readonly custom: boolean;
  /** Is only asked, never stored. */
  readonly review: boolean;
}

export type Subresource = 'status' | 'scale' | 'token' | 'eviction';

/** Names what a resource is stored under. */
export type ResourceKey = `${string}/${string}`;

export function keyOf({ group, plural }: Pick<Resource, 'group' | 'plural'>): ResourceKey {
  return `${group}/${plural}`;
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

export function selectableFields({ selectable, namespaced }: Resource): readonly string[] {
  return ['metadata.name', ...(namespaced ? ['metadata.namespace'] : []), ...selectable];
}

type Optional = 'shortNames' | 'subresources' | 'selectable' | 'answersDeleted' | 'custom' | 'review' | 'singular';

export function resource(parts: Omit<Resource, Optional> & Partial<Pick<Resource, Optional>>): Resource {
  return {
    singular: parts.kind.toLowerCase(),
    shortNames: [],
    subresources: [],
    selectable: [],
    answersDeleted: false,
    custom: false,
    review: false,
    ...parts,
  };
}
