import type { CredentialScope, Exchange } from './exchange.ts';
import { findElement, parseXml } from './xml.ts';

/** Is who a key belongs to, in the words of a record's `userIdentity`. */
export interface Identity {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: {
    readonly sessionIssuer: {
      readonly type: 'Role';
      readonly principalId: string;
      readonly arn: string;
      readonly accountId: string;
      readonly userName: string;
    };
    readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: 'false' };
  };
}

/** Is a user whose key existed before the proxy listened. */
export interface KnownKey {
  readonly accessKeyId: string;
  readonly userArn: string;
  readonly userId: string;
}

/** Knows whose key signs a call; learns from what passes by. */
export interface Identities {
  readonly whose: (accessKeyId: string) => Identity;
  /** Takes a successful call of IAM or STS that made keys, in the order in which the calls ended. */
  readonly learn: (operation: string, exchange: Exchange, scope: CredentialScope) => void;
}

export function identities(rootAccount: string, known: readonly KnownKey[]): Identities {
  const keys = new Map<string, Identity>(known.map((key) => [key.accessKeyId, userOf(key)]));
  const userIds = new Map<string, string>(known.map(({ userArn, userId }) => [userArn, userId]));

  /** `test` is the emulator's root key of the first account, twelve digits are the root key of that account. */
  function whose(accessKeyId: string): Identity {
    const account = accessKeyId === 'test' ? rootAccount : accessKeyId;
    if (!/^\d{12}$/.test(account)) return keys.get(accessKeyId) ?? { type: 'Unknown', accessKeyId };
    return { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account, accessKeyId };
  }

  function learnKey(exchange: Exchange, scope: CredentialScope): void {
    const made = findElement(parseXml(exchange.answer), 'AccessKey');
    const [accessKeyId, userName] = [textIn(made, 'AccessKeyId'), textIn(made, 'UserName')];
    if (accessKeyId === undefined || userName === undefined) return;
    const userArn = `arn:aws:iam::${whose(scope.accessKeyId).accountId ?? rootAccount}:user/${userName}`;
    keys.set(accessKeyId, userOf({ accessKeyId, userArn, userId: userIds.get(userArn) ?? userName }));
  }

  function learnSession(exchange: Exchange): void {
    const answer = parseXml(exchange.answer);
    const accessKeyId = textIn(findElement(answer, 'Credentials'), 'AccessKeyId');
    const user = findElement(answer, 'AssumedRoleUser');
    const [arn, principalId] = [textIn(user, 'Arn'), textIn(user, 'AssumedRoleId')];
    const roleArn = new URLSearchParams(exchange.body).get('RoleArn');
    if (accessKeyId === undefined || arn === undefined || principalId === undefined || roleArn === null) return;
    keys.set(accessKeyId, sessionOf({ accessKeyId, arn, principalId, roleArn, sinceMs: exchange.receivedMs }));
  }

  return {
    whose,
    learn(operation, exchange, scope) {
      if (operation === 'CreateAccessKey') learnKey(exchange, scope);
      else if (operation.startsWith('AssumeRole')) learnSession(exchange);
      else if (operation === 'GetSessionToken') {
        const key = textIn(findElement(parseXml(exchange.answer), 'Credentials'), 'AccessKeyId');
        if (key !== undefined) keys.set(key, { ...whose(scope.accessKeyId), accessKeyId: key });
      } else if (operation === 'CreateUser') {
        const user = findElement(parseXml(exchange.answer), 'User');
        userIds.set(textIn(user, 'Arn') ?? '', textIn(user, 'UserId') ?? '');
      }
    },
  };
}

function userOf({ accessKeyId, userArn, userId }: KnownKey): Identity {
  return {
    type: 'IAMUser',
    principalId: userId,
    arn: userArn,
    accountId: accountIn(userArn),
    accessKeyId,
    userName: lastPart(userArn),
  };
}

interface Session {
  readonly accessKeyId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly roleArn: string;
  readonly sinceMs: number;
}

function sessionOf({ accessKeyId, arn, principalId, roleArn, sinceMs }: Session): Identity {
  return {
    type: 'AssumedRole',
    principalId,
    arn,
    accountId: accountIn(arn),
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: principalId.split(':')[0] ?? principalId,
        arn: roleArn,
        accountId: accountIn(roleArn),
        userName: lastPart(roleArn),
      },
      attributes: { creationDate: recordTime(sinceMs), mfaAuthenticated: 'false' },
    },
  };
}

/** Writes a time as records do, in whole seconds. */
export function recordTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function accountIn(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function lastPart(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}

function textIn(element: Parameters<typeof findElement>[0], name: string): string | undefined {
  return findElement(element, name)?.text.trim();
}
