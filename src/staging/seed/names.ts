/** Names of the embedded staging's neighbourhood; each staging is an account of its own, so they never clash. */
export const account = '111122223333';
export const secondAccount = '444455556666';
export const region = 'us-east-1';
export const secondRegion = 'eu-west-1';

export const roleNames = {
  appFirst: 'inference-api',
  appSecond: 'inference-worker',
  lambda: 'inference-preprocessor',
  tester: 'windshear-tester',
  revert: 'windshear-revert',
  remediator: 'identity-remediator',
  canary: 'windshear-canary',
  beacon: 'windshear-beacon',
  forward: 'windshear-event-forward',
} as const;

export const userNames = {
  protected: 'break-glass-admin',
  ordinary: 'build-bot',
  tester: 'windshear-tester',
  revert: 'windshear-revert',
  detectors: 'windshear-detectors',
  remediator: 'identity-remediator',
} as const;

export const bucketNames = {
  models: `inference-models-${account}`,
  modelsGuarded: `inference-models-guarded-${account}`,
  audit: `audit-logs-${account}`,
} as const;

export const functionName = 'inference-preprocessor';
export const groupName = 'inference-asg';
export const templateName = 'inference';

/** The emulator's Amazon Linux 2. */
export const image = 'ami-0abcdef1234567890';

/** An image that nobody in the account has ever launched. */
export const rogueImage = 'ami-0bad1dea0bad1dea0';

export const trailNames = { primary: 'trail-primary', regional: 'trail-regional' } as const;

export const queueNames = {
  trailRules: 'windshear-trail-rules-in',
  identityRules: 'windshear-identity-rules-in',
  profile: 'windshear-profile-in',
  findings: 'windshear-trail-rules-out',
} as const;

/** Says "this is staging" on everything that takes tags. */
export const beaconTag = { key: 'windshear:staging', value: 'embedded' } as const;

export function roleArn(name: string, owner: string = account): string {
  return `arn:aws:iam::${owner}:role/${name}`;
}

export function userArn(name: string): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

export function trailArn(name: string, home: string): string {
  return `arn:aws:cloudtrail:${home}:${account}:trail/${name}`;
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}
