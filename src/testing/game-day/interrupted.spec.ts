import { killedIn } from './killed.ts';
import { sideBySide } from './side-by-side.ts';
import { stopped } from './stopped.ts';

describe('windshear run that is interrupted', function () {
  this.timeout(420_000);
  sideBySide([killedIn('bucket-policy-flip'), killedIn('rogue-instance'), stopped]);
});
