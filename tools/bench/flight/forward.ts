/** Posts what its parent sends over IPC, `{url, body}`, from a process of its own: the way a detector does. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

process.on('message', ({ url, body }: { readonly url: string; readonly body: string }) => {
  const posting = request(url, { method: 'POST', agent }, (response) => response.resume());
  posting.on('error', (error) => console.error(`An alert could not be posted: ${error.message}`));
  posting.end(body);
});
process.on('disconnect', () => process.exit());
