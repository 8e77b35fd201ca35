"""Receiver: Alertmanager's webhook, of which only the heartbeat is heard.

POST /api/v1/watchdog takes a body as Alertmanager sends it (version 4); a beat is an alert named
Watchdog that fires. Anything else is refused and is no beat.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from netmon.api.answer import error, text

PATH: Final = "/api/v1/watchdog"
MAX_OCTETS: Final = 256 * 1024


def make_application(beat: Callable[[], None], token: str) -> web.Application:
    """Make the application that calls `beat` for each heartbeat; an empty token asks for none."""

    async def receive(request: web.Request) -> web.Response:
        if token and not _is_allowed(request, token):
            return error(401, "the bearer token is missing or wrong", WWW_Authenticate="Bearer")
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            return error(400, "the body must be JSON as Alertmanager's webhook sends it")
        if not is_heartbeat(body):
            return error(422, "no alert of the body is a firing Watchdog")
        beat()
        return text("heard\n")

    async def healthy(_request: web.Request) -> web.Response:
        return text("watching\n")

    application = web.Application(client_max_size=MAX_OCTETS)
    application.add_routes([web.post(PATH, receive), web.get("/-/healthy", healthy)])
    return application


def is_heartbeat(body: Any) -> bool:
    """Say whether a webhook's body holds a firing Watchdog."""
    alerts = body.get("alerts") if isinstance(body, dict) else None
    return isinstance(alerts, list) and any(_is_watchdog(alert) for alert in alerts)


def _is_watchdog(alert: Any) -> bool:
    if not isinstance(alert, dict) or alert.get("status") != "firing":
        return False
    labels = alert.get("labels")
    return isinstance(labels, dict) and labels.get("alertname") == "Watchdog"


def _is_allowed(request: web.Request, token: str) -> bool:
    said = request.headers.get("Authorization", "")
    expected = f"Bearer {token}"
    return hmac.compare_digest(said.encode("utf-8", "replace"), expected.encode())
