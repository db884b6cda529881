import type { JsonObject } from '../../../model/json.ts';

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly JsonObject[];
  readonly retryAfterSeconds?: number;
}

/** Names a resource and perhaps one object of it, as messages and details do. */
export interface Named {
  readonly group: string;
  readonly resource: string;
  readonly name?: string | undefined;
}

/**
 * Is a refusal in the words of Kubernetes: what it says is sent as a `Status` object.
 * Messages follow https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** Writes a refusal as the object that goes over the wire. */
export function statusOf({ code, reason, message, details }: StatusError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details !== undefined && { details: { ...details } }),
    code,
  };
}

/** Says what this server leaves out, so that nobody takes an answer for the real one. */
export function notServed(sentence: string): StatusError {
  return new StatusError(501, 'NotImplemented', `${sentence} This small API server does not serve that.`);
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function notFound(what: Named & { readonly name: string }): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(what)} "${what.name}" not found`, detailsOf(what));
}

export function alreadyExists(what: Named & { readonly name: string }): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(what)} "${what.name}" already exists`, detailsOf(what));
}

export function conflict(what: Named & { readonly name: string }, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(what)} "${what.name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(what));
}

/** Says that a resourceVersion is not the current one. */
export function staleVersion(what: Named & { readonly name: string }): StatusError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(what, why);
}

export function forbidden(what: Named, why: string, causes?: readonly JsonObject[]): StatusError {
  const object = what.name ? `${qualified(what)} "${what.name}"` : qualified(what);
  const message = what.resource === '' ? `forbidden: ${why}` : `${object} is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, { ...detailsOf(what), ...(causes && { causes }) });
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function internalError(why: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

/** Is one wrong field; `type` decides the words, as in apimachinery's field.Error. */
export interface FieldProblem {
  readonly type: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueNotSupported';
  readonly field: string;
  readonly message: string;
}

export function required(field: string, detail = ''): FieldProblem {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`;
  return { type: 'FieldValueRequired', field, message };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldProblem {
  return { type: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${detail}` };
}

export function forbiddenField(field: string, detail: string): FieldProblem {
  return { type: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` };
}

/** Refuses an object for all its wrong fields at once. */
export function invalid(
  { group, kind, name }: { readonly group: string; readonly kind: string; readonly name: string },
  problems: readonly FieldProblem[],
): StatusError {
  const texts = problems.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const details = {
    name,
    ...(group !== '' && { group }),
    kind,
    causes: problems.map(({ type, field, message }) => ({ reason: type, message, field })),
  };
  const what = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${what} "${name}" is invalid: ${all}`, details);
}

/** Is the answer to a JSON Patch that cannot be applied, a failed `test` included. */
export function patchRefused(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function qualified({ group, resource }: Named): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function detailsOf({ group, resource, name }: Named): StatusDetails {
  return { ...(name && { name }), ...(group !== '' && { group }), ...(resource !== '' && { kind: resource }) };
}
