import { z } from 'zod';
import type { TargetKind } from './fault.ts';
import { positiveDurationSchema, textSourceSchema } from './fields.ts';
import { namespaceField } from './kubernetes-names.ts';

const ttl = positiveDurationSchema
  .describe('How long it holds without being renewed; it is renewed three times as often.')
  .default(60_000);

const prefix = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9/.-]*[a-z0-9])?$/, { error: 'must be made of a-z, 0-9, /, . and -' })
  .default('windshear');

/** The lock inside an environment that says which run may inject. */
export const leaseSchema = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('s3'), bucket: z.string().min(3), prefix, ttl })
    .describe('Objects of a bucket of the AWS target, by conditional writes.'),
  z
    .strictObject({
      type: z.literal('kubernetes'),
      namespace: namespaceField,
      name: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/, { error: 'must be made of a-z, 0-9 and -, 42 at most' })
        .default('windshear'),
      ttl,
    })
    .describe('A Lease (coordination.k8s.io/v1) of the Kubernetes target; a mirror lies in ConfigMaps beside it.'),
  z
    .strictObject({
      type: z.literal('file'),
      folder: z.string().regex(/^\/\S/, { error: 'must be an absolute path' }),
      ttl,
    })
    .describe('A folder that all machines share which may inject.'),
]);

export const journalSchema = z.strictObject({
  mirror: z
    .strictObject({
      key: textSourceSchema.describe(
        '32 bytes as base64, by name of a file or an environment variable: the copy is encrypted with it.',
      ),
    })
    .describe('A copy of journal and states beside the lease, written before each change: CI disks vanish.')
    .optional(),
});

export type LeaseConfig = Readonly<z.infer<typeof leaseSchema>>;
export type MirrorConfig = NonNullable<z.infer<typeof journalSchema>['mirror']>;

type Place<Type extends LeaseConfig['type']> = Omit<Extract<LeaseConfig, { readonly type: Type }>, 'ttl'>;

/** How people name the place of a lease: `s3://bucket/prefix`, `kubernetes://namespace/name`, `file:///folder`. */
export function addressOf(lease: Place<'s3'> | Place<'kubernetes'> | Place<'file'>): string {
  if (lease.type === 's3') return `s3://${lease.bucket}/${lease.prefix}`;
  return lease.type === 'file' ? `file://${lease.folder}` : `kubernetes://${lease.namespace}/${lease.name}`;
}

/** The target in which a lease lies; none for a folder. */
export function targetOfLease({
  type,
}: Pick<LeaseConfig, 'type'>): Extract<TargetKind, 'aws' | 'kubernetes'> | undefined {
  if (type === 'file') return undefined;
  return type === 's3' ? 'aws' : 'kubernetes';
}
