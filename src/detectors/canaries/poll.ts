import { z } from 'zod';
import { defineCanary } from '../../model/detector.ts';

/** Stands for a successful poll of a store whose newest entry is younger than the deadline; nothing is raised. */
export const poll = defineCanary({
  type: 'poll',
  title: 'A successful poll',
  description:
    'For polled stores that take in other alerts all the time: a successful poll whose newest entry was ingested after ' +
    'the deadline shows that what is not there by then never came.',
  params: z.strictObject({}),
  example: {},
  kind: 'poll',
  raise: async () => undefined,
});
