import { z } from 'zod';

/**
 * Describes what the detectors read of an event that the Kubernetes API writes down; unknown fields stay, since rules
 * may look at them. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
export const auditEvent = z.looseObject({
  auditID: z.string(),
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  requestReceivedTimestamp: z.string(),
  userAgent: z.string().optional(),
  user: z.looseObject({ username: z.string() }),
  objectRef: z
    .looseObject({
      resource: z.string().optional(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.looseObject({ code: z.number().optional(), reason: z.string().optional() }).optional(),
});

export type AuditEvent = z.infer<typeof auditEvent>;

const eventList = z.looseObject({ items: z.array(auditEvent) });

/**
 * Takes the finished requests out of the body of an audit webhook; each is there once a stage.
 * @throws ZodError where the body is no EventList
 */
export function finishedRequests(body: unknown): readonly AuditEvent[] {
  return eventList.parse(body).items.filter(({ stage }) => stage === 'ResponseComplete');
}
