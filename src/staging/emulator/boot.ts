/**
 * Is what the emulator's Python runs: it binds a free port of the loopback itself, so that no port is guessed or
 * raced for, listens on it before it tells it as one JSON line on stdout (whoever calls at once waits, and is not refused), and ends with its whole process group as soon as stdin closes.
 * Accepted connections inherit TCP_NODELAY; asyncio does not set it on a socket that it was handed.
 * https://hypercorn.readthedocs.io/en/latest/how_to_guides/binds.html
 */
export const bootScript = `
import os, signal, socket, sys, threading

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
port = listener.getsockname()[1]
os.environ["GATEWAY_PORT"] = str(port)

answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def end_with_parent():
    while os.read(0, 4096):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()

import asyncio
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app

config = Config()
config.bind = ["fd://%d" % listener.fileno()]
config.keep_alive_timeout = 3600
config.loglevel = "WARNING"


async def main():
    print('{"ready":true,"port":%d}' % port, file=answer, flush=True)
    await serve(app, config)


asyncio.run(main())
`;
