"""Answers: every response is made here, so that none lacks the headers that protect it."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from netmon.api.document import encode, problem

# No inline script or style, nothing from elsewhere, never inside a frame (OWASP ASVS 14.4).
PROTECTION: Final[dict[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "netmon",  # not the versions of what runs it
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
METHODS: Final = ("GET", "HEAD")


def answer(
    body: bytes, content_type: str, *, status: int = 200, cache: str = "no-store", **headers: str
) -> web.Response:
    """Make a response. Nothing is cached unless it says so: an old state is a false one."""
    return web.Response(
        status=status,
        body=body,
        headers={
            **PROTECTION,
            "Cache-Control": cache,
            "Content-Type": content_type,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


def document(content: dict[str, Any]) -> web.Response:
    """Answer with JSON."""
    return answer(encode(content), "application/json")


def text(words: str, *, status: int = 200) -> web.Response:
    """Answer with plain words, for probes and people with curl."""
    return answer(words.encode("utf-8", "replace"), "text/plain; charset=utf-8", status=status)


def error(status: int, detail: str, **headers: str) -> web.Response:
    """Answer what was wrong (RFC 9457). The detail is ours: nothing of the request is in it."""
    title = HTTPStatus(status).phrase
    body = encode(problem(status, title, detail))
    return answer(body, "application/problem+json", status=status, **headers)
