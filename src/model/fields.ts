import { z } from 'zod';
import { parseDuration } from './duration.ts';

const durationError = 'must be a duration with a unit (500ms, 4s, 2m, 1h)';
const longestMs = 7 * 24 * 3_600_000;

/** A duration with its unit, as milliseconds once parsed; at most 7 days, which timers can still wait for. */
export const durationSchema = z
  .string({ error: durationError })
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, { error: durationError })
  .transform((text) => parseDuration(text) ?? 0)
  .refine((ms) => ms <= longestMs, { error: 'must be a duration of at most 168h' });

/** A duration that is not zero, such as an SLO. */
export const positiveDurationSchema = durationSchema.refine((ms) => ms > 0, {
  error: 'must be a duration longer than 0',
});

/** An id that is also a file name and a JUnit name: lower-case words joined by hyphens. */
export const identifierSchema = z
  .string()
  .regex(/^[a-z0-9]+([-.][a-z0-9]+)*$/, { error: 'must be lower-case words joined by hyphens' })
  .max(80);

/** An id of an expectation: may hold slashes and globs, as the default ids do. */
export const expectationIdSchema = z
  .string()
  .regex(/^[\w.*?/:-]+$/, { error: 'must be letters, digits and . * ? / : - _' });

/** A rule name in which `*` stands for any run of characters and `?` for one. */
export const globSchema = z.string().min(1).max(500);

/** A URL, or the reference to one of an embedded staging that is not up yet. */
export const urlSchema = z
  .string()
  .regex(/^(https?:\/\/[^\s/$?#]\S*|\$\{staging\.[^}]+\})$/, { error: 'must be a URL (http:// or https://)' });

/** Where a secret text stands, by name of a file or an environment variable. */
export const textSourceSchema = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: z.string().min(1) }),
]);

/** An AWS account id, or the reference to one of an embedded staging that is not up yet. */
export const accountSchema = z
  .string({ error: 'must be an account id of 12 digits in quotes' })
  .regex(/^(\d{12}|\$\{staging\.[^}]+\})$/, { error: 'must be an account id of 12 digits' });
