import { z } from 'zod';
import { durationSchema, positiveDurationSchema, textSourceSchema, urlSchema } from './fields.ts';

const httpIdentitySchema = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, { error: 'must be the name of a header' })
    .describe('The header that carries the token; `authorization` carries it as a bearer token.')
    .default('authorization'),
  token: textSourceSchema,
});

/** Services that are talked to by plain HTTP: only the hosts that are listed, and no redirect to any other. */
export const httpTargetSchema = z.strictObject({
  hosts: z
    .array(z.string().min(1))
    .describe('`host:port`, or a URL of it. Nothing else is asked, and no redirect is followed.')
    .min(1),
  identity: httpIdentitySchema.describe('Who injects.').optional(),
  revertAs: httpIdentitySchema.describe('Who captures, observes and reverts.').optional(),
  proof: z.strictObject({
    beacon: z
      .strictObject({
        url: urlSchema,
        header: z.string().min(1).optional(),
        pointer: z
          .string()
          .regex(/^(\/.*)?$/, { error: 'must be a JSON Pointer (/environment)' })
          .optional(),
        value: z.string().min(1),
      })
      .refine(({ header, pointer }) => (header === undefined) !== (pointer === undefined), {
        error: 'must name either a header or a pointer',
      })
      .describe('A page on one of the hosts that says, in a header or in its JSON, that this is staging.'),
  }),
  requestTimeout: positiveDurationSchema.default(10_000),
});

/** Programs of this machine that may be run: by absolute path, with an argv array, never by a shell. */
export const processTargetSchema = z.strictObject({
  executables: z
    .array(z.string().regex(/^\/\S/, { error: 'must be an absolute path' }))
    .describe('The only programs that may be run.')
    .min(1),
  variables: z
    .array(z.string().regex(/^\w+$/))
    .describe('Names of environment variables that they get; all others are kept from them.')
    .default([]),
  proof: z
    .strictObject({
      beacon: z
        .strictObject({ file: z.string().min(1), value: z.string().min(1) })
        .describe('A file of this machine that says that it may be used for staging; required in live environments.')
        .optional(),
    })
    .default({}),
  grace: durationSchema.describe('Time between the polite and the forced end of a program.').default(5000),
});

export type TokenSource = Readonly<z.infer<typeof textSourceSchema>>;
export type HttpIdentityConfig = Readonly<z.infer<typeof httpIdentitySchema>>;
export type HttpTargetConfig = Readonly<z.infer<typeof httpTargetSchema>>;
export type ProcessTargetConfig = Readonly<z.infer<typeof processTargetSchema>>;
