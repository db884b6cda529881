import { randomBytes } from 'node:crypto';
import type { Random } from '../model/random.ts';

/** Draws from the operating system's generator. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length) };
