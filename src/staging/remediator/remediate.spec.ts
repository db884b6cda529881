import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { type RoleGuard, remediate } from './remediate.ts';

const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

describe('remediate', () => {
  it('detaches what is forbidden within 300 ms and leaves the rest', async () => {
    const { roles, clock, end, log } = start({ 'inference-api': [readOnly], 'inference-worker': [] });
    await clock.advance(1000);
    roles.set('inference-api', [readOnly, admin]);
    await clock.advance(300);
    expect(roles.get('inference-api')).to.deep.equal([readOnly]);
    expect(log.join()).to.contain('inference-api');
    end();
  });

  it('touches no role that it does not watch', async () => {
    const { roles, clock, end } = start({ 'inference-api': [], 'inference-worker': [], other: [admin] });
    await clock.advance(1000);
    expect(roles.get('other')).to.deep.equal([admin]);
    end();
  });

  it('goes on with the other role, and tries again at most 3 s later, while one call fails', async () => {
    let failing = true;
    const { roles, clock, end, log } = start({ 'inference-api': [admin], 'inference-worker': [admin] }, (role) => {
      if (failing && role === 'inference-api') throw new Error('connection refused');
    });
    await clock.advance(20_000);
    expect([roles.get('inference-worker'), roles.get('inference-api')]).to.deep.equal([[], [admin]]);
    expect(log.join()).to.contain('again in 3000 ms: Error: connection refused');
    failing = false;
    await clock.advance(3000);
    expect(roles.get('inference-api')).to.deep.equal([]);
    end();
  });

  it('ends with its signal', async () => {
    const { done, end } = start({ 'inference-api': [] });
    end();
    await done;
  });
});

function start(attached: Record<string, string[]>, trouble: (role: string) => void = () => undefined) {
  const clock = new VirtualClock();
  const ended = new AbortController();
  const log: string[] = [];
  const roles = new Map(Object.entries(attached));
  const guard: RoleGuard = {
    attachedPolicies: async (role) => {
      trouble(role);
      return roles.get(role) ?? [];
    },
    detach: async (role, policy) => {
      roles.set(
        role,
        (roles.get(role) ?? []).filter((arn) => arn !== policy),
      );
    },
  };
  const done = remediate({
    guard,
    watched: ['inference-api', 'inference-worker'],
    forbidden: [admin],
    clock,
    log: (text) => log.push(text),
    signal: ended.signal,
  });
  return { roles, clock, log, done, end: () => ended.abort(new Error('over')) };
}
