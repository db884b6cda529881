import { z } from 'zod';

/** Says what an operation is called by and takes. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** REST services only: the path with labels, and query constants such as `?policy`. */
  readonly uri: string;
  readonly input?: string | undefined;
}

/** Is one member of a structure: its shape and how it travels. */
export interface Member {
  readonly shape: string;
  readonly locationName?: string | undefined;
  readonly location?: string | undefined;
  readonly queryName?: string | undefined;
}

export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>> | undefined;
  readonly member?: Member | undefined;
  readonly value?: Member | undefined;
  readonly flattened?: boolean | undefined;
  readonly payload?: string | undefined;
}

/** Is a service as far as its requests need it: a small part of botocore's model. */
export interface ServiceIndex {
  readonly protocol: string;
  readonly eventSource: string;
  readonly operations: readonly Operation[];
  readonly shapes: Readonly<Record<string, Shape>>;
}

const member = z.object({
  shape: z.string(),
  locationName: z.string().optional(),
  location: z.string().optional(),
  queryName: z.string().optional(),
});

const model = z.object({
  metadata: z.object({ protocol: z.string(), endpointPrefix: z.string(), signingName: z.string().optional() }),
  operations: z.record(
    z.string(),
    z.object({
      name: z.string(),
      http: z.object({ method: z.string(), requestUri: z.string() }),
      input: z.object({ shape: z.string() }).optional(),
    }),
  ),
  shapes: z.record(
    z.string(),
    z.object({
      type: z.string(),
      members: z.record(z.string(), member).optional(),
      member: member.optional(),
      value: member.optional(),
      flattened: z.boolean().optional(),
      payload: z.string().optional(),
    }),
  ),
});

/** Takes out of a botocore service model what records need; documentation and answers stay behind. */
export function indexOf(source: unknown): ServiceIndex {
  const { metadata, operations, shapes } = model.parse(source);
  const used: Record<string, Shape> = {};
  const visit = (name: string | undefined) => {
    const shape = name === undefined ? undefined : shapes[name];
    if (name === undefined || shape === undefined || name in used) return;
    used[name] = shape;
    for (const next of [...Object.values(shape.members ?? {}), shape.member, shape.value]) visit(next?.shape);
  };
  for (const { input } of Object.values(operations)) visit(input?.shape);
  return {
    protocol: metadata.protocol,
    eventSource: `${metadata.signingName ?? metadata.endpointPrefix}.amazonaws.com`,
    operations: Object.values(operations).map(({ name, http, input }) => ({
      name,
      method: http.method,
      uri: http.requestUri,
      input: input?.shape,
    })),
    shapes: used,
  };
}
