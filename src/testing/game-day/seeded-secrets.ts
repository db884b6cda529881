import { readFile } from 'node:fs/promises';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import { rootClients } from '../../staging/seed/clients.ts';
import type { StagingState } from '../../staging/state.ts';

/** Secrets by what they are; each is unlike any text that may stand in a report by right. */
export type Secrets = Map<string, string>;

const namespace = 'inference';

/** Environment variables that the harness is given, by the names that `windshear.yaml` is edited to ask for. */
export const secretVariables = {
  SPEC_WEBHOOK_TOKEN: 'w3bhook-t0ken-In/Path+4711',
  SPEC_POLL_TOKEN: 'p0ll-t0ken-in-a-header-0815',
} as const;

/** Puts secrets wherever a run meets them: variables of a function, a Secret of the cluster, and all credentials that it uses. */
export async function seedSecrets(state: StagingState): Promise<Secrets> {
  const secrets: Secrets = new Map(Object.entries(secretVariables));
  const variables = { DB_PASSWORD: 'pre-image/of a+variable=1', API_TOKEN: 'other-variable-of-it-2' };
  const { UpdateFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
  const { lambda } = rootClients(state.aws.emulator, state.aws.account, state.aws.region);
  await lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: state.lambda.function,
      Environment: { Variables: variables },
    }),
  );
  for (const [name, value] of Object.entries(variables)) secrets.set(`variable ${name}`, value);

  const value = 'value-of-a-kubernetes-secret-3';
  await askClusterAdmin(state.kubernetes, {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/secrets`,
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'seeded', namespace },
      type: 'Opaque',
      data: { password: Buffer.from(value).toString('base64') },
    },
  });
  secrets.set('value of a Secret', value);

  for (const who of ['tester', 'revert', 'detectors'] as const) {
    const keys = JSON.parse(await readFile(state.credentials[who], 'utf8')) as { secretAccessKey: string };
    secrets.set(`access key of ${who}`, keys.secretAccessKey);
  }
  const { tokens } = state.kubernetes;
  const files = {
    'token of tester': tokens.tester,
    'token of revert': tokens.revert,
    'token of the application': state.application.token,
  };
  for (const [what, file] of Object.entries(files)) secrets.set(what, (await readFile(file, 'utf8')).trim());
  return secrets;
}

/** Learns the secrets that AWS hands out: sessions, and keys that a fault makes. */
export function secretsOfAnswer(body: string): readonly (readonly [string, string])[] {
  return [...body.matchAll(/<(SecretAccessKey|SessionToken)>([^<]+)</g)].map(([, name = '', secret = '']) => [
    `${name} ${secret.slice(0, 4)}`,
    secret,
  ]);
}

/** Names the secrets that stand in a text, as they are, in base64, in a URL or in JSON. */
export function secretsFound(text: string, secrets: Secrets): readonly string[] {
  return [...secrets].flatMap(([what, secret]) => {
    const bytes = Buffer.from(secret, 'utf8');
    const forms = [
      secret,
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ];
    return forms.some((form) => text.includes(form)) ? [what] : [];
  });
}
