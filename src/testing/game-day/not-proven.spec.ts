import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { flat, sentences } from './sentences.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

type Change = readonly [from: string | RegExp, to: string];

/** What of the proof is not so, a scenario that needs it, and what the refusal says. */
const refusals: readonly (readonly [title: string, change: Change, scenario: string, phrase: RegExp])[] = [
  [
    'an account that is not listed',
    [/(accounts: \["\$\{staging\.aws\.)account/, '$1secondAccount'],
    'rogue-instance',
    /identity 'account of the tester' must be \S+, got \S+; .*'account of revertAs' must be/,
  ],
  [
    'an account whose beacon says something else',
    ['key: "windshear:staging", value: embedded', 'key: "windshear:staging", value: other'],
    'rogue-instance',
    /beacon 'tag of role windshear-beacon' must be windshear:staging=other, got windshear:staging=embedded/,
  ],
  [
    'an account without the beacon',
    ['role: windshear-beacon', 'role: no-beacon'],
    'rogue-instance',
    /beacon 'tag of role no-beacon' must be windshear:staging=embedded, got (NoSuchEntity|AccessDenied)/,
  ],
  [
    'a cluster of another uid',
    [/clusterUids: \[.*\]/, 'clusterUids: ["0b9c"]'],
    'service-account-sprawl',
    /identity 'cluster of the tester' must be 0b9c, got \S+/,
  ],
  [
    'a cluster whose beacon says something else',
    ['key: windshear.dev/staging, value: embedded', 'key: windshear.dev/staging, value: other'],
    'service-account-sprawl',
    /beacon 'label of namespace \S+' must be windshear.dev\/staging=other, got windshear.dev\/staging=embedded/,
  ],
  [
    'an environment that is merely named staging',
    [
      /^([\s\S]*)default: embedded([\s\S]*)\n {2}embedded:([\s\S]*)clusterUids: \[.*\]/,
      '$1default: staging$2\n  staging:$3clusterUids: ["0b9c"]',
    ],
    'service-account-sprawl',
    /identity 'cluster of the tester' must be 0b9c/,
  ],
  [
    'a service whose beacon says something else',
    ['pointer: /staging, value: embedded', 'pointer: /staging, value: other'],
    'inference-endpoint-exposed',
    /beacon 'member \/staging of http:\/\/127\.0\.0\.1:\d+\/staging' must be other, got embedded/,
  ],
  [
    'a host that is not listed, met by a fault',
    [/, "\$\{staging\.application\.admin\}"\]/, ']'],
    'inference-endpoint-exposed',
    /A request to '127\.0\.0\.1:\d+' was refused: this target's requests go to 127\.0\.0\.1:\d+/,
  ],
];

describe('windshear run on what is not proven to be staging', function () {
  this.timeout(180_000);
  let work: Workplace;
  let untouched: unknown;
  let config = '';

  before(async () => {
    work = await openWorkplace();
    await work.up();
    untouched = await work.account();
    await work.edit('windshear.yaml', (text) => {
      config = text;
      return `${text}\n`;
    });
  });

  after(() => work.close());

  for (const [title, [from, to], scenario, phrase] of refusals) {
    it(`refuses ${title} with exit code 4, and touches nothing`, async () => {
      const changed = config.replace(from, to);
      expect(changed).not.to.equal(config);
      await work.edit('windshear.yaml', () => changed);
      const { code, stdout, stderr } = await work.windshear('run', scenario, '--show-accounts');
      expect(code, stdout + stderr).to.equal(4);
      expect(flat(stdout + stderr)).to.match(phrase);
      expect(sentences(stderr).length).to.be.at.most(1);
      expect(await work.account()).to.deep.equal(untouched);
    });
  }

  it('asks none of the places that profiles, contexts and variables named staging lead to', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const folder = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    const ambient = await ambientOf(folder, elsewhere);
    const before = Object.fromEntries(Object.keys(ambient).map((name) => [name, process.env[name]]));
    Object.assign(process.env, ambient);
    try {
      await work.edit('windshear.yaml', () => `${config}\n#`);
      const { code, stdout, stderr } = await work.windshear('run', 'access-key-refused', 'service-account-sprawl');
      expect([0, 1], stdout + stderr).to.include(code);
      expect(asked).to.deep.equal([]);
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      elsewhere.close();
      await rm(folder, { recursive: true });
    }
  });
});

/** Settings that other tools take from the environment, all of which lead to a server. */
async function ambientOf(folder: string, server: Server): Promise<Readonly<Record<string, string>>> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster = { name: 'staging', cluster: { server: url } };
  const context = { name: 'staging', context: { cluster: 'staging', user: 'staging' } };
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', 'current-context': 'staging' };
  const user = { name: 'staging', user: { token: 'x' } };
  await writeFile(
    join(folder, 'kubeconfig'),
    JSON.stringify({ ...kubeconfig, clusters: [cluster], contexts: [context], users: [user] }),
  );
  const profile = `[profile staging]\nregion = eu-west-1\nendpoint_url = ${url}\n`;
  await writeFile(join(folder, 'config'), profile);
  await writeFile(join(folder, 'credentials'), '[staging]\naws_access_key_id = A\naws_secret_access_key = B\n');
  return {
    ...{ KUBECONFIG: join(folder, 'kubeconfig'), AWS_PROFILE: 'staging', AWS_CONFIG_FILE: join(folder, 'config') },
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    ...{
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_IAM: url,
      AWS_ENDPOINT_URL_STS: url,
      HTTP_PROXY: url,
      HTTPS_PROXY: url,
    },
  };
}
