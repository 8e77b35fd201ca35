"""The API's server: its settings, its socket, its end."""

import asyncio
import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import Annotated, Final

from aiohttp import web
from annotated_types import Ge, Gt, Le

from netmon.api.guard import (
    MAX_FIELD_OCTETS,
    MAX_FIELDS,
    MAX_LINE_OCTETS,
    GuardedConnection,
    GuardLimits,
    GuardStatistics,
)
from netmon.api.routes import Routes, fence
from netmon.api.source import Source

_log = logging.getLogger(__name__)

_BACKLOG: Final = 128
_CLOSE_SECONDS: Final = 2.0


class ListenError(Exception):
    """The API cannot listen where it should; the message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Where the API listens and what a peer may take.

    The API has no accounts: beyond this machine put a proxy with TLS and accounts before it.
    """

    host: str = "127.0.0.1"  # numeric, or localhost
    port: Annotated[int, Ge(0), Le(65535)] = 9877  # 0: any free one
    allowed_hosts: tuple[str, ...] = ()  # names we may be called by, besides addresses
    head_timeout_seconds: Annotated[float, Gt(0)] = 15.0
    exchange_timeout_seconds: Annotated[float, Gt(0)] = 30.0
    idle_timeout_seconds: Annotated[float, Gt(0)] = 75.0
    max_connections: Annotated[int, Ge(1)] = 256

    def __post_init__(self) -> None:
        """Refuse a name that would have to be looked up, and what is neither."""
        try:
            ipaddress.ip_address("127.0.0.1" if self.host == "localhost" else self.host)
        except ValueError:
            raise ValueError(
                f"host must be an IP address of this machine or localhost, not {self.host[:64]!a}"
            ) from None


class RunningServer:
    """An API that listens, until it is closed."""

    def __init__(
        self,
        runner: web.AppRunner,
        server: asyncio.Server,
        address: tuple[str, int],
        statistics: GuardStatistics,
    ) -> None:
        self._runner = runner
        self._server = server
        self.address = address  # host and port as bound, never 0
        self.statistics = statistics

    @property
    def url(self) -> str:
        """Where people and Prometheus find it."""
        host, port = self.address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop listening, end every connection, free the port."""
        self._server.close()
        await self._runner.cleanup()
        await self._server.wait_closed()


def make_application(source: Source, settings: ApiSettings | None = None) -> web.Application:
    """Make the aiohttp application over a source."""
    settings = settings or ApiSettings()
    application = web.Application(
        middlewares=[fence({*settings.allowed_hosts, settings.host})], client_max_size=1024
    )
    application.add_routes(Routes(source).table())
    return application


def open_listener(settings: ApiSettings) -> socket.socket:
    """Open the API's socket; the demo does so before it enters a network namespace."""
    where = f"{settings.host} port {settings.port}"
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise ListenError(f"api.host {settings.host!r} must be an address of this machine") from exc
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as exc:
        listener.close()
        raise ListenError(
            f"cannot listen on {where}: {exc.strerror}; choose another api.host or api.port"
        ) from exc
    if not _is_loopback(listener):
        _log.warning("api: listening on %s without accounts: put a proxy before it", where)
    return listener


async def serve(
    source: Source, settings: ApiSettings, *, listener: socket.socket | None = None
) -> RunningServer:
    """Begin to answer; on a given listening socket, else on one opened as the settings say."""
    return await serve_application(make_application(source, settings), settings, listener=listener)


async def serve_application(
    application: web.Application, settings: ApiSettings, *, listener: socket.socket | None = None
) -> RunningServer:
    """Serve any application behind the guard; its own routes say who may ask what."""
    listener = listener or open_listener(settings)
    runner = web.AppRunner(application, shutdown_timeout=_CLOSE_SECONDS)
    await runner.setup()
    limits = GuardLimits(
        head_seconds=settings.head_timeout_seconds,
        exchange_seconds=settings.exchange_timeout_seconds,
        idle_seconds=settings.idle_timeout_seconds,
        connections=settings.max_connections,
    )
    statistics = GuardStatistics()
    loop = asyncio.get_running_loop()
    manager = runner.server
    if manager is None:
        raise RuntimeError("the runner was set up without a server")

    def connection() -> GuardedConnection:
        return GuardedConnection(
            manager,
            limits=limits,
            statistics=statistics,
            loop=loop,
            access_log=None,  # lines that a stranger writes
            lingering_time=0.0,  # a body is never waited for
            max_line_size=MAX_LINE_OCTETS,
            max_field_size=MAX_FIELD_OCTETS,
            max_headers=MAX_FIELDS,
            keepalive_timeout=settings.idle_timeout_seconds,
        )

    server = await loop.create_server(connection, sock=listener, backlog=_BACKLOG)
    host, port = listener.getsockname()[:2]
    return RunningServer(runner, server, (str(host), int(port)), statistics)


def _is_loopback(listener: socket.socket) -> bool:
    host = str(listener.getsockname()[0])
    return host.startswith("127.") or host == "::1"
