import { sideBySide } from './side-by-side.ts';
import { aroundIt } from './trouble-around.ts';
import { withTheTarget } from './trouble-with-target.ts';

describe('windshear run in trouble', function () {
  this.timeout(420_000);
  sideBySide([withTheTarget, aroundIt]);
});
