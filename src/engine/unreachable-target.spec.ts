import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import type { Phase } from '../model/marker.ts';
import type { RunRequest } from '../model/run.ts';
import { rejection } from '../testing/rejection.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';
import { StopRequest } from './stop.ts';

const cut = () => new CallError('unanswered', 'ECONNRESET', 'sim:Call was sent and not answered: socket hang up');

describe('runScenarios on a target that answers no more', () => {
  for (const phase of ['inject', 'revert'] as const) {
    it(`calls nothing errored, and ends with exit 5, where the session to ${phase} cannot be had`, async () => {
      const at = worldOf('bucket');
      const { scorecard, exitCode } = await runScenarios(withoutSessions(requestOf(at), phase));
      const trial = scorecard.scenarios[0]?.trials[0];
      expect(trial?.verdict).to.equal('inconclusive');
      expect(trial).not.to.have.property('error');
      expect(trial?.detections[0]).to.include({ verdict: 'inconclusive', reasonCode: 'not-injected' });
      expect(trial?.detections[0]?.reason).to.match(/^Nothing was injected: .*socket hang up\.$/);
      expect(exitCode).to.equal(5);
      expect(at.events.some((event) => event.action === 'write')).to.equal(false);
    });
  }

  for (const asked of ['prove', 'checkRights'] as const) {
    it(`ends with exit 130, not 5, where a stop cuts the preflight short (${asked})`, async () => {
      const at = worldOf('bucket');
      const stop = new AbortController();
      const request = { ...requestOf(at), stop: stop.signal };
      const target = at.target();
      const given = async () => {
        stop.abort(new StopRequest('SIGINT'));
        throw new CallError('unanswered', 'Aborted', 'sim:Call was sent and given up before it was answered.');
      };
      const run = runScenarios({ ...request, targets: new Map([['aws', { ...target, [asked]: given }]]) });
      expect(await rejection(run)).to.include({ code: 'stopped', exitCode: 130 });
      expect(at.events.some((event) => event.action === 'write')).to.equal(false);
    });
  }

  for (const phase of ['observe', 'inject'] as const) {
    it(`ends with exit 3, not 5, where it answers but refuses a read before the change (${phase})`, async () => {
      const at = worldOf('bucket');
      at.beforeCall = (now) => {
        if (now === phase) throw new CallError('denied', 'AccessDenied', 'sim:Read is not allowed');
      };
      const { scorecard, exitCode } = await runScenarios(requestOf(at));
      const detection = scorecard.scenarios[0]?.trials[0]?.detections[0];
      expect(detection).to.include({ verdict: 'inconclusive', reasonCode: 'not-injected' });
      expect(detection?.reason).to.contain('sim:Read is not allowed');
      expect(exitCode).to.equal(3);
      expect(at.events.some((event) => event.action === 'write')).to.equal(false);
    });
  }

  for (const kind of ['invalid', 'not-found', 'conflict'] as const) {
    for (const phase of ['observe', 'inject'] as const) {
      it(`ends with exit 3, not 5, where its answer kept the change out (${kind}, ${phase})`, async () => {
        const at = worldOf('bucket');
        at.beforeCall = (now) => {
          if (now === phase) throw new CallError(kind, 'NoParent', 'Nothing was injected: bucket has no policy');
        };
        const { scorecard, exitCode } = await runScenarios(requestOf(at));
        expect(scorecard.scenarios[0]?.trials[0]?.detections[0]).to.include({ reasonCode: 'not-injected' });
        expect(exitCode).to.equal(3);
      });
    }
  }

  for (const kind of ['unanswered', 'failed', 'throttled'] as const) {
    it(`ends with exit 5 where the state before cannot be had of it (${kind})`, async () => {
      const at = worldOf('bucket');
      at.beforeCall = (now) => {
        if (now === 'observe') throw new CallError(kind, 'ServiceUnavailable', 'sim:Read came to nothing');
      };
      expect((await runScenarios(requestOf(at))).exitCode).to.equal(5);
    });
  }

  it('says of a fault that was not injected how the one before it was refused', async () => {
    const at = worldOf('bucket', 'door');
    const refusal = { code: 'AccessDenied', message: 'not authorized to perform: sim:Write' };
    at.guard = (resource, value) => (resource === 'door' && value === 'public' ? refusal : undefined);
    const { scorecard } = await runScenarios(requestOf(at, 'door', 'bucket'));
    const detection = scorecard.scenarios[0]?.trials[0]?.detections[0];
    expect(detection?.reason).to.match(/'sim\.flip' before it was refused: not authorized to perform: sim:Write\.$/);
  });

  it('ends with exit 3, not 5, where the first of two faults went in unanswered', async () => {
    const at = worldOf('bucket', 'door');
    at.onWrite = (event) => {
      if (event.resource === 'door' && event.value === 'public') throw cut();
    };
    const { scorecard, exitCode } = await runScenarios(requestOf(at, 'door', 'bucket'));
    const detection = scorecard.scenarios[0]?.trials[0]?.detections[0];
    expect(detection?.reason).to.match(/'sim\.flip' before it failed: .*socket hang up\.$/);
    expect(exitCode).to.equal(3);
    expect(Object.fromEntries(at.resources)).to.deep.equal({ bucket: 'private', door: 'private' });
  });
});

function worldOf(...resources: readonly string[]): World {
  const at = new World();
  for (const resource of resources) at.resources.set(resource, 'private');
  at.detectors.push({
    name: 'rules',
    delayMs: 400,
    carriesMarker: true,
    rulesUp: true,
    deliveryUp: true,
    rule: (event) => (event.action === 'write' && event.value === 'public' ? 'public' : undefined),
  });
  return at;
}

function requestOf(at: World, ...resources: readonly string[]): RunRequest {
  const faults = (resources.length === 0 ? ['bucket'] : resources).map((resource) => ({
    type: 'sim.flip',
    with: { resource, value: 'public' },
  }));
  const expectations = { detections: [{ detector: 'rules', rule: 'public', within: '4s' }] };
  return worldRequest(at, [worldScenario(at, { id: 'flip', faults, expect: expectations })]);
}

function withoutSessions(request: RunRequest, lost: Phase): RunRequest {
  const target = request.targets.get('aws');
  if (target === undefined) throw new Error('The world has no target.');
  const session: typeof target.session = async (phase, marker, signal) => {
    if (phase === lost) throw cut();
    return target.session(phase, marker, signal);
  };
  return { ...request, targets: new Map([['aws', { ...target, session }]]) };
}
