import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { labelField, nameField, namespaceField } from '../../model/kubernetes-names.ts';
import { captureFields, type FieldDelta, injectFields, observeFields, revertFields } from './field-delta.ts';
import { deploymentResource, rightTo, subjectOf } from './kinds.ts';
import { fieldOfEntry } from './list-entry.ts';
import { imageField, type KubernetesFaultContext } from './names.ts';
import { watchObject } from './objects.ts';
import { mayWrite } from './undone-by.ts';

const params = z.strictObject({
  namespace: namespaceField,
  deployment: nameField,
  container: labelField,
  image: imageField,
});
type Params = z.infer<typeof params>;

/**
 * Gives one container of a Deployment another image, as `kubectl set image` does; revert puts back that container's
 * image. Both are JSON Patches that first test the container's name and image.
 */
export const imageDrift = defineFault({
  type: 'kubernetes.image-drift',
  kind: 'change',
  target: 'kubernetes',
  title: "Drift a Deployment's image from its release",
  description:
    'One container of a Deployment gets another image than the one released, past the pipeline. Revert puts back the image of that container only; it is done when no pod of another template runs any more.',
  params,
  example: {
    namespace: 'inference',
    deployment: 'inference-api',
    container: 'api',
    image: 'registry.internal/inference-api:1.4.2-hotfix',
  },
  techniques: ['T1525'],
  permissions: {
    inject: [rightTo('get', deploymentResource), rightTo('patch', deploymentResource)],
    observe: [rightTo('get', deploymentResource)],
    revert: [rightTo('get', deploymentResource), rightTo('patch', deploymentResource)],
    watch: [rightTo('watch', deploymentResource)],
  },
  touches: ({ namespace, deployment }) => [subjectOf('deployment', namespace, deployment)],
  undoneBy: (_, action) => mayWrite(action, deploymentResource),
  impairs: () => [],
  settleMs: 0,
  volatile: [],
  residue: ["the Deployment's generation and revisions have moved on, and its pods are new"],

  capture: (ctx: KubernetesFaultContext, p: Params) => captureFields(ctx, deltaOf(p)),
  inject: (ctx, p, before) => injectFields(ctx, deltaOf(p), before),
  observe: (ctx, p, before, after) => observeFields(ctx, deltaOf(p), { before, after }),
  revert: (ctx, p, before, after) => revertFields(ctx, deltaOf(p), { before, after }),
  watch: (ctx, p, onChange) => watchObject(ctx, deltaOf(p).ref, onChange),
});

function deltaOf({ namespace, deployment, container, image }: Params): FieldDelta {
  const list = '/spec/template/spec/containers';
  return {
    ref: { of: deploymentResource, namespace, name: deployment },
    subject: subjectOf('deployment', namespace, deployment),
    fields: [fieldOfEntry(list, { name: container, field: 'image' }, image)],
  };
}
