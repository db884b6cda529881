import type { ExternalClients } from '../../targets/external/external-target.ts';
import type { HttpClients } from '../../targets/http/clients.ts';
import type { ProcessClients } from '../../targets/process/clients.ts';
import type { Act, ContractCase } from './contract-case.ts';

/** Where the examples of the faults have their admin API. */
export const admin = 'http://127.0.0.1:4000';

/** What is there before, by the names that the faults touch. */
export const documents = {
  'region/eu-west-1': { url: `${admin}/regions/eu-west-1`, body: { mode: 'serve' } },
  'endpoint/inference': { url: `${admin}/authentication`, body: { required: true } },
  'model/resnet-7': { url: `${admin}/models/resnet-7`, body: { digest: `sha256:${'7e57'.repeat(16)}` } },
  'flag/debug': { url: `${admin}/flags/debug`, body: { on: false } },
} as const;

const put =
  (name: keyof typeof documents, body: Readonly<Record<string, string | boolean>>): Act<HttpClients> =>
  (clients, signal) =>
    clients.send({ method: 'PUT', url: documents[name].url, body }, signal);

const restored = (name: keyof typeof documents) => put(name, documents[name].body);

export const httpCases: Readonly<Record<string, readonly ContractCase<HttpClients>[]>> = {
  'app.region-outage': (['refuse', 'hang', 'error', 'slow'] as const).map((mode) => ({
    name: `of a region that is made to ${mode}`,
    params: { admin, region: 'eu-west-1', mode },
    alreadyInPlace: put('region/eu-west-1', { mode }),
    changeDelta: put('region/eu-west-1', { mode: mode === 'hang' ? 'slow' : 'hang' }),
    takeAway: restored('region/eu-west-1'),
  })),
  'app.endpoint-exposed': [
    {
      name: 'that demands a token',
      alreadyInPlace: put('endpoint/inference', { required: false }),
      takeAway: restored('endpoint/inference'),
    },
  ],
  'app.model-swapped': [
    {
      name: 'for another artifact',
      alreadyInPlace: put('model/resnet-7', { digest: `sha256:${'0bad'.repeat(16)}` }),
      changeDelta: put('model/resnet-7', { digest: `sha256:${'f00d'.repeat(16)}` }),
      takeAway: restored('model/resnet-7'),
    },
  ],
  'http.request': [
    {
      name: 'that sets a flag, guarded by its ETag',
      changeDelta: put('flag/debug', { on: 'somebody' }),
      takeAway: restored('flag/debug'),
    },
    {
      name: 'that makes something new',
      params: {
        method: 'PUT',
        url: `${admin}/flags/fresh`,
        body: { by: `\${marker}` },
        touches: ['flag/fresh'],
        read: { url: `${admin}/flags/fresh` },
        undo: { method: 'DELETE', url: `${admin}/flags/fresh` },
      },
      changeDelta: (clients, signal) =>
        clients.send({ method: 'PUT', url: `${admin}/flags/fresh`, body: { by: 'somebody' } }, signal),
      takeAway: (clients, signal) => clients.send({ method: 'DELETE', url: `${admin}/flags/fresh` }, signal),
    },
  ],
};

const flag = (...argv: string[]): Act<ProcessClients> => {
  return (clients, signal) => clients.run({ argv: [flagctl, ...argv], timeoutMs: 1000, mutating: true }, signal);
};
const flagctl = '/usr/local/bin/flagctl';

export const processCases: Readonly<Record<string, readonly ContractCase<ProcessClients>[]>> = {
  'process.exec': [
    {
      name: 'that sets a flag',
      changeDelta: flag('set', 'debug', 'somebody'),
      takeAway: flag('set', 'debug', 'off'),
    },
    {
      name: 'that makes a flag which was not there',
      params: {
        argv: [flagctl, 'set', 'new', `\${marker}`],
        touches: ['flag/new'],
        read: { argv: [flagctl, 'get', 'new'], absentExitCode: 1 },
        undo: { argv: [flagctl, 'unset', 'new'] },
      },
      changeDelta: flag('set', 'new', 'somebody'),
      takeAway: flag('unset', 'new'),
    },
  ],
};

export const externalCases: Readonly<Record<string, readonly ContractCase<ExternalClients>[]>> = {
  external: [{ name: 'by a person', takeAway: async () => undefined }],
};
