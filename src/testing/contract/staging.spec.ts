import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { catalogue } from '../../catalogue.ts';
import { CallError } from '../../model/call.ts';
import type { AwsTargetConfig } from '../../model/environment.ts';
import type { Target } from '../../model/target.ts';
import { stagingDown } from '../../staging/down.ts';
import type { StagingState } from '../../staging/state.ts';
import { stagingUp } from '../../staging/up.ts';
import { awsTarget } from '../../targets/aws/aws-target.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import { type AwsConnection, openConnection } from '../../targets/aws/connection.ts';
import { unreliableAws } from '../fakes/unreliable-aws.ts';
import { realTime } from '../real-time.ts';
import { awsCases } from './aws-cases.ts';
import { buildWorld, names, readWorld } from './aws-world.ts';
import { describeFaultContract } from './fault-contract.ts';

const signal = new AbortController().signal;
const marker = 'wsabcdefghij23';

describe('the embedded staging', () => {
  let folder: string;
  let state: StagingState;
  let opened: AwsConnection[];

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'windshear-'));
    state = await stagingUp({ folder: join(folder, 'staging'), idleTimeoutMs: 120_000 });
    opened = [];
  });

  after(async () => {
    for (const connection of opened) connection.close();
    await stagingDown(join(folder, 'staging'));
    await rm(folder, { recursive: true });
  });

  /** An account of its own for each test: on the emulator an access key of 12 digits is the root of that account. */
  describeFaultContract({
    faults: [...catalogue.faults.values()].filter(({ target }) => target === 'aws'),
    cases: awsCases,
    unreliable: unreliableAws,
    extent: 'effects',
    sourceFolder: fileURLToPath(new URL('../..', import.meta.url)),
    place: async () => {
      await opened.at(-1)?.clients.send('s3', 'DeleteBucket', { Bucket: names.bucket }, signal);
      const account = String(700_000_000_000 + opened.length);
      const connection = openConnection({
        endpoint: state.aws.emulator,
        region: state.aws.region,
        account,
        embedded: true,
        credentials: async () => ({ accessKeyId: account, secretAccessKey: 'test' }),
        userAgent: { version: '0.0.0' },
        phase: 'observe',
        requestTimeoutMs: 5000,
        clock: realTime,
      });
      opened.push(connection);
      const { clients } = connection;
      await buildWorld(clients, signal);
      return { clients, clock: realTime, dump: () => readWorld(clients, signal) };
    },
  });

  describe('as an AWS target', () => {
    let target: Target;

    before(() => {
      const config: AwsTargetConfig = {
        endpoint: state.aws.endpoint,
        region: state.aws.region,
        identity: { credentials: { file: state.credentials.tester }, assumeRole: state.roles.tester },
        revertAs: { credentials: { file: state.credentials.revert }, assumeRole: state.roles.revert },
        proof: {
          accounts: [state.aws.account],
          beacon: {
            role: state.roles.beacon.split('/').at(-1) ?? '',
            tag: { key: 'windshear:staging', value: 'embedded' },
          },
        },
        requestTimeout: 5000,
      };
      target = awsTarget(config, {
        embedded: true,
        clock: realTime,
        variables: {},
        version: '0.0.0',
        warn: (sentence) => expect.fail(sentence),
      });
    });

    after(() => target.close());

    it('proves both accounts and the beacon', async () => {
      const results = await target.prove(signal);
      expect(results.map(({ kind, holds }) => [kind, holds])).to.deep.equal([
        ['identity', true],
        ['identity', true],
        ['beacon', true],
      ]);
    });

    it('acts in a session that is named by marker and phase', async () => {
      const session = await target.session('inject', marker, signal);
      expect(session.identity.arn).to.match(new RegExp(`:assumed-role/.+/${marker}\\.i$`));
    });

    it('denies the protected user a key by an explicit deny, as a refusal in our words', async () => {
      const { clients } = await target.session('inject', marker, signal);
      const call = (clients as AwsClients).call('iam:CreateAccessKey', { UserName: state.users.protected }, signal);
      const error = await call.catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(CallError).and.include({ kind: 'denied' });
      const guardrail = catalogue.guardrails.get('aws-denial');
      const denial = (error as CallError).denial;
      expect(denial === undefined ? undefined : guardrail?.attributeDenial?.(denial, {} as never).whose).to.equal(
        'mine',
      );
    });

    for (const fault of catalogue.faults.values()) {
      if (fault.target !== 'aws' || fault.type === 'aws.call') continue;
      it(`does not deny the revert of ${fault.type}`, async () => {
        const permissions =
          typeof fault.permissions === 'function' ? fault.permissions({} as never) : fault.permissions;
        const resources = [state.roles.appFirst, `arn:aws:s3:::${state.buckets.models}`, state.trails.primary].concat(
          `arn:aws:iam:::user/${state.users.ordinary}`,
        );
        const own = resources.filter((arn) => fault.type.includes(arn.split(':')[2] ?? '') && fits(fault.type, arn));
        const checks = await target.checkRights({ as: 'revert', actions: permissions.revert, resources: own }, signal);
        expect(checks.filter(({ answer }) => answer === 'denied')).to.deep.equal([]);
      });
    }
  });
});

/** IAM's faults differ in what they touch. */
function fits(type: string, arn: string): boolean {
  if (!arn.includes(':iam:')) return true;
  return arn.includes(type === 'aws.iam.access-key' ? ':user/' : ':role/');
}
