import { z } from 'zod';

/** Describes the one JSON line that the cluster's guardrails read on stdin; stdin's end tells them that their parent is gone. */
export const clusterGuardsStartUp = z.strictObject({
  /** Of the API server, on this machine. */
  server: z.url({ protocol: /^https$/, hostname: /^127\.0\.0\.1$/ }),
  caFile: z.string().startsWith('/'),
  tokens: z.strictObject({ reconciler: z.string(), remediator: z.string() }),
  /** Holds a JSON file a Deployment that the reconciler keeps as declared. */
  releaseFolder: z.string().startsWith('/'),
  /** Where the certificate of the admission webhook's authority is written for the API server to trust. */
  admissionCaFile: z.string().startsWith('/'),
  /** Which of them act; the others are there and let everything be. */
  acting: z.array(z.string()),
  /** Bindings to `cluster-admin` that may stay, by name. */
  allowedBindings: z.array(z.string()).default(['cluster-admin']),
});
