import { UsageError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import type { AwsOperation, AwsOperations } from '../../targets/aws/operations.ts';
import { plainJson } from '../../targets/aws/plain-json.ts';
import { computeHandlers, newCompute } from './aws-compute.ts';
import type { Handlers } from './aws-handlers.ts';
import { iamHandlers, newIam } from './aws-iam.ts';
import { newStorage, storageHandlers } from './aws-storage.ts';

/**
 * An AWS account in memory at the level of commands: IAM, S3, Lambda, EC2, Auto Scaling and CloudTrail as far as the
 * faults use them, strongly consistent, with the services' own errors as `CallError`. Every answer is a copy.
 */
export class FakeAws {
  readonly account: string;
  readonly region: string;
  readonly iam = newIam();
  readonly storage = newStorage();
  readonly compute = newCompute();
  readonly #handlers: Map<string, (input: never) => unknown>;

  constructor(account = '111122223333', region = 'us-east-1') {
    this.account = account;
    this.region = region;
    const all: Handlers = {
      'sts:GetCallerIdentity': () => ({ Account: account, Arn: `arn:aws:iam::${account}:root`, UserId: account }),
      ...iamHandlers(this.iam, account),
      ...storageHandlers(this.storage),
      ...computeHandlers(this.compute, { account, region }),
    };
    this.#handlers = new Map(Object.entries(all) as [string, (input: never) => unknown][]);
  }

  clients(region = this.region): AwsClients {
    return {
      account: this.account,
      region,
      call: async <Name extends AwsOperation>(name: Name, input: AwsOperations[Name]['input'], signal: AbortSignal) =>
        (await this.#answer(name, input, signal)) as AwsOperations[Name]['output'],
      send: async (service: string, operation: string, input: JsonObject, signal: AbortSignal): Promise<Json> =>
        plainJson(await this.#answer(`${service}:${operation}`, input, signal)),
      inRegion: (other) => this.clients(other),
    };
  }

  async #answer(name: string, input: object, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const handler = this.#handlers.get(name);
    if (handler === undefined) throw new UsageError(`The fake AWS does not know '${name}'.`);
    await Promise.resolve();
    return structuredClone(handler(structuredClone(input) as never));
  }
}
