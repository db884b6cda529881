import { z } from 'zod';
import { defineCanary } from '../../model/detector.ts';
import { durationSchema } from '../../model/fields.ts';

const params = z.strictObject({
  /** How often the tool sends it. */
  every: durationSchema,
});

/** Stands for a signal that the tool sends by itself, by the path of its alerts; nothing is raised. */
export const heartbeat = defineCanary({
  type: 'heartbeat',
  title: "The tool's own heartbeat",
  description:
    'A signal that the tool sends by itself at a steady pace, known by its rule. One that came proves the path.',
  params,
  example: params.parse({ every: '1s' }),
  kind: 'heartbeat',
  raise: async () => undefined,
});
