"""Asking the real server over a real socket, byte by byte, on the event loop that netmon has."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from netmon import loop
from netmon.api.server import ApiSettings, RunningServer, serve
from netmon.api.source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back until the server closed."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def served(
    source: Source,
    ask: Callable[[RunningServer], Awaitable[T]],
    settings: ApiSettings | None = None,
) -> T:
    """Serve a source on a free port while asking."""

    async def live() -> T:
        server = await serve(source, settings or ApiSettings(port=0))
        try:
            return await ask(server)
        finally:
            await server.close()

    return loop.run(live())


async def send(server: RunningServer, octets: bytes) -> bytes:
    """Send octets and return all that comes back until the server closes; a reset ends it too."""
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        writer.write(octets)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


def parse(octets: bytes) -> Reply:
    """Read one reply."""
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    return Reply(int(first.split()[1]), headers, body)


def get(
    source: Source,
    path: str,
    *,
    method: str = "GET",
    host: str = "127.0.0.1",
    headers: str = "",
    settings: ApiSettings | None = None,
) -> Reply:
    """Ask for one path."""
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"

    async def ask(server: RunningServer) -> bytes:
        return await send(server, request.encode("utf-8"))

    return parse(served(source, ask, settings))
