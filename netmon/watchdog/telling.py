"""Telling: the words of an alarm, to a terminal, to a program of the house, and by mail.

None of these goes through Prometheus or Alertmanager, since these are what may be dead. Each way is
tried whether or not another fails, and a failure is in the log.
"""

import asyncio
import logging
import smtplib
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

from netmon.watchdog.silence import News

_log = logging.getLogger(__name__)

_MAIL_SECONDS: Final = 20.0
_PROGRAM_SECONDS: Final = 20.0
_BELL: Final = "\a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Where mail goes, straight to a mail server (RFC 5321), with STARTTLS unless told not to."""

    host: str
    port: int = 25
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = ""
    starttls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """By which ways an alarm is told; the terminal always is."""

    mail: Mail | None = None
    program: str = ""  # run with the news as its only argument: a siren, a lamp, a modem


def words(news: News, seconds: float, name: str) -> tuple[str, str]:
    """Return subject and text of what is told."""
    if news is News.BACK:
        return (
            f"[netmon] the alarm chain of {name} works again",
            "The Watchdog beats again: Prometheus and Alertmanager reach people.\n"
            "Look at what happened meanwhile: alerts of that time may not have been told.\n",
        )
    return (
        f"[netmon] ALARM: nobody is being alerted, {name} is silent",
        f"No Watchdog for {seconds / 60:.0f} minutes: Prometheus, Alertmanager, or the way from"
        " them to here is dead.\nUntil it beats again nobody is told of faults in the network.\n\n"
        "First checks:\n"
        "1. Does Prometheus answer, and is its alert Watchdog firing?\n"
        "2. Does Alertmanager answer, and does it list Watchdog?\n"
        "3. Can Alertmanager reach this watchdog (receiver deadman)?\n"
        "Until then watch netmon's own page.\n",
    )


async def tell(ways: Ways, news: News, seconds: float, name: str) -> None:
    """Tell it by every way."""
    subject, text = words(news, seconds, name)
    _log.log(logging.WARNING if news is News.BACK else logging.CRITICAL, "%s", subject)
    if news is not News.BACK and sys.stderr.isatty():
        sys.stderr.write(_BELL)
        sys.stderr.flush()
    async with asyncio.TaskGroup() as group:
        if ways.program:
            group.create_task(_run(ways.program, news))
        if ways.mail is not None:
            group.create_task(_send(ways.mail, subject, text))


async def _run(program: str, news: News) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            program, news.value, stdin=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        _log.error("watchdog: cannot run %s: %s", program, error.strerror)
        return
    try:
        code = await asyncio.wait_for(process.wait(), _PROGRAM_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):  # it ended just now
            process.kill()
        await process.wait()
        _log.error("watchdog: %s ran longer than %.0f s", program, _PROGRAM_SECONDS)
        return
    if code:
        _log.error("watchdog: %s ended with %d", program, code)


async def _send(mail: Mail, subject: str, text: str) -> None:
    try:
        await asyncio.to_thread(_deliver, mail, subject, text)
    except Exception as error:  # noqa: BLE001 - what a mail server says must not end the watching
        _log.error("watchdog: mail not sent: %s: %.200r", type(error).__name__, str(error))


def _deliver(mail: Mail, subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.recipients)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain="netmon")
    message["X-Priority"] = "1"
    message.set_content(text)
    with smtplib.SMTP(mail.host, mail.port, timeout=_MAIL_SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
        server.send_message(message)
