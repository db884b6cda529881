import { WindshearError } from '../model/errors.ts';

/** Answers what a promise rejects with; throws where it does not. */
export async function rejection(work: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/** Answers the error of ours that a promise rejects with; any other is thrown on. */
export async function refusal(work: Promise<unknown>): Promise<WindshearError> {
  const error = await rejection(work);
  if (error instanceof WindshearError) return error;
  throw error;
}
