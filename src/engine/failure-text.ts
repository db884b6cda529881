import { CallError } from '../model/call.ts';
import { withoutFullStop } from '../model/full-stop.ts';

/** Writes an error as `AccessDenied (s3:PutBucketPolicy)`, or its message where it is no refusal of a call. */
export function failureText(error: unknown): string {
  if (error instanceof CallError && error.denial !== undefined) return `${error.code} (${error.denial.action})`;
  if (error instanceof CallError) return `${error.code}: ${withoutFullStop(error.message)}`;
  return withoutFullStop(error instanceof Error ? error.message : String(error));
}
