import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** A duration with its unit, as milliseconds once parsed. */
export const durationSchema = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, { error: 'must be a duration with a unit (500ms, 4s, 2m, 1h)' })
  .transform((text) => parseDuration(text) ?? 0);

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
export const globSchema = z.string().min(1);
