"""Routes: which address answers what. Only GET and HEAD exist; nothing here changes anything."""

import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from importlib import resources
from typing import Any, Final, TypeVar

from aiohttp import web

from netmon.api.answer import METHODS, answer, document, error, text
from netmon.api.document import (
    incident_document,
    link_documents,
    open_incidents,
    ranked,
    site_documents,
)
from netmon.api.guard import GuardedConnection
from netmon.api.page import status_page
from netmon.api.source import Source
from netmon.api.topology import BusyError, Planner, TooLargeError
from netmon.api.wording import rfc3339
from netmon.incidents import Incident, Phase
from netmon.planning.options import PlanningError
from topology.model import LinkId

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
IdT = TypeVar("IdT", bound=str)

_PORT: Final = re.compile(r"(:[0-9]{0,5})?")  # RFC 3986 §3.2.3: it may be empty

PAGE_DEFAULT: Final = 200
PAGE_MAX: Final = 500  # some 20 ms of the event loop, which polling shares
STATIC: Final[dict[str, str]] = {
    "netmon.css": "text/css; charset=utf-8",
    "netmon.js": "text/javascript; charset=utf-8",
    "netmon.svg": "image/svg+xml",
}


class Routes:
    """The answers, over one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._planner = Planner(source)
        # Read once: no path of a request ever reaches the file system.
        folder = resources.files("netmon.api") / "web"
        self._static = {name: (folder / name).read_bytes() for name in STATIC}

    def table(self) -> list[web.RouteDef]:
        """List the addresses; aiohttp answers HEAD wherever GET is."""
        handlers: dict[str, Handler] = {
            "/": self.page,
            "/metrics": self.metrics,
            "/-/healthy": self.healthy,
            "/-/ready": self.ready,
            "/api/v1/links": self.links,
            "/api/v1/links/{id:.+}": self.link,
            "/api/v1/incidents": self.incidents,
            "/api/v1/sites": self.sites,
            "/api/v1/topology": self.questions,
            "/api/v1/topology/{question}": self.topology,
            "/static/{name}": self.static,
        }
        told = [web.get(path, each, expect_handler=_expect) for path, each in handlers.items()]
        # The router's own 404 and 405 would first tell whoever asks to send a body.
        return [*told, web.route("*", "/{rest:.*}", self.nothing, expect_handler=_expect)]

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        """Answer a scrape, in the format that was asked for."""
        accept = ",".join(request.headers.getall("Accept", []))
        accept_encoding = ",".join(request.headers.getall("Accept-Encoding", []))
        content_type, body, headers = await self._source.render_metrics(accept, accept_encoding)
        response = answer(body, content_type)
        response.headers.update(headers)
        return response

    async def healthy(self, request: web.Request) -> web.StreamResponse:
        """Say whether netmon should be left running."""
        return _probe("healthy", self._source.unhealthy())

    async def ready(self, request: web.Request) -> web.StreamResponse:
        """Say whether what netmon tells can be relied on: not before the first judgement."""
        reasons = list(self._source.unready())
        if self._source.judgement is None and not reasons:
            reasons = ["the network is not judged yet"]
        return _probe("ready", reasons)

    async def links(self, request: web.Request) -> web.StreamResponse:
        """List links, in the inventory's order, a page at a time."""
        _allow_only(request, {"limit", "after"})
        every = self._source.network.links
        ids, following = _paged(request, every)
        found = link_documents(self._source, ids)
        return document(self._stamped() | _listed("links", found, len(every), following))

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Tell everything known of one link."""
        _allow_only(request, set())
        link = LinkId(request.match_info["id"])
        if link not in self._source.network.links:
            raise _RefusedError(404, "no link has this id; /api/v1/links lists them")
        return document(self._stamped() | link_documents(self._source, [link])[0])

    async def incidents(self, request: web.Request) -> web.StreamResponse:
        """List incidents, worst first; ?phase=open: all that are not closed."""
        _allow_only(request, {"phase"})
        found = _in_phase(self._source.incidents, request.query.get("phase"))
        documents = [incident_document(incident) for incident in found[:PAGE_MAX]]
        return document(self._stamped() | _listed("incidents", documents, len(found), None))

    async def sites(self, request: web.Request) -> web.StreamResponse:
        """List sites, in the inventory's order, a page at a time."""
        _allow_only(request, {"limit", "after"})
        every = self._source.network.sites
        ids, following = _paged(request, every)
        found = site_documents(self._source, ids)
        return document(self._stamped() | _listed("sites", found, len(every), following))

    async def questions(self, request: web.Request) -> web.StreamResponse:
        """List what can be asked of the topology."""
        _allow_only(request, set())
        return document(self._stamped() | await self._planner.questions())

    async def topology(self, request: web.Request) -> web.StreamResponse:
        """Answer a planner's question; an answer that cannot be given is 422."""
        name = request.match_info["question"]
        if not await self._planner.knows(name):
            raise _RefusedError(404, "there is no such question; /api/v1/topology lists them")
        given = {key: request.query.getall(key) for key in request.query}
        if isinstance(request.protocol, GuardedConnection):
            request.protocol.exchange_may_take(self._planner.longest_seconds)
        try:
            found = await self._planner.answer(name, given)
        except PlanningError as refused:
            raise _RefusedError(422, str(refused)) from refused
        except TooLargeError as refused:
            raise _RefusedError(413, str(refused)) from refused
        except BusyError as busy:
            raise _RefusedError(503, str(busy), Retry_After="60") from busy
        return document(found if "features" in found else self._stamped() | found)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Show the state to people."""
        _allow_only(request, set())
        page = status_page(self._source)
        return answer(page.encode("utf-8", "replace"), "text/html; charset=utf-8")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Answer with one of the page's few files, by exact name."""
        name = request.match_info["name"]
        if name not in STATIC:
            raise _RefusedError(404, "there is no such file")
        return answer(self._static[name], STATIC[name], cache="max-age=300")

    async def nothing(self, request: web.Request) -> web.StreamResponse:
        """Answer for every other address."""
        raise _RefusedError(404, "there is nothing at this address; see /")

    def _stamped(self) -> dict[str, Any]:
        return {
            "at": rfc3339(self._source.now),
            "data_age_seconds": self._source.data_age_seconds,
        }


