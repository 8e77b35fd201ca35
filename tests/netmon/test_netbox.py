import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from netmon.netbox import Caps, fetch
from tests.topology.formats.netbox_objects import ANSWERS
from topology.errors import NetworkError
from topology.formats.netbox import Answers, read

Answer = Callable[[BaseHTTPRequestHandler, str], None]

KINDS = {
    "/api/dcim/sites/": ANSWERS.sites,
    "/api/dcim/devices/": ANSWERS.devices,
    "/api/dcim/interfaces/": ANSWERS.interfaces,
    "/api/dcim/cables/": ANSWERS.cables,
    "/api/circuits/circuits/": ANSWERS.circuits,
}


@contextmanager
def netbox(answer: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve on loopback; yields the URL and the headers of every request."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers.items()))
            answer(self, self.path)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def pages_of_two(handler: BaseHTTPRequestHandler, path: str) -> None:
    """Answer as NetBox does, two objects a page."""
    bare, _, query = path.partition("?")
    asked = dict(part.split("=") for part in query.split("&"))
    offset = int(asked.get("offset", "0"))
    objects = KINDS[bare]
    host = handler.headers["Host"]
    more = f"http://{host}{bare}?limit=2&offset={offset + 2}"
    page = {
        "count": len(objects),
        "next": more if offset + 2 < len(objects) else None,
        "previous": None,
        "results": list(objects[offset : offset + 2]),
    }
    send(handler, json.dumps(page).encode())


def text(body: bytes, status: int = 200) -> Answer:
    return lambda handler, _: send(handler, body, status)


def test_all_pages_of_all_kinds_are_fetched_and_read_as_a_network() -> None:
    with netbox(pages_of_two) as (url, seen):
        answers = fetch(url, "s3cret")
    assert answers == Answers(
        sites=list(ANSWERS.sites), devices=list(ANSWERS.devices),
        interfaces=list(ANSWERS.interfaces), cables=list(ANSWERS.cables),
        circuits=list(ANSWERS.circuits),
    )  # fmt: skip
    assert {headers["Authorization"] for headers in seen} == {"Token s3cret"}
    assert len(seen) == 1 + 2 + 3 + 3 + 1
    assert len(read(answers, "netbox").network(cores=["hq"]).links) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (text(b"{}", 403), "answered 403 Forbidden"),
        (text(b"", 302), "answered 302 Found"),
        (text(b"<html>"), "the answer is no JSON"),
        (text(b"[" * 100_000), "the answer is no JSON"),
        (text(b"[]"), "the answer is no page of results"),
        (text(b'{"results": [1]}'), "no list of results; is this a NetBox?"),
        (text(b'{"results": [], "next": "http://127.0.0.2/api/"}'),
         "the next page is on another host, 'http://127.0.0.2/api/'"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_netbox_is_refused_without_the_token(
    answer: Answer, words: str
) -> None:
    with netbox(answer) as (url, _), pytest.raises(NetworkError) as told:
        fetch(url, "s3cret")
    assert words in str(told.value)
    assert str(told.value).startswith(f"{url}api/dcim/sites/?limit=")
    assert "s3cret" not in str(told.value)


def test_pages_without_end_and_an_answer_without_end_are_cut_off() -> None:
    def again(handler: BaseHTTPRequestHandler, path: str) -> None:
        send(handler, json.dumps({"results": [], "next": f"http://127.0.0.1{path}"}).encode())

    with netbox(again) as (url, seen), pytest.raises(NetworkError, match="more than 7 pages"):
        fetch(url, "t", caps=Caps(pages=7))
    assert len(seen) == 7
    too_much = "more than 100,000 octets in all"
    with netbox(text(b" " * 200_000)) as (url, _), pytest.raises(NetworkError, match=too_much):
        fetch(url, "t", caps=Caps(octets=100_000))


def test_an_answer_that_trickles_ends_with_the_time_of_the_whole() -> None:
    def trickle(handler: BaseHTTPRequestHandler, path: str) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)  # the peer is slow, not the test
        except OSError:
            pass

    start = time.monotonic()
    with netbox(trickle) as (url, _), pytest.raises(NetworkError, match=r"took more than 0\.3 s"):
        fetch(url, "t", caps=Caps(seconds=0.3))
    assert time.monotonic() - start < 4


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "the scheme must be https or http"),
        ("gopher://127.0.0.1/", "the scheme must be https or http"),
        ("http://", "a host is needed"),
        ("http://user:word@127.0.0.1/", "a host is needed, and the token goes by itself"),
    ],
)
def test_only_http_to_a_host_is_asked(url: str, words: str) -> None:
    with pytest.raises(NetworkError) as told:
        fetch(url, "t")
    assert words in str(told.value)
    assert "word" not in str(told.value)


def test_a_token_cannot_bring_a_header_of_its_own() -> None:
    with pytest.raises(NetworkError, match="printable ASCII"):
        fetch("http://127.0.0.1:1/", "t\r\nX: y")


def test_nobody_there_is_told_with_the_address() -> None:
    with pytest.raises(NetworkError, match=r"^http://127\.0\.0\.1:1/api/dcim/sites/.*refused"):
        fetch("http://127.0.0.1:1/", "t")


DRIPS = {
    "a head": (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: a\r\n"),
}


@pytest.mark.parametrize("what", DRIPS)
def test_an_answer_that_drips_outside_its_body_ends_at_the_cap_too(what: str) -> None:
    first, again = DRIPS[what]

    def drip(handler: BaseHTTPRequestHandler, _path: str) -> None:
        with suppress(OSError):
            handler.wfile.write(first)
            for _ in range(100):
                handler.wfile.write(again)
                time.sleep(0.05)

    start = time.monotonic()
    with netbox(drip) as (url, _), pytest.raises(NetworkError, match=r"took more than 0\.3 s"):
        fetch(url, "secret", caps=Caps(seconds=0.3))
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("following", "words"),
    [
        ("http://[evil/", "the next page is on another host"),
        ("http://127.0.0.1/\x1b[2J", "the next page has no address, '/\\x1b[2J"),
        ("http://127.0.0.1/ä", "the next page has no address"),
        (f"http://127.0.0.1/{'a' * 5000}", "the next page has no address"),
    ],
)
def test_a_next_page_that_is_no_address_is_refused(following: str, words: str) -> None:
    def answer(handler: BaseHTTPRequestHandler, _path: str) -> None:
        send(handler, json.dumps({"results": [], "next": following}).encode())

    with netbox(answer) as (url, _), pytest.raises(NetworkError) as told:
        fetch(url, "secret")
    assert words in str(told.value)


@pytest.mark.parametrize("url", ["http://[x/", "http://127.0.0.1:abc/", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(NetworkError):
        fetch(url, "secret")
