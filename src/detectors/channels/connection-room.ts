import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ChannelContext } from '../../model/detector.ts';

/** Who has sent no whole head for so long after connecting has no alert under way. */
const silentFromMs = 1000;

export interface ConnectionRoom {
  /** Notes that the whole head of a request came: from now on the connection is not cut off for want of room. */
  readonly heard: (socket: Socket) => void;
}

/**
 * Holds a server to `most` connections at once. One more takes the place of the one that has been silent for longest, so
 * that whoever knows no token cannot keep out who does; only where all have asked for something is it dropped. Counts as
 * overload whatever may have cost an alert.
 */
export function holdConnections(server: Server, ctx: ChannelContext, most: number): ConnectionRoom {
  const open = new Set<Socket>();
  const silentSince = new Map<Socket, number>();
  const forget = (socket: Socket) => {
    open.delete(socket);
    silentSince.delete(socket);
  };
  const cutOff = (socket: Socket) => {
    forget(socket);
    socket.destroy();
  };
  server.on('connection', (socket) => {
    const nowMonoMs = ctx.clock.monoMs();
    const [oldest] = open.size < most ? [] : silentSince;
    if (oldest !== undefined) cutOff(oldest[0]);
    if (oldest !== undefined && nowMonoMs - oldest[1] >= silentFromMs)
      ctx.refuse('a connection that had sent no request when others needed its place');
    else if (oldest !== undefined || open.size >= most) ctx.overload(`more than ${most} connections at once`);
    if (open.size >= most) {
      socket.destroy();
      return;
    }
    open.add(socket);
    silentSince.set(socket, nowMonoMs);
    socket.once('close', () => forget(socket));
  });
  return { heard: (socket) => silentSince.delete(socket) };
}
