import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAuthority } from './issue.ts';

describe('createAuthority', () => {
  const authority = createAuthority('windshear-staging', Date.now());
  const server = authority.issue(['127.0.0.1', 'localhost']);

  it('signs certificates that name their addresses and that its own certificate verifies', () => {
    const own = new X509Certificate(authority.certificate);
    const issued = new X509Certificate(server.certificate);
    expect(own.ca).to.equal(true);
    expect(own.verify(own.publicKey)).to.equal(true);
    expect(issued.checkIssued(own)).to.equal(true);
    expect(issued.verify(own.publicKey)).to.equal(true);
    expect(issued.subjectAltName).to.equal('IP Address:127.0.0.1, DNS:localhost');
    expect(issued.checkIP('127.0.0.2')).to.equal(undefined);
  });

  it('lets a client that trusts it, and only such a one, reach the server', async () => {
    const listening = createServer({ cert: server.certificate, key: server.key }, (_, response) => {
      response.end('hello');
    });
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    try {
      const [answer] = (await once(get(url, { ca: authority.certificate, agent: false }), 'response')) as [
        IncomingMessage,
      ];
      expect(answer.statusCode).to.equal(200);
      answer.resume();
      const [error] = (await once(get(url, { agent: false }), 'error')) as [NodeJS.ErrnoException];
      expect(error.code).to.match(/SELF_SIGNED|UNABLE_TO/);
    } finally {
      listening.close();
      listening.closeAllConnections();
    }
  });

  it('refuses a time that its form cannot hold', () => {
    expect(() => createAuthority('late', Date.UTC(2050, 1))).to.throw(RangeError, 'before 2050');
  });
});
