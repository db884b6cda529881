import { expect } from 'chai';
import { call, form, recorded } from './recorder.fixture.ts';

const account = '111122223333';
const trails = [
  { name: 'first', account, homeRegion: 'us-east-1', multiRegion: true, logging: true },
  { name: 'second', account, homeRegion: 'eu-west-1', multiRegion: false, logging: true },
];
const rules = [
  {
    name: 'all',
    account,
    region: 'us-east-1',
    pattern: { source: [{ prefix: 'aws.' }] },
    state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    targets: [{ id: '1', arn: `arn:aws:sqs:us-east-1:${account}:in` }],
  },
];

const read = call('iam', { body: form({ Action: 'GetRole', RoleName: 'api' }) });

function trailCall(operation: string, name: string, region = 'us-east-1') {
  return call('cloudtrail', {
    headers: { 'x-amz-target': `X.${operation}` },
    body: JSON.stringify({ Name: name }),
    answer: JSON.stringify({ Name: name, IsMultiRegionTrail: false }),
    region,
  });
}

async function lines(calls: Parameters<typeof recorded>[0]) {
  const { written, delivered } = await recorded(calls, { trails, rules });
  return {
    trails: written.map(({ trail, record }) => `${trail} ${record.eventName}`),
    events: delivered.map(({ event }) => event['source']),
  };
}

describe('trailStates', () => {
  it('lets a trail of one region log that region only', async () => {
    const found = await lines([read, trailCall('StopLogging', 'nothing', 'eu-west-1')]);
    expect(found.trails).to.deep.equal(['first GetRole', 'first StopLogging', 'second StopLogging']);
  });

  it('logs the stop as the last and the start as the first record, and nothing between, events neither', async () => {
    const found = await lines([trailCall('StopLogging', 'first'), read, trailCall('StartLogging', 'first'), read]);
    expect(found.trails).to.deep.equal(['first StopLogging', 'first StartLogging', 'first GetRole']);
    expect(found.events).to.deep.equal(['aws.cloudtrail', 'aws.cloudtrail', 'aws.iam']);
  });

  it('knows a trail by its ARN in any region and by its name in its home', async () => {
    const arn = `arn:aws:cloudtrail:us-east-1:${account}:trail/first`;
    const byArn = await lines([trailCall('StopLogging', arn, 'eu-west-1'), read]);
    expect(byArn.trails).to.deep.equal(['first StopLogging', 'second StopLogging']);
    const byNameElsewhere = await lines([trailCall('StopLogging', 'first', 'eu-west-1'), read]);
    expect(byNameElsewhere.trails).to.contain('first GetRole');
  });

  it('does not believe a stop that was refused', async () => {
    const refused = { ...trailCall('StopLogging', 'first'), status: 403, answer: '{"__type":"AccessDeniedException"}' };
    expect((await lines([refused, read])).trails).to.contain('first GetRole');
  });

  it('follows a new trail once it is started', async () => {
    const found = await lines([trailCall('CreateTrail', 'third'), read, trailCall('StartLogging', 'third'), read]);
    expect(found.trails.filter((line) => line.startsWith('third'))).to.deep.equal([
      'third StartLogging',
      'third GetRole',
    ]);
  });

  it('logs nothing of another account', async () => {
    expect((await lines([{ ...read, ...call('iam', { body: read.body, key: '444455556666' }) }])).trails).to.deep.equal(
      [],
    );
  });
});