def fence(hosts: Collection[str]) -> Any:
    """Make the middleware around every route.

    It lets only GET and HEAD in, no body, and no foreign Host: a page of some other site whose name
    was re-pointed at us (DNS rebinding) would else read the network through a browser inside. It
    turns every error into a problem document without a trace of the request or of our inside.
    """
    known = frozenset(host.lower() for host in hosts) | {"localhost"}

    @web.middleware
    async def fenced(request: web.Request, handler: Handler) -> web.StreamResponse:
        if isinstance(request.protocol, GuardedConnection):
            request.protocol.exchange_began()
        try:
            _admit(request, known)
            return await handler(request)
        except _RefusedError as refused:
            return error(refused.status, refused.detail, **refused.headers)
        except web.HTTPException as exception:  # the router's 404 and 405
            return error(exception.status, "there is nothing at this address; see /")
        except Exception:  # noqa: BLE001 - the API's fence: one request's fault ends with it
            _log.exception("an answer failed")
            return error(500, "netmon could not answer; its log says why")

    return fenced


class _RefusedError(Exception):
    """A request that is not answered, and why: our words, never the request's."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """Ask nobody to send a body, as aiohttp would (100 Continue): the fence refuses it instead."""
    if request.headers.get("Expect", "").lower() != "100-continue":
        return error(417, "netmon meets no such expectation")  # RFC 9110 §10.1.1
    return None


def _admit(request: web.Request, known: Collection[str]) -> None:
    if request.method not in METHODS:
        raise _RefusedError(405, "only GET and HEAD: netmon only tells", Allow=", ".join(METHODS))
    if request.can_read_body:
        raise _RefusedError(413, "a request here has no body")
    if len(request.headers.getall("Host", [])) > 1:
        raise _RefusedError(400, "a request has one Host")  # RFC 9112 §3.2
    if not _is_ours(request.headers.get("Host", ""), known):
        raise _RefusedError(421, "ask by address, or add the name to api.allowed_hosts")


def _is_ours(host: str, known: Collection[str]) -> bool:
    """Whether a Host names us: an address cannot be re-pointed, a name must be known."""
    bracketed = host.startswith("[")
    name, ended, port = host[1:].partition("]") if bracketed else host.partition(":")
    if not bracketed:
        port = ended + port
    if not _PORT.fullmatch(port) or (bracketed and not ended):
        return False
    name = name.lower().rstrip(".")
    if not name or name in known:  # HTTP/1.0 probes send none
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _allow_only(request: web.Request, names: Collection[str]) -> None:
    given = set(request.query)
    if not given <= set(names):
        known = ", ".join(sorted(names)) or "none"
        raise _RefusedError(400, f"unknown query parameter; known here: {known}")
    if any(len(request.query.getall(name)) > 1 for name in given):
        raise _RefusedError(400, "a query parameter is given once")


def _paged(request: web.Request, every: Mapping[IdT, Any]) -> tuple[list[IdT], IdT | None]:
    """Return one page of ids, and the id after which the next one begins."""
    limit = _limit(request.query.get("limit"))
    ids = list(every)
    start = 0
    if "after" in request.query:
        places: dict[str, int] = {one: place for place, one in enumerate(ids)}
        after = places.get(request.query["after"])
        if after is None:
            raise _RefusedError(404, "nothing has the id given as after; begin again without it")
        start = after + 1
    chosen = ids[start : start + limit]
    return chosen, chosen[-1] if start + limit < len(ids) else None


def _limit(given: str | None) -> int:
    if given is None:
        return PAGE_DEFAULT
    # isdecimal alone admits other scripts' digits
    if not (given.isascii() and given.isdecimal() and len(given) <= 5):
        raise _RefusedError(400, f"limit is a whole number from 1 to {PAGE_MAX}")
    if not 1 <= int(given) <= PAGE_MAX:
        raise _RefusedError(400, f"limit is a whole number from 1 to {PAGE_MAX}")
    return int(given)


def _in_phase(incidents: Sequence[Incident], phase: str | None) -> list[Incident]:
    if phase is None:
        return ranked(incidents)
    if phase == Phase.OPEN:
        return open_incidents(incidents)
    if phase not in {one.value for one in Phase}:
        raise _RefusedError(400, f"phase is one of {', '.join(Phase)}")
    return ranked([incident for incident in incidents if incident.phase == phase])


def _listed(
    name: str, documents: list[dict[str, Any]], total: int, following: str | None
) -> dict[str, Any]:
    return {name: documents, "total": total, "next_after": following}


def _probe(word: str, reasons: Sequence[str]) -> web.StreamResponse:
    if reasons:
        return text(f"not {word}:\n" + "".join(f"- {reason}\n" for reason in reasons), status=503)
    return text(f"{word}\n")
