"""NetBox asked over HTTP: all pages of what a network is made of, within caps of size and time.

Only GET, only http and https, no redirects, and never a page from elsewhere than the first: the
token stays with the host it is for. What the answers mean is for `topology.formats.netbox`.
"""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from topology.errors import NetworkError
from topology.formats.netbox import Answers, Object

SCHEMES: Final = ("https", "http")

# Where each kind of object is.
_PATHS: Final = {
    "sites": "dcim/sites/",
    "devices": "dcim/devices/",
    "interfaces": "dcim/interfaces/",
    "cables": "dcim/cables/",
    "circuits": "circuits/circuits/",
}
_PAGE: Final = 500
_CHUNK: Final = 65_536
_LONGEST: Final = 2_000  # address of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What one fetch may cost at most, all pages together."""

    octets: int = 64 * 2**20
    seconds: float = 60.0
    pages: int = 2_000


DEFAULT_CAPS: Final = Caps()


def fetch(
    url: str,
    token: str,
    *,
    caps: Caps = DEFAULT_CAPS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Answers:
    """Return everything that a NetBox has; blocks, so ask from a thread.

    `url` is that of the NetBox itself, `https://netbox.example/`. Raises NetworkError with the
    address and what was wrong with the answer; the token is in none of them.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError as error:
        raise NetworkError(f"{url}: {error}") from None
    if parts.scheme not in SCHEMES:
        raise NetworkError(f"{url}: the scheme must be {' or '.join(SCHEMES)}")
    if parts.hostname is None or parts.username is not None:
        raise NetworkError(f"{parts.scheme}://…: a host is needed, and the token goes by itself")
    if not token.isascii() or not token.isprintable():
        raise NetworkError(f"{url}: the token may hold printable ASCII characters only")
    session = _Session(parts, token, caps, monotonic)
    found = {kind: session.pages(path) for kind, path in _PATHS.items()}
    return Answers(**found)


class _Session:
    """What is left of the caps, and to whom the token may go."""

    def __init__(
        self, parts: SplitResult, token: str, caps: Caps, monotonic: Callable[[], float]
    ) -> None:
        self._parts, self._token, self._caps, self._monotonic = parts, token, caps, monotonic
        self._octets, self._pages = 0, 0
        self._deadline = monotonic() + caps.seconds

    def pages(self, path: str) -> list[Object]:
        """Return the objects of all pages below one path."""
        found: list[Object] = []
        target: str | None = f"{self._parts.path.rstrip('/')}/api/{path}?limit={_PAGE}"
        while target is not None:
            where = f"{self._parts.scheme}://{self._parts.netloc}{target}"
            self._pages += 1
            if self._pages > self._caps.pages:
                raise NetworkError(f"{where}: more than {self._caps.pages} pages")
            page = self._get(target, where)
            results, following = page.get("results"), page.get("next")
            if not isinstance(results, list) or not all(isinstance(e, dict) for e in results):
                raise NetworkError(f"{where}: no list of results; is this a NetBox?")
            found += results
            target = None if following is None else self._same_host(following, where)
        return found

    def _same_host(self, following: object, where: str) -> str:
        """Return path and query of the next page; behind a proxy its scheme may be another."""
        try:
            parts = urlsplit(following) if isinstance(following, str) else None
        except ValueError:
            parts = None
        if parts is None or parts.hostname != self._parts.hostname:
            raise NetworkError(
                f"{where}: the next page is on another host, {str(following)[:80]!r}"
            )
        target = f"{parts.path}?{parts.query}"
        if not (target.isascii() and target.isprintable() and len(target) <= _LONGEST):
            raise NetworkError(f"{where}: the next page has no address, {target[:80]!r}")
        return target

    def _get(self, target: str, where: str) -> dict[str, object]:
        kind = (
            http.client.HTTPSConnection
            if self._parts.scheme == "https"
            else http.client.HTTPConnection
        )
        connection = kind(self._parts.netloc, timeout=self._left(where))
        headers = {"Authorization": f"Token {self._token}", "Accept": "application/json"}
        try:
            connection.connect()
            with _cut_off(connection.sock, self._left(where)):
                connection.request("GET", target, headers=headers)
                with connection.getresponse() as answer:
                    if answer.status != http.HTTPStatus.OK:
                        said = f"{answer.status} {answer.reason[:60]}"
                        raise NetworkError(f"{where}: answered {said}")
                    body = self._body(answer, connection, where)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._left(where)
            raise NetworkError(f"{where}: {str(error) or type(error).__name__}") from error
        finally:
            connection.close()
        self._left(where)
        try:
            page = json.loads(body)
        except (ValueError, RecursionError):
            raise NetworkError(f"{where}: the answer is no JSON") from None
        if not isinstance(page, dict):
            raise NetworkError(f"{where}: the answer is no page of results")
        return page

    def _body(
        self,
        answer: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        where: str,
    ) -> bytes:
        """Read in pieces, so that a slow or endless answer ends at the caps."""
        body = bytearray()
        while piece := answer.read1(_CHUNK):
            body += piece
            self._octets += len(piece)
            if self._octets > self._caps.octets:
                raise NetworkError(f"{where}: more than {self._caps.octets:,} octets in all")
            left = self._left(where)
            if connection.sock is not None:
                connection.sock.settimeout(left)
        return bytes(body)

    def _left(self, where: str) -> float:
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise NetworkError(f"{where}: took more than {self._caps.seconds:g} s in all")
        return left


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Hang up after a while, whatever is being read.

    A timeout of a socket begins anew with each octet: a head that drips, 100 Continue for ever and
    endless trailers, all read by the standard library, would else never end.
    """

    def hang_up() -> None:
        with suppress(OSError):  # closed already
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
