import { defined } from '../guards.ts';

interface Named {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly cluster?: string | undefined;
}

/** Names a Kubernetes object as signals do: `kind/namespace/name`, or `kind/name` of what stands in no namespace. */
export function kubernetesResource({ kind, namespace, name, cluster }: Named) {
  const inNamespace = namespace === '' ? undefined : namespace;
  return defined({
    kind,
    id:
      kind === undefined || name === undefined
        ? name
        : [kind, inNamespace, name].filter((part) => part !== undefined).join('/'),
    namespace: inNamespace,
    name,
    cluster,
  });
}

/** The same as one text; undefined where kind or name is not known. */
export function kubernetesId(named: Named): string | undefined {
  return named.kind === undefined || named.name === undefined ? undefined : kubernetesResource(named)?.id;
}
