"""Peers that are slow, half said or enormous (reliability: slowloris and its kin)."""

import asyncio
import contextlib
import socket
import time
from dataclasses import replace

import pytest

from netmon import loop
from netmon.api.server import ApiSettings, ListenError, RunningServer, open_listener, serve
from tests.netmon.api.asking import parse, send, served
from tests.netmon.api.story import make_source

POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n"
QUICK = ApiSettings(
    port=0, head_timeout_seconds=0.3, exchange_timeout_seconds=0.5, idle_timeout_seconds=0.4
)
GET = b"GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\n"


# Whose idle connections may wait for long, as in service: nothing but the guard ends these.
PATIENT = replace(QUICK, idle_timeout_seconds=60.0)


def _seconds_open(first: bytes, drip: bytes, settings: ApiSettings) -> float:
    """Return how long the server bears a peer that sends a beginning and then drips."""

    async def ask(server: RunningServer) -> float:
        reader, writer = await asyncio.open_connection(*server.address)
        began = time.monotonic()
        writer.write(first)

        async def dripping() -> None:
            while drip:
                await asyncio.sleep(0.05)
                writer.write(drip)

        task = asyncio.create_task(dripping())
        try:
            while await asyncio.wait_for(reader.read(65536), 5):
                pass
        except ConnectionResetError:
            pass
        task.cancel()
        writer.close()
        return time.monotonic() - began

    return served(make_source(), ask, settings)


@pytest.mark.parametrize(
    ("first", "drip", "settings"),
    [
        (b"", b"", PATIENT),
        (b"GET / HTTP/1.1\r\nHost: ", b"", PATIENT),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X: y\r\n", PATIENT),
        (GET + b"\r\n", b"", QUICK),
        (GET + b"\r\n", b"G", PATIENT),
        (GET + b"Content-Length: 1000000\r\n\r\n", b"x", PATIENT),
        (GET + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", PATIENT),
    ],
    ids=["silent", "half head", "drip head", "idle", "drip second head", "drip body", "chunks"],
)
def test_no_peer_holds_a_connection_by_being_slow(
    first: bytes, drip: bytes, settings: ApiSettings
) -> None:
    assert _seconds_open(first, drip, settings) < 2.5


def test_a_peer_that_does_not_read_is_dropped() -> None:
    source = make_source(metrics=b"x" * 40_000_000)

    async def ask(server: RunningServer) -> tuple[int, int]:
        client = socket.create_connection(server.address)
        client.setblocking(False)
        running = asyncio.get_running_loop()
        await running.sock_sendall(client, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asyncio.sleep(1.2)  # its deadline is 0.5 s; the time itself is the subject
        octets = 0
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(5):
                while chunk := await running.sock_recv(client, 1 << 20):
                    octets += len(chunk)
        client.close()
        return server.statistics.timeouts, octets

    timeouts, octets = served(source, ask, QUICK)
    assert timeouts == 1
    assert octets < 40_000_000  # what the kernel had taken; the rest was dropped with its peer


def test_requests_share_a_connection_and_outlive_the_head_timeout() -> None:
    async def ask(server: RunningServer) -> bytes:
        reader, writer = await asyncio.open_connection(*server.address)
        for _ in range(3):
            writer.write(GET + b"\r\n")
            assert b"200 OK" in await reader.readuntil(b"healthy\n")
            await asyncio.sleep(0.25)
        writer.write(GET + b"Connection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer

    assert b"200 OK" in served(make_source(), ask, QUICK)


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX\x00: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n folded: MARK\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03MARK\r\n\r\n",
        b"MARK\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        GET + b"Expect: MARK\r\nConnection: close\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: MARK\r\nConnection: close\r\n\r\n",
    ],
    ids=[
        "field",
        "fields",
        "line",
        "nul",
        "folded",
        "smuggled",
        "tls",
        "word",
        "version",
        "expect",
        "expect nowhere",
    ],
)
def test_what_is_no_request_is_refused_without_an_echo(octets: bytes) -> None:
    async def ask(server: RunningServer) -> bytes:
        return await send(server, octets)

    answer = served(make_source(), ask, QUICK)
    assert not answer or parse(answer).status in (400, 413, 417, 421)
    assert b"MARK" not in answer
    assert b"aiohttp" not in answer
    if answer:
        assert parse(answer).headers["x-content-type-options"] == "nosniff"


def test_an_enormous_head_ends_its_connection_at_once() -> None:
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 300_000

    async def ask(server: RunningServer) -> tuple[bytes, int]:
        return await send(server, head), server.statistics.oversized

    began = time.monotonic()
    assert served(make_source(), ask) == (b"", 1)
    assert time.monotonic() - began < 10  # the head's own deadline is 15 s


def test_a_request_with_two_hosts_is_refused() -> None:
    async def ask(server: RunningServer) -> bytes:
        return await send(server, GET + b"Host: evil.example\r\nConnection: close\r\n\r\n")

    assert parse(served(make_source(), ask)).status == 400


def test_connections_above_the_limit_are_dropped_and_counted() -> None:
    settings = ApiSettings(port=0, max_connections=5)

    async def ask(server: RunningServer) -> tuple[int, int]:
        pairs = [await asyncio.open_connection(*server.address) for _ in range(12)]
        closed = 0
        for reader, _ in pairs:
            try:
                async with asyncio.timeout(0.2):
                    await reader.read()
                    closed += 1
            except TimeoutError:
                pass
            except ConnectionResetError:
                closed += 1
        for _, writer in pairs:
            writer.close()
        return closed, server.statistics.refused

    assert served(make_source(), ask, settings) == (7, 7)


def test_a_thousand_slow_peers_do_not_keep_a_scrape_out() -> None:
    settings = ApiSettings(port=0, head_timeout_seconds=0.3, max_connections=64)

    async def ask(server: RunningServer) -> bytes:
        crowd = []
        for _ in range(1000):
            try:
                crowd.append(await asyncio.open_connection(*server.address))
            except OSError:
                continue
        await asyncio.sleep(0.5)
        answer = await send(server, GET + b"Connection: close\r\n\r\n")
        for _, writer in crowd:
            writer.close()
        return answer

    assert parse(served(make_source(), ask, settings)).status == 200


def test_a_socket_opened_before_is_served() -> None:
    settings = ApiSettings(port=0)
    listener = open_listener(settings)
    expected = listener.getsockname()

    async def live() -> tuple[tuple[str, int], bytes]:
        server = await serve(make_source(), settings, listener=listener)
        answer = await send(server, GET + b"Connection: close\r\n\r\n")
        await server.close()
        return server.address, answer

    address, answer = loop.run(live())
    assert address == expected
    assert b"200 OK" in answer


def test_a_closed_server_frees_its_port() -> None:
    async def ask(server: RunningServer) -> tuple[str, int]:
        return server.address

    address = served(make_source(), ask)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_a_taken_port_is_told_with_what_would_be_right() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=r"choose another api\.host or api\.port"):
            open_listener(ApiSettings(port=port))


