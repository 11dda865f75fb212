"""The engines' way out: `registry_proxy.py PORT REGISTRY HOST...`. What they ask of the hosts named goes to the registry on
127.0.0.1, so that images of those hosts are there without a network; the rest goes where it should.

The registry speaks plain HTTP. An engine that tries TLS first sees an answer in plain HTTP, and tries that, since its settings
call these hosts insecure.
"""

import asyncio
import sys
from urllib.parse import urlsplit


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


async def serve(registry, hosts, reader, writer):
    """One connection: a tunnel (`CONNECT`), or requests for one host in plain HTTP."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, rest = head.split(b" ", 2)
        url = urlsplit(b"//" + target if method == b"CONNECT" else target)
        host, port = url.hostname.decode(), url.port or 80
        if host in hosts:
            host, port = registry.split(":")
        from_server, to_server = await asyncio.open_connection(host, port)
    except (OSError, ValueError, AttributeError, asyncio.IncompleteReadError):
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        return
    if method == b"CONNECT":
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    else:
        # One request for each connection: the next could be for another host.
        path = url._replace(scheme=b"", netloc=b"").geturl() or b"/"
        line, headers = rest.split(b"\r\n", 1)
        to_server.write(b" ".join((method, path, line)) + b"\r\nConnection: close\r\n" + headers)
    await asyncio.gather(pass_on(reader, to_server), pass_on(from_server, writer))
    to_server.close()
    writer.close()


def accept(registry, hosts, reader, writer):
    task = asyncio.ensure_future(serve(registry, hosts, reader, writer))
    SERVING.add(task)
    task.add_done_callback(SERVING.discard)


async def main(port, registry, *hosts):
    server = await asyncio.start_server(lambda reader, writer: accept(registry, hosts, reader, writer), "127.0.0.1", int(port))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
