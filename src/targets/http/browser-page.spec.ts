import { expect } from 'chai';
import { findBrowser } from './browser-page.ts';

describe('findBrowser', () => {
  it('takes the program that is named, and no other in its place', async () => {
    expect(await findBrowser(process.execPath, [])).to.deep.equal({ executablePath: process.execPath });
    const found = await findBrowser('/nowhere/chrome', [process.execPath]);
    expect(found).to.have.property('absent').that.includes("WINDSHEAR_BROWSER names '/nowhere/chrome'");
  });

  it('else takes the first at a usual place', async () => {
    expect(await findBrowser(undefined, ['/nowhere', process.execPath])).to.deep.equal({
      executablePath: process.execPath,
    });
    expect(await findBrowser('', ['/nowhere'])).to.equal(undefined);
  });
});
