import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { adminField, onSetting, type Setting } from './setting.ts';

const params = z.strictObject({
  admin: adminField,
  region: z.string().regex(/^[a-z0-9-]+$/, { error: 'must be the name of a region' }),
  /** `drain` makes a control: the region serves on, and the router gives it no more. */
  mode: z.enum(['refuse', 'hang', 'error', 'slow', 'drain']).default('refuse'),
});
type Params = z.infer<typeof params>;

/** Makes one region of an application refuse, hang, fail or slow down, by the application's own switch for game days. */
export const regionOutage = defineFault({
  type: 'app.region-outage',
  title: 'Take a region away',
  description:
    'One region of the application resets its connections, never answers, answers errors, or answers late. Revert restores the mode that it had.',
  params,
  example: { admin: 'http://127.0.0.1:4000', region: 'eu-west-1', mode: 'refuse' },
  techniques: ['T1499'],
  touches: ({ region }: Params) => [`region/${region}`],
  impairs: ({ region }: Params) => [`region/${region}`],
  residue: ['requests that the region failed meanwhile'],
  ...onSetting(settingOf),
});

function settingOf({ admin, region, mode }: Params): Setting {
  return { url: `${admin}/regions/${region}`, field: 'mode', ours: mode };
}
