import { join } from 'node:path';
import { expect } from 'chai';
import { systemDisk } from '../system/system-disk.ts';
import { cliFolder } from '../testing/cli-folder.ts';

describe('windshear recover and stop', () => {
  it('have nothing to do where no run is unfinished', async () => {
    const folder = await cliFolder('project');
    try {
      expect(await folder.run(['recover'])).to.include({
        code: 0,
        out: 'Nothing to recover: no dead run of this folder has left anything in.\n',
      });
      const other = await folder.run(['recover', '--env', 'embeded']);
      expect(other).to.include({ code: 2, out: '' });
      expect(other.err).to.contain("'embedded'");
      const nowhere = await folder.run(['recover', '--reports', 'out']);
      expect(nowhere).to.include({ code: 2, out: '' });
      expect(nowhere.err).to.contain("There is no folder 'out' to look for runs in.");
      const { code, out } = await folder.run(['stop']);
      expect(code).to.equal(0);
      expect(out).to.contain('No run is going');
      expect(await systemDisk.exists(join(folder.path, '.windshear/stop'))).to.equal(true);
      const typo = await folder.run(['stop', '--env', 'embeded']);
      expect(typo.code).to.equal(2);
      expect(typo.err).to.contain("'embedded'");
      const { code: none, err } = await folder.run(['stop', '--stop-file', 'nowhere/stop']);
      expect(none).to.equal(2);
      expect(err).to.contain('Nobody was asked to stop').and.contain('nowhere/stop');
    } finally {
      await folder.remove();
    }
  });
});
