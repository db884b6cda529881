import { expect } from 'chai';
import { call, form, recorded } from './recorder.fixture.ts';

const made = (user: string, key: string) =>
  call('iam', {
    body: form({ Action: 'CreateAccessKey', UserName: user }),
    answer: `<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>${user}</UserName>
      <AccessKeyId>${key}</AccessKeyId></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>`,
  });

const lookup = (body: object, more: { region?: string; key?: string } = {}) =>
  call('cloudtrail', {
    ...more,
    headers: { 'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents' },
    body: JSON.stringify(body),
  });

const byName = { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' }] };
const noTrail = { trails: [] };

interface Page {
  readonly Events: readonly { readonly EventTime: number; readonly CloudTrailEvent: string }[];
  readonly NextToken?: string;
}

const pageOf = async (answer: Promise<string | undefined> | undefined) => JSON.parse((await answer) ?? '') as Page;

describe('the event history of the staging', () => {
  it('tells of a call by its name, newest first, though no trail logs', async () => {
    const { recorder } = await recorded([made('one', 'AKIA1'), made('two', 'AKIA2')], noTrail);
    const { Events: events } = await pageOf(recorder.lookUp(lookup(byName)));
    const records = events.map(({ CloudTrailEvent: text }) => JSON.parse(text) as { responseElements: object });
    expect(records.map(({ responseElements }) => responseElements)).to.deep.equal([
      { accessKey: { userName: 'two', accessKeyId: 'AKIA2' } },
      { accessKey: { userName: 'one', accessKeyId: 'AKIA1' } },
    ]);
    expect(events[0]?.EventTime).to.equal(Date.UTC(2026, 10, 22, 12) / 1000);
  });

  it('tells it page by page, and none from before a time', async () => {
    const { recorder } = await recorded([made('one', 'AKIA1'), made('two', 'AKIA2')], noTrail);
    const first = await pageOf(recorder.lookUp(lookup({ ...byName, MaxResults: 1 })));
    expect(first.Events).to.have.length(1);
    const second = await pageOf(recorder.lookUp(lookup({ ...byName, NextToken: first.NextToken })));
    expect([second.Events.length, second.NextToken]).to.deep.equal([1, undefined]);
    const late = await pageOf(recorder.lookUp(lookup({ ...byName, StartTime: 2_000_000_000 })));
    expect(late.Events).to.deep.equal([]);
  });

  it('tells no other account or region of it', async () => {
    const { recorder } = await recorded([made('one', 'AKIA1')], noTrail);
    for (const elsewhere of [{ key: '444455556666' }, { region: 'eu-west-1' }])
      expect(await recorder.lookUp(lookup(byName, elsewhere))).to.equal('{"Events":[]}');
  });

  it('leaves to the emulator what it does not know', async () => {
    const { recorder } = await recorded([made('one', 'AKIA1')], noTrail);
    const byUser = { LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'one' }] };
    expect(await recorder.lookUp(lookup(byUser))).to.equal(undefined);
    expect(await recorder.lookUp(call('cloudtrail', { body: JSON.stringify(byName) }))).to.equal(undefined);
  });
});
