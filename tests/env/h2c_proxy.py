"""Makes the BuildKit inside a Docker Engine look like a daemon of its own: `h2c_proxy.py LISTEN.sock DOCKER.sock`.

Each connection to LISTEN asks the Engine for an upgrade to h2c, and is then passed on byte by byte.
"""

import asyncio
import os
import sys

UPGRADE = b"POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n"


# The loop itself holds its tasks weakly: one that waits for a connection nobody else holds would be collected.
SERVING = set()


async def pass_on(reader, writer):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def serve(docker, reader, writer):
    """One client. A refusal closes its connection, and is told in the log."""
    try:
        from_engine, to_engine = await asyncio.open_unix_connection(docker)
    except OSError as why:
        print(f"{docker}: {why}", file=sys.stderr, flush=True)
        writer.close()
        return
    try:
        to_engine.write(UPGRADE)
        answer = await from_engine.readuntil(b"\r\n\r\n")
        if answer.startswith(b"HTTP/1.1 101"):
            await asyncio.gather(pass_on(reader, to_engine), pass_on(from_engine, writer))
        else:
            print(f"the Engine refused: {answer!r}", file=sys.stderr, flush=True)
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()
        to_engine.close()


def accept(docker, reader, writer):
    task = asyncio.ensure_future(serve(docker, reader, writer))
    SERVING.add(task)
    task.add_done_callback(SERVING.discard)


async def main(listen, docker):
    if os.path.exists(listen):
        os.unlink(listen)
    server = await asyncio.start_unix_server(lambda reader, writer: accept(docker, reader, writer), listen)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
