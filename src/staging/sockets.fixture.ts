import { readdir, readFile, readlink } from 'node:fs/promises';

export interface Listener {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

/**
 * Lists the TCP sockets on which a process and its descendants listen, from `/proc` (Linux).
 * https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
 */
export async function listeners(rootPid: number): Promise<readonly Listener[]> {
  const sockets = new Map<string, { address: string; port: number }>();
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state === listening) sockets.set(inode, { address: readable(address), port: Number.parseInt(port, 16) });
    }
  }
  const found: Listener[] = [];
  for (const pid of await family(rootPid)) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      const socket = sockets.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
      if (socket !== undefined && !found.some(({ port }) => port === socket.port)) found.push({ pid, ...socket });
    }
  }
  return found;
}

const listening = '0A';

/** IPv4 stands in host byte order; an IPv6 address stays as it is, which is never the loopback of IPv4. */
function readable(hex: string): string {
  if (hex.length !== 8) return hex;
  return (hex.match(/../g) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

async function family(rootPid: number): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const members = [rootPid];
  for (const member of members) for (const [pid, parent] of parents) if (parent === member) members.push(pid);
  return members;
}

export async function openPorts(ports: readonly number[]): Promise<readonly number[]> {
  const open = await Promise.all(
    ports.map((port) =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => [port],
        () => [],
      ),
    ),
  );
  return open.flat();
}
