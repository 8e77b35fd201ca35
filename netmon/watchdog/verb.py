"""The verb `watchdog`: from the command line to a process that waits for silence."""

import argparse
import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from netmon import loop
from netmon.api.server import ApiSettings, serve_application
from netmon.watchdog.receiver import make_application
from netmon.watchdog.silence import News, Silence
from netmon.watchdog.telling import Mail, Ways, tell

EXIT_WRONG_INPUT: Final = 2
PORT: Final = 9879
LOOK_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


def add_verb(verbs: Any) -> None:
    """Add `watchdog` to the verbs of the command line."""
    verb = verbs.add_parser(
        "watchdog", help="raise an alarm of its own when Alertmanager's heartbeat stops"
    )
    verb.add_argument("--host", default="127.0.0.1", help="where to listen (numeric address)")
    verb.add_argument("--port", type=int, default=PORT, help=f"default {PORT}; 0: any free one")
    verb.add_argument("--name", default="netmon", help="of the installation, for the texts")
    verb.add_argument("--silent-seconds", type=_positive, default=180.0, metavar="S")
    verb.add_argument(
        "--again-seconds", type=_positive, default=3600.0, metavar="S", help="tell it again after"
    )
    verb.add_argument("--token-file", type=Path, metavar="FILE", help="the webhook's bearer token")
    verb.add_argument("--run", default="", metavar="PROGRAM", help="run it with the news: a siren")
    verb.add_argument("--mail-to", nargs="+", default=(), metavar="ADDRESS")
    verb.add_argument("--mail-from", default="", metavar="ADDRESS")
    verb.add_argument("--mail-server", default="", metavar="HOST[:PORT]")
    verb.add_argument("--mail-user", default="")
    verb.add_argument("--mail-password-file", type=Path, metavar="FILE")
    verb.add_argument("--mail-without-tls", action="store_true", help="no STARTTLS")
    verb.set_defaults(verb=lambda options: _watchdog(verb, options))


def _watchdog(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Watch until told to stop."""
    try:
        if not options.name.isprintable():
            raise ValueError("--name must be printable, on one line")
        ways = Ways(mail=_mail(options), program=options.run)
        token = _secret(options.token_file)
        settings = ApiSettings(host=options.host, port=options.port, max_connections=32)
    except ValueError as error:
        parser.error(str(error))
    silence = Silence(
        began=time.monotonic(),
        limit_seconds=options.silent_seconds,
        again_seconds=options.again_seconds,
    )
    loop.run(watch(silence, ways, settings, token=token, name=options.name))
    return 0


async def watch(
    silence: Silence,
    ways: Ways,
    settings: ApiSettings,
    *,
    token: str = "",
    name: str = "netmon",
    clock: Callable[[], float] = time.monotonic,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Receive heartbeats and tell of silence, until a signal or cancellation."""
    stopped = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            running.add_signal_handler(number, stopped.set)
    async with asyncio.TaskGroup() as telling:

        def news(found: News | None) -> None:
            if found is not None:
                telling.create_task(tell(ways, found, silence.seconds(clock()), name))

        server = await serve_application(
            make_application(lambda: news(silence.beat(clock())), token), settings
        )
        _log.info("watchdog: listening on %s", server.url)
        try:
            while not stopped.is_set():
                news(silence.look(clock()))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), look_seconds)
        finally:
            await server.close()


def _mail(options: argparse.Namespace) -> Mail | None:
    if not options.mail_to:
        return None
    if not options.mail_server or not options.mail_from:
        raise ValueError("--mail-to needs --mail-server and --mail-from")
    host, _, port = options.mail_server.rpartition(":")
    if not host:
        host, port = port, "25"
    if not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) < 65536:
        raise ValueError(f"--mail-server must be HOST or HOST:PORT, not {options.mail_server!r}")
    for address in (*options.mail_to, options.mail_from):
        if "@" not in address or any(sign in address for sign in "\r\n ,;<>"):
            raise ValueError(f"{address!r} must be a plain mail address")
    password = _secret(options.mail_password_file)
    if not (options.mail_user + password).isascii():  # smtplib logs in with nothing else
        raise ValueError("--mail-user and the password may hold ASCII characters only")
    return Mail(
        host=host,
        port=int(port),
        sender=options.mail_from,
        recipients=tuple(options.mail_to),
        user=options.mail_user,
        password=password,
        starttls=not options.mail_without_tls,
    )


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if not secret:  # an empty token would let anybody beat
        raise ValueError(f"{path} is empty; it must hold the secret alone")
    return secret


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds <= 86_400.0:
        raise argparse.ArgumentTypeError(f"must be seconds above 0, up to a day, not {text!r}")
    return seconds
