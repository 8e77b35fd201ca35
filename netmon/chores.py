"""Chores: what is done now and then (retention, checkpoints), by APScheduler; never polls.

APScheduler keeps wall-clock time: stepped back by a minute it rests for a minute. For chores that
is harmless, for polls it would be blindness (docs/decisions/0021-own-cadence.md). This is the only
door to it.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

_log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None] | None]


class Chores:
    """Jobs that repeat; one that fails is logged, counted, and done again when its time comes."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        # Missed runs become one (coalesce), however late (no grace time), never two at once.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, job: Job) -> None:
        """Do a job every so many seconds, first after one such time; a plain job must be short."""
        if not 0 < seconds < float("inf"):
            raise ValueError(f"{name}: every {seconds} s; a positive number of seconds is needed")

        async def fenced() -> None:
            await self._do(name, job)

        self._scheduler.add_job(fenced, "interval", seconds=seconds, id=name, name=name)
        self.runs[name] = self.failures[name] = 0

    def start(self) -> None:
        """Start in the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more jobs; harmless if never started."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _do(self, name: str, job: Job) -> None:
        self.runs[name] += 1
        try:
            waiting = job()
            if waiting is not None:
                await waiting
        except Exception:  # noqa: BLE001 - a fence: a chore may fail, the monitor may not
            self.failures[name] += 1
            _log.exception("chore %s failed; it is done again when its time comes", name)
