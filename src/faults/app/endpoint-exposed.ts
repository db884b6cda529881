import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { adminField, onSetting, type Setting } from './setting.ts';

const params = z.strictObject({
  admin: adminField,
  /** What detectors call the endpoint. */
  endpoint: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: 'must be lower-case words joined by hyphens' })
    .default('inference'),
});
type Params = z.infer<typeof params>;

/** Switches the authentication of an inference endpoint off; revert switches it on again. */
export const endpointExposed = defineFault({
  type: 'app.endpoint-exposed',
  title: 'Expose an inference endpoint',
  description:
    'The inference endpoint answers anybody, as after a debugging switch that nobody turned back. Revert demands the token again.',
  params,
  example: { admin: 'http://127.0.0.1:4000', endpoint: 'inference' },
  techniques: ['T1556'],
  touches: ({ endpoint }: Params) => [`endpoint/${endpoint}`],
  impairs: () => [],
  residue: ['whoever asked meanwhile was answered'],
  ...onSetting(settingOf),
});

function settingOf({ admin }: Params): Setting {
  return { url: `${admin}/authentication`, field: 'required', ours: false };
}
