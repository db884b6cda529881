import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import { FakeAws } from '../../testing/fakes/aws.ts';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { accessKey } from './iam.access-key.ts';
import type { AwsFaultContext } from './names.ts';

const { signal } = new AbortController();
const marker = 'wsabcdefghij23';
const params = { user: 'build-bot' };
const user = { UserName: 'build-bot' };

describe('aws.iam.access-key without an acknowledgement', () => {
  it('takes the key back whose record carries our marker, and leaves a key that somebody else made', async () => {
    const { ctx, revert, observe, make, keys } = await lostAnswer();
    const theirs = await make('aws-cli/2.0');
    expect(await observe()).to.include({ status: 'ours-plus-others' });
    expect(await revert()).to.deep.equal({ outcome: 'removed' });
    expect(await keys()).to.deep.equal([theirs]);
    expect(ctx.asked).to.deep.include({ region: 'us-east-1' });
  });

  it('deletes nothing where the history names nobody yet, or only a call that was refused', async () => {
    const { revert, observe, history, keys } = await lostAnswer();
    const [ours] = await keys();
    for (const records of [[], [{ ...history[0], errorCode: 'AccessDenied' }], [{ ...history[0], userAgent: 'x' }]]) {
      history.splice(0, history.length, ...records);
      expect(await observe()).to.deep.include({ status: 'other', candidates: [ours] });
      expect(await revert()).to.deep.include({ outcome: 'left', candidates: [ours] });
    }
    expect(await keys()).to.deep.equal([ours]);
  });

  it('deletes nothing where the history may not be read', async () => {
    const { ctx, revert, keys } = await lostAnswer();
    const [ours] = await keys();
    ctx.denied = true;
    expect(await revert()).to.deep.include({ outcome: 'left', candidates: [ours] });
    expect(ctx.said.join()).to.contain('event history cannot be read');
  });
});

/** A user for whom a key was made of which nobody was told the id. */
async function lostAnswer() {
  const aws = new FakeAws(undefined, 'eu-west-1');
  await aws.clients().call('iam:CreateUser', user, signal);
  const history: object[] = [];
  const asked: { region: string }[] = [];
  const ctx = { asked, said: [] as string[], denied: false };
  const clients = (region = 'eu-west-1'): AwsClients => {
    const real = aws.clients(region);
    return {
      ...real,
      inRegion: clients,
      call: async (name, input, aborted) => {
        if (name !== 'cloudtrail:LookupEvents') return real.call(name, input, aborted);
        asked.push({ region });
        if (ctx.denied) throw new CallError('denied', 'AccessDenied', 'LookupEvents was refused.');
        return { Events: history.map((record) => ({ CloudTrailEvent: JSON.stringify(record) })) } as never;
      },
    };
  };
  const context: AwsFaultContext = {
    ...{ clock: new VirtualClock(), signal, clients: clients(), marker, phase: 'revert' },
    log: (text) => ctx.said.push(text),
  };
  async function make(userAgent: string): Promise<string> {
    const { AccessKey: key } = await aws.clients().call('iam:CreateAccessKey', user, signal);
    history.push({ userAgent, responseElements: { accessKey: { accessKeyId: key?.AccessKeyId } } });
    return key?.AccessKeyId ?? '';
  }
  const before = await accessKey.capture(context, params);
  await make(`aws-sdk-js/3 ${marker}.i`);
  return {
    ctx,
    history,
    make,
    observe: () => accessKey.observe(context, params, before, undefined),
    revert: () => accessKey.revert(context, params, before, undefined),
    keys: async () => {
      const { AccessKeyMetadata: all = [] } = await aws.clients().call('iam:ListAccessKeys', user, signal);
      return all.map(({ AccessKeyId: id }) => id);
    },
  };
}
