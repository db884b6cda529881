import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import { type BrowserPage, openBrowser } from './browser.ts';
import { findBrowser } from './browser-page.ts';
import { pinHosts } from './hosts.ts';

const here = `<input id="name"><button onclick="answer.textContent = 'Hello ' + document.querySelector('#name').value">
  Greet</button><p id="answer"></p><script>
  fetch('http://127.0.0.1:9/').catch(() => fetch('/was-refused'));
</script>`;

describe('openBrowser', () => {
  const asked: string[] = [];
  let server: Server;
  let origin: string;
  /** Where `/away` leads. */
  let away = '';

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers['x-windshear']} ${request.headers['user-agent']}`);
      if (request.url === '/away') return void response.writeHead(302, { location: away }).end();
      response.writeHead(request.url === '/gone' ? 410 : 200, { 'content-type': 'text/html' }).end(here);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  function open(signal: AbortSignal, browserPath?: string) {
    const identity = { 'x-windshear': 'wsabc' };
    const named = browserPath === undefined ? {} : { browserPath };
    return openBrowser({ hosts: pinHosts([origin], true), userAgent: 'windshear/1', identity, signal, ...named });
  }

  it('says which program is none', async () => {
    const found = await open(new AbortController().signal, '/nowhere/chrome');
    expect(found).to.have.property('reason').that.includes("'/nowhere/chrome', which is no program");
  });

  it('fails where what is named is no browser', async () => {
    const error = await open(new AbortController().signal, '/bin/true').catch((error: unknown) => error);
    expect(error).to.be.instanceOf(CallError).with.property('message').that.includes('opening a browser: ');
  });

  describe('with a browser on this machine', function () {
    // Its steps have limits of their own; on a slow machine several of them together take longer than a spec may.
    this.timeout(60_000);
    const abort = new AbortController();
    let page: BrowserPage;

    before('where Chromium or Chrome is installed', async function () {
      if ((await findBrowser(process.env['WINDSHEAR_BROWSER'])) === undefined) this.skip();
      const found = await open(abort.signal, process.env['WINDSHEAR_BROWSER']);
      if (found.status === 'absent') expect.fail(found.reason);
      page = found.page;
    });

    it('does what a user does, under our name', async () => {
      await page.goto(`${origin}/`, 5000);
      await page.fill('#name', 'bird', 5000);
      await page.click('button', 5000);
      await page.expectText('#answer', 'Hello bird', 5000);
      expect(asked[0]).to.equal('/ wsabc Mozilla/5.0 (compatible) windshear/1');
    });

    it('loads nothing from a host that is not pinned', async () => {
      while (!asked.some((line) => line.startsWith('/was-refused'))) await new Promise(setImmediate);
      const refused = await page.goto('http://127.0.0.1:9/', 1000).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(CallError).with.property('message').that.includes("A request to '127.0.0.1:9'");
    });

    it('follows no redirect to a host that is not pinned, another port of the same one included', async () => {
      const elsewhere: string[] = [];
      const other = createServer((request, response) => {
        elsewhere.push(request.url ?? '');
        response.writeHead(200, { 'content-type': 'text/html' }).end('elsewhere');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      away = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
      const refused = await page.goto(`${origin}/away`, 3000).catch((error: unknown) => error);
      other.closeAllConnections();
      other.close();
      expect(elsewhere).to.deep.equal([]);
      expect(refused).to.be.instanceOf(CallError);
    });

    it('says which step failed, and goes on', async () => {
      const failure = await page.click('#nothing', 50).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(CallError).with.property('message').that.includes("clicking '#nothing': ");
      const gone = await page.goto(`${origin}/gone`, 5000).catch((error: unknown) => error);
      expect(gone).to.have.property('message', `opening ${origin}/gone: the page was answered HTTP 410`);
      expect(Buffer.from(await page.screenshot()).toString('latin1', 1, 4)).to.equal('PNG');
    });

    it('is ended by the signal, in the middle of a step', async () => {
      const waiting = page.expectText('#answer', 'never', 20_000).catch((error: unknown) => error);
      abort.abort(new Error('stopped'));
      expect(await waiting).to.have.property('message', 'stopped');
      await page.close();
    });
  });
});
