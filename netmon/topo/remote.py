"""Remote: the same question to a running netmon, about its network as it is now; only GET."""

import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from netmon.planning.options import PlanningError

MOST_OCTETS: Final = 64 * 2**20
SECONDS: Final = 150.0  # netmon answers or gives up in two minutes
_CONNECTIONS: Final = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}


def ask_running(url: str, question: str, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the answer as JSON values.

    Raises PlanningError with the address, and with netmon's own words where it refuses.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise PlanningError(f"--url: {error}") from None
    kind = _CONNECTIONS.get(parts.scheme)
    if kind is None or parts.hostname is None or parts.username is not None:
        raise PlanningError("--url must be that of a netmon, as http://127.0.0.1:9877")
    target = f"{parts.path.rstrip('/')}/api/v1/topology/{quote(question)}?"
    target += urlencode([(name, one) for name, texts in given.items() for one in texts])
    try:
        connection = kind(parts.netloc, timeout=SECONDS)
        try:
            connection.request("GET", target)
            with connection.getresponse() as reply:
                status, body = reply.status, reply.read(MOST_OCTETS + 1)
        finally:
            connection.close()
        told = json.loads(body) if len(body) <= MOST_OCTETS else None
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        words = str(error) or type(error).__name__
        raise PlanningError(f"{url}: no answer of a netmon: {words}") from None
    if not isinstance(told, dict):
        raise PlanningError(f"{url}: no answer of a netmon")
    if status != http.HTTPStatus.OK:
        raise PlanningError(f"{url}: {status}: {told.get('detail', 'refused')}")
    return told
