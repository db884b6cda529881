import { fileURLToPath } from 'node:url';
import { endpointExposed } from '../../faults/app/endpoint-exposed.ts';
import { modelSwapped } from '../../faults/app/model-swapped.ts';
import { regionOutage } from '../../faults/app/region-outage.ts';
import { external } from '../../faults/external.ts';
import { httpRequest } from '../../faults/http/request.ts';
import { processExec } from '../../faults/process/exec.ts';
import type { AnyFault } from '../../model/fault.ts';
import type { ExternalClients } from '../../targets/external/external-target.ts';
import { FakeHttp, unreliableHttp } from '../fakes/http.ts';
import { FakePrograms, unreliablePrograms } from '../fakes/programs.ts';
import { failure } from '../fakes/unreliable-aws.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { documents, externalCases, httpCases, processCases } from './application-cases.ts';
import { describeFaultContract } from './fault-contract.ts';

const sourceFolder = fileURLToPath(new URL('../..', import.meta.url));
const clock = new VirtualClock({ autoAdvance: true });

describe('the contract of faults, on a fake application', () => {
  describeFaultContract({
    faults: [regionOutage, endpointExposed, modelSwapped, httpRequest] as unknown as AnyFault[],
    cases: httpCases,
    unreliable: unreliableHttp,
    sourceFolder,
    place: async () => {
      const fake = new FakeHttp();
      for (const { url, body } of Object.values(documents)) fake.put(url, body);
      const names = new Map(Object.entries(documents).map(([name, { url }]) => [url as string, name]));
      const nameOf = (url: string) => names.get(url) ?? `flag/${url.split('/').at(-1)}`;
      const dump = async () => Object.fromEntries([...fake.documents].map(([url, { body }]) => [nameOf(url), body]));
      return { clients: fake.clients(), clock, dump };
    },
  });
});

describe('the contract of faults, on fake programs', () => {
  describeFaultContract({
    faults: [processExec] as unknown as AnyFault[],
    cases: processCases,
    unreliable: unreliablePrograms,
    sourceFolder,
    place: async () => {
      const fake = new FakePrograms();
      fake.flags.set('debug', 'off');
      const dump = async () => Object.fromEntries([...fake.flags].map(([name, value]) => [`flag/${name}`, value]));
      return { clients: fake.clients(), clock, dump };
    },
  });
});

describe('the contract of faults, on nobody', () => {
  describeFaultContract<ExternalClients>({
    faults: [external] as unknown as AnyFault[],
    cases: externalCases,
    unreliable: (clients, decide) => ({
      begin: (what) => {
        const fate = decide({ n: 1, action: what, mutating: true });
        if (fate !== 'proceed') throw failure(fate, what);
        clients.begin(what);
      },
    }),
    sourceFolder,
    place: async () => ({ clients: { begin: () => undefined }, clock, dump: async () => ({}) }),
  });
});
