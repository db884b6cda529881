import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import { type ClusterClient, ClusterError } from './cluster-client.ts';

const container = z.looseObject({ name: z.string(), image: z.string() });

/** What of a Deployment is declared and kept: the images of its containers. */
export const release = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(container) }) }) }),
});

export type Release = z.infer<typeof release>;

export const fieldManager = 'release-reconciler';

/**
 * Compares each declared Deployment with the live one, once, and puts back images that drifted, as a GitOps
 * controller does. What is not declared is left alone; what somebody changes meanwhile is left for the next time.
 */
export async function reconcile(client: ClusterClient, releases: readonly Release[], log: (text: string) => void) {
  for (const declared of releases) {
    const { namespace, name } = declared.metadata;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const live = release.parse(await client.call('GET', path));
    const patch = imagePatch(declared, live);
    if (patch.length === 0) continue;
    try {
      const content = { type: 'application/json-patch+json', value: patch as unknown as Json } as const;
      await client.call('PATCH', `${path}?fieldManager=${fieldManager}`, content);
      log(`reconciler: put ${namespace}/${name} back to what is declared`);
    } catch (error) {
      if (!(error instanceof ClusterError) || ![409, 422].includes(error.code)) throw error;
      log(`reconciler: ${namespace}/${name} changed meanwhile: ${error.message}`);
    }
  }
}

interface Operation {
  readonly op: 'test' | 'replace';
  readonly path: string;
  readonly value: string;
}

function imagePatch(declared: Release, live: Release): readonly Operation[] {
  const wanted = new Map(declared.spec.template.spec.containers.map(({ name, image }) => [name, image]));
  return live.spec.template.spec.containers.flatMap(({ name, image }, index): readonly Operation[] => {
    const value = wanted.get(name);
    if (value === undefined || value === image) return [];
    const path = `/spec/template/spec/containers/${index}/image`;
    return [
      { op: 'test', path, value: image },
      { op: 'replace', path, value },
    ];
  });
}