def test_a_foreign_address_is_told_with_what_would_be_right() -> None:
    with pytest.raises(ListenError, match=r"api\.host"):
        open_listener(ApiSettings(host="198.51.100.7", port=0))


def test_ipv6_is_served_in_brackets() -> None:
    async def ask(server: RunningServer) -> tuple[str, bytes]:
        return server.url, await send(server, GET + b"Connection: close\r\n\r\n")

    url, answer = served(make_source(), ask, ApiSettings(host="::1", port=0))
    assert url.startswith("http://[::1]:")
    assert b"200 OK" in answer


def test_listening_beyond_this_machine_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    open_listener(ApiSettings(host="0.0.0.0", port=0)).close()
    assert "put a proxy before it" in caplog.text


@pytest.mark.parametrize("path", [b"/", b"/metrics", b"/nowhere"])
@pytest.mark.parametrize(("method", "status"), [(b"GET", 413), (b"POST", 405)])
def test_nobody_is_asked_to_send_a_body(method: bytes, status: int, path: bytes) -> None:
    asked = POST.replace(b"POST /", method + b" " + path)

    async def ask(server: RunningServer) -> bytes:
        return await send(server, asked + b"Connection: close\r\n\r\n")

    answer = served(make_source(), ask)
    assert b"100 Continue" not in answer
    assert parse(answer).status == status


@pytest.mark.parametrize(
    "host",
    [
        "[::1]evil.com",
        "[::1",
        "[::1]:80:80",
        "127.0.0.1:evil.com",
        "[::1]]",
        "localhost:80@evil.com",
    ],
)
def test_what_only_begins_like_an_address_is_no_host_of_ours(host: str) -> None:
    async def ask(server: RunningServer) -> bytes:
        head = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        return await send(server, head.encode())

    assert parse(served(make_source(), ask)).status in (400, 421)


@pytest.mark.parametrize("host", ["[::1]", "[::1]:9780", "127.0.0.1:", "localhost:9780"])
def test_an_address_with_or_without_its_port_is_ours(host: str) -> None:
    async def ask(server: RunningServer) -> bytes:
        head = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        return await send(server, head.encode())

    assert parse(served(make_source(), ask)).status == 200
