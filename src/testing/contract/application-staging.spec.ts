import { expect } from 'chai';
import { endpointExposed } from '../../faults/app/endpoint-exposed.ts';
import { modelSwapped } from '../../faults/app/model-swapped.ts';
import { regionOutage } from '../../faults/app/region-outage.ts';
import { CallError } from '../../model/call.ts';
import type { FaultContext } from '../../model/fault.ts';
import type { Phase } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';
import { runApplication } from '../../staging/application/application.ts';
import { type ApplicationState, applicationStartUp } from '../../staging/application/start-up.ts';
import type { HttpClients } from '../../targets/http/clients.ts';
import { httpTarget } from '../../targets/http/http-target.ts';
import { realTime } from '../real-time.ts';

const token = 'a-token-for-tests';
const marker = 'wsabcdefghij23';
const signal = new AbortController().signal;

describe('the application of the embedded staging', () => {
  const end = new AbortController();
  let state: ApplicationState;
  let target: Target;
  let audited: string[];

  before(async () => {
    const startUp = applicationStartUp.parse({ auditFile: '/unused', token });
    const audit = (line: string) => audited.push(line);
    state = await runApplication(startUp, { audit, clock: realTime, log: () => undefined, signal: end.signal });
    target = httpTarget(
      {
        hosts: [state.router, state.admin],
        proof: { beacon: { url: `${state.router}/staging`, pointer: '/staging', value: 'embedded' } },
        requestTimeout: 5000,
      },
      { embedded: true, clock: realTime, variables: {}, version: '1', warn: () => undefined },
    );
  });
  beforeEach(() => {
    audited = [];
  });
  after(async () => {
    await target.close();
    end.abort();
  });

  it('is proven to be staging', async () => {
    expect((await target.prove(signal)).map(({ holds }) => holds)).to.deep.equal([true, true]);
  });

  for (const fault of [regionOutage, endpointExposed, modelSwapped]) {
    it(`is changed and put back by ${fault.type}, under our name`, async () => {
      const params = { ...fault.example, admin: state.admin } as never;
      const before = await fault.capture(await context('observe'), params);
      await fault.inject(await context('inject'), params, before);
      expect((await fault.observe(await context('observe'), params, before)).status).to.equal('ours');
      const again = await fault.inject(await context('inject'), params, before).catch((error: unknown) => error);
      expect(again).to.be.instanceOf(CallError).and.include({ code: 'ChangedMeanwhile' });
      expect((await fault.revert(await context('revert'), params, before)).outcome).to.equal('removed');
      expect((await fault.observe(await context('observe'), params, before)).status).to.equal('before');
      const entries = audited.map((line) => JSON.parse(line));
      expect(entries.map(({ userAgent }) => userAgent)).to.deep.equal([
        `windshear/1 ${marker}.i`,
        `windshear/1 ${marker}.r`,
      ]);
      expect(entries.map(({ resource }) => resource)).to.deep.equal(Array(2).fill(fault.touches(params)[0]));
      const inject = await target.session('inject', marker, signal);
      expect(inject.calls().findLast(({ mutating }) => mutating)?.requestId).to.equal(entries[0]?.requestId);
    });
  }

  async function context(phase: Phase): Promise<FaultContext<HttpClients>> {
    const { clients } = await target.session(phase, marker, signal);
    return { clock: realTime, signal, clients: clients as HttpClients, marker, phase, log: () => undefined };
  }
});
