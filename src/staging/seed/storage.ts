import { CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { Trail } from '../proxy/trails.ts';
import type { RootClients } from './clients.ts';
import { account, beaconTag, bucketNames, region, secondRegion, trailNames } from './names.ts';

const tag = { Key: beaconTag.key, Value: beaconTag.value };

/** Makes the buckets, with Block Public Access on and the models in them. */
export async function seedBuckets({ s3 }: Pick<RootClients, 's3'>): Promise<void> {
  await Promise.all([
    bucket(bucketNames.models, ['ranker/2026-11/weights.bin', 'ranker/2026-11/config.json', 'embedder/weights.bin']),
    bucket(bucketNames.modelsGuarded, ['frontier/weights.bin', 'frontier/config.json']),
  ]);

  async function bucket(Bucket: string, keys: readonly string[]): Promise<void> {
    await makeBucket(s3, Bucket);
    await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: `${Bucket}/${Key}\n` }))));
  }
}

async function makeBucket(s3: RootClients['s3'], Bucket: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [tag] } }));
}

/** Makes both trails and starts them. */
export async function seedTrails(first: RootClients, second: RootClients): Promise<readonly Trail[]> {
  await makeBucket(first.s3, bucketNames.audit);
  await Promise.all([
    trail(first, { Name: trailNames.primary, IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true }),
    trail(second, { Name: trailNames.regional, IsMultiRegionTrail: false, IncludeGlobalServiceEvents: false }),
  ]);
  return [
    { name: trailNames.primary, account, homeRegion: region, multiRegion: true, logging: true },
    { name: trailNames.regional, account, homeRegion: secondRegion, multiRegion: false, logging: true },
  ];

  async function trail(
    { cloudtrail }: RootClients,
    what: { Name: string; IsMultiRegionTrail: boolean; IncludeGlobalServiceEvents: boolean },
  ): Promise<void> {
    await cloudtrail.send(new CreateTrailCommand({ ...what, S3BucketName: bucketNames.audit, TagsList: [tag] }));
    await cloudtrail.send(new StartLoggingCommand({ Name: what.Name }));
  }
}
