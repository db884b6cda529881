import type { Json, JsonObject } from '../../../model/json.ts';
import { serviceAccountUser, type User } from '../access/user.ts';
import { isObject, numberAt, textAt } from '../objects/json.ts';
import { StatusError } from '../objects/status.ts';
import type { Handler } from '../requests/handle.ts';

/** Sends requests of one of the cluster's own users through the same way as those from the wire. */
export type Caller = (method: string, path: string, body?: Json, contentType?: string) => Promise<JsonObject>;

/** @throws StatusError (by the caller) with the answer's code when a request is refused */
export function callerFor(handle: Handler, user: User, userAgent: string): Caller {
  return async (method, path, body, contentType = 'application/json') => {
    const { reply } = await handle({
      method,
      url: new URL(path, 'https://127.0.0.1'),
      user,
      userAgent,
      sourceIp: '127.0.0.1',
      contentType,
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (!('body' in reply) || !isObject(reply.body)) throw new Error(`${method} ${path} was answered by no object.`);
    if (reply.status >= 400) {
      const message = textAt(reply.body, 'message') ?? '';
      throw new StatusError(numberAt(reply.body, 'code') ?? reply.status, textAt(reply.body, 'reason') ?? '', message);
    }
    return reply.body;
  };
}

/** A controller acts as its own service account in kube-system, as in a cluster by kubeadm. */
export function controllerCaller(handle: Handler, name: string): Caller {
  const agent = `kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/windshear/system:serviceaccount:kube-system:${name}`;
  return callerFor(handle, serviceAccountUser('kube-system', name), agent);
}

/** Lets a thing be gone, or there, already. */
export async function unless(code: 404 | 409, act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== code) throw error;
  }
}
