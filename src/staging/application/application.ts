import { z } from 'zod';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../detection/child-process.ts';
import { type AdminResource, serveAdmin } from './admin.ts';
import type { LocalServer } from './local-server.ts';
import { serveRegion } from './region.ts';
import { serveRouter } from './router.ts';
import { createSetting, type RegionMode, regionModes, type Setting } from './settings.ts';
import type { Application, ApplicationState } from './start-up.ts';

export interface ApplicationParts {
  readonly audit: (line: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Runs the AI inference service: its regions, the failover router before them, and the admin API. */
export async function runApplication(startUp: Application, parts: ApplicationParts): Promise<ApplicationState> {
  const { token, model } = startUp;
  const authentication = createSetting<boolean>('authentication', true);
  const documentation = createSetting<boolean>('documentation', false);
  const digest = createSetting(`model ${model.version}`, model.digest);
  const regions = await Promise.all(
    startUp.regions.map(async (name) => {
      const settle: { server?: LocalServer } = {};
      const mode = createSetting<RegionMode>(name, 'serve', (next) => settle.server?.refuse(next === 'refuse'));
      const version = model.version;
      settle.server = await serveRegion({
        ...parts,
        name,
        mode: () => mode.value,
        authentication,
        digest,
        version,
        token,
      });
      return { name, mode, url: settle.server.url };
    }),
  );
  const router = await serveRouter({
    ...parts,
    regions,
    health: startUp.health,
    token,
    modelVersion: model.version,
    isDocumentationPublic: () => documentation.value,
  });

  const resources: readonly AdminResource[] = [
    ...regions.map(({ name, mode }) => ({
      path: `/regions/${name}`,
      resource: `region/${name}`,
      field: 'mode',
      schema: z.enum(regionModes),
      setting: mode as Setting<string | boolean>,
    })),
    {
      path: '/authentication',
      resource: 'endpoint/inference',
      field: 'required',
      schema: z.boolean(),
      setting: authentication as Setting<string | boolean>,
    },
    {
      path: '/documentation',
      resource: 'endpoint/model-card',
      field: 'public',
      schema: z.boolean(),
      setting: documentation as Setting<string | boolean>,
    },
    {
      path: `/models/${model.version}`,
      resource: `model/${model.version}`,
      field: 'digest',
      schema: z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 hex digits' }),
      setting: digest as Setting<string | boolean>,
    },
  ];
  const state = (): ApplicationState => ({
    router: router.url,
    endpoint: `${router.url}/v1/infer`,
    admin: admin.url,
    regions: Object.fromEntries(regions.map(({ name, url }) => [name, { url, admin: `${admin.url}/regions/${name}` }])),
    model: { version: model.version, digest: digest.value },
  });
  const admin = await serveAdmin({ ...parts, resources, state });
  return state();
}
