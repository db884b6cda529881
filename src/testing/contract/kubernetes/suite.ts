import type { JsonObject } from '../../../model/json.ts';
import { type ApiUnderTest, type Call, connect, freshName } from './api.ts';

/** Is what the claims of one part of the contract share: a way to the server and a namespace of their own. */
export interface Suite {
  readonly api: () => ApiUnderTest;
  readonly call: Call;
  readonly namespace: () => string;
  /** The collection of a namespaced resource, in the suite's own namespace: `in('apps/v1', 'deployments')`. */
  readonly in: (apiVersion: string, plural: string, name?: string) => string;
}

/** Opens the way before the claims and takes the namespace away after them. */
export function suite(api: () => ApiUnderTest, labels: JsonObject = {}): Suite {
  let connection: Awaited<ReturnType<typeof connect>>;
  let namespace = '';
  const call: Call = (...request) => connection.call(...request);
  before(async () => {
    connection = await connect(api());
    namespace = freshName('contract');
    const { status } = await call('POST', '/api/v1/namespaces', { metadata: { name: namespace, labels } });
    if (status !== 201) throw new Error(`The namespace of the suite was answered ${status}.`);
  });
  after(async () => {
    await call('DELETE', `/api/v1/namespaces/${namespace}`);
    connection.close();
  });
  return {
    api,
    call,
    namespace: () => namespace,
    in: (apiVersion, plural, name) => {
      const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
      return `${root}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
    },
  };
}
