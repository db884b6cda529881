import { z } from 'zod';
import { defineFault } from '../../model/fault.ts';
import { adminField, onSetting, type Setting } from './setting.ts';

const params = z.strictObject({
  admin: adminField,
  version: z.string().regex(/^[a-z0-9.-]+$/, { error: 'must be the version of a model' }),
  /** Of the artifact that takes the place of the released one. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be sha256: and 64 hex digits' }),
});
type Params = z.infer<typeof params>;

/** Puts another artifact behind the version of a model; revert puts the released one back. */
export const modelSwapped = defineFault({
  type: 'app.model-swapped',
  title: 'Swap a model behind its version',
  description:
    'The service goes on to say the same model version, and serves another artifact. Revert puts the digest back that it had.',
  params,
  example: { admin: 'http://127.0.0.1:4000', version: 'resnet-7', digest: `sha256:${'0bad'.repeat(16)}` },
  techniques: ['T1525', 'T1565.001'],
  touches: ({ version }: Params) => [`model/${version}`],
  impairs: () => [],
  residue: ['answers that the other artifact gave meanwhile'],
  ...onSetting(settingOf),
});

function settingOf({ admin, version, digest }: Params): Setting {
  return { url: `${admin}/models/${version}`, field: 'digest', ours: digest };
}
