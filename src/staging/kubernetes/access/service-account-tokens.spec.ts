import { expect } from 'chai';
import { createServiceAccountTokens, defaultAudience } from './service-account-tokens.ts';

describe('createServiceAccountTokens', () => {
  const subject = { namespace: 'a', name: 'worker', uid: 'u-1' };
  const validity = { seconds: 600, audiences: [defaultAudience] };
  function world() {
    const state = { nowMs: 1_000_000, uid: 'u-1', secret: true };
    const tokens = createServiceAccountTokens({
      now: () => state.nowMs,
      uidOf: (namespace, name) => (`${namespace}/${name}` === 'a/worker' ? state.uid : undefined),
      secretExists: () => state.secret,
    });
    return { state, tokens };
  }

  it('knows its tokens again until they expire', () => {
    const { state, tokens } = world();
    const { token, expiresMs } = tokens.issue(subject, validity);
    expect(tokens.authenticate(token)).to.deep.include({
      username: 'system:serviceaccount:a:worker',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'],
      uid: 'u-1',
    });
    state.nowMs = expiresMs;
    expect(tokens.authenticate(token)).to.equal(undefined);
  });

  it('refuses the token of an account that was made anew, and one for another audience', () => {
    const { state, tokens } = world();
    const { token } = tokens.issue(subject, validity);
    expect(tokens.authenticate(tokens.issue(subject, { ...validity, audiences: ['vault'] }).token)).to.equal(undefined);
    state.uid = 'u-2';
    expect(tokens.authenticate(token)).to.equal(undefined);
  });

  it('lets a long-lived token hold as long as its Secret', () => {
    const { state, tokens } = world();
    const token = tokens.issueLegacy(subject, 'worker-token');
    expect(tokens.authenticate(token)?.username).to.equal('system:serviceaccount:a:worker');
    state.secret = false;
    expect(tokens.authenticate(token)).to.equal(undefined);
  });

  it('refuses what it did not sign', () => {
    const { tokens } = world();
    const [head, , signature] = tokens.issue(subject, validity).token.split('.');
    const forged = Buffer.from(JSON.stringify({ sub: 'system:serviceaccount:a:other' })).toString('base64url');
    for (const token of [`${head}.${forged}.${signature}`, 'abc', '', world().tokens.issue(subject, validity).token]) {
      expect(tokens.authenticate(token)).to.equal(undefined);
    }
  });
});
