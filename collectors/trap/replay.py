"""Replay: which authentic v3 messages were seen before, remembered on disk.

Of every authoritative engine the highest (boots, time) is kept, and a digest of each message within
150 s of engine time below it. A message above the window is new, within it new unless its digest is
known, below it too old (RFC 3414 §3.2.7). So a replay is refused at any time, also after a restart
of ours, and no wall clock is needed. By the time that passed since an engine was last heard, as
long as this machine has not been restarted, more is refused: what was held back and never seen, and
what is of a time the engine cannot have reached. Where an engine's clock or boots really jump, only
a poll makes us believe it.

An acceptance counts only after `commit`: nothing may be told before.
"""

import hashlib
import itertools
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

WINDOW_SECONDS: Final = 150  # RFC 3414 §3.2.7
DRIFT: Final = 1e-3  # how wrong an engine's clock may run, of the time it was not heard
LAST_BOOTS: Final = 2**31 - 1  # an engine that has counted so far is dead (RFC 3414 §2.2.2)
MOST_DIGESTS: Final = 8192  # of one engine; above it the window narrows
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS engine (id BLOB PRIMARY KEY, boots INTEGER NOT NULL,
    time INTEGER NOT NULL, floor INTEGER NOT NULL, heard REAL NOT NULL, machine TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (engine BLOB NOT NULL, digest BLOB NOT NULL,
    time INTEGER NOT NULL, PRIMARY KEY (engine, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS own (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


class Judgement(Enum):
    """What a message is, seen from what was seen before."""

    NEW = "new"
    REPLAYED = "replayed"
    NOT_IN_TIME = "not in time"
    BOOTS_BACK = "boots back"


@dataclass(slots=True)
class _Engine:
    """What is remembered of one authoritative engine."""

    boots: int
    time: int
    floor: int  # messages below are refused though the window would admit them
    heard: float | None  # when `time` was; None: on another clock than today's
    seen: OrderedDict[bytes, int] = field(default_factory=OrderedDict)


def machine() -> str:
    """Return what identifies the running of this machine whose clock `uptime` is."""
    try:
        return BOOT_ID.read_text("utf-8").strip()
    except OSError:
        return ""


def uptime() -> float:
    """Seconds since the machine started; the same clock for all processes until it restarts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ReplayGuard:
    """The memory of one receiver, in one file. `now` is what `uptime` returns."""

    def __init__(self, path: Path, *, machine: str = "", most_digests: int = MOST_DIGESTS) -> None:
        """Open it, or begin a new one; one that cannot be read is set aside, and said so.

        Raises OSError or sqlite3.Error where no file can be had.
        """
        self.set_aside: Path | None = None
        self._machine, self._most = machine, most_digests
        try:
            self._database = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self.set_aside = _put_aside(path)
            self._database = _opened(path)
        self._engines = self._loaded()

    def judge(
        self, engine_id: bytes, boots: int, time: int, message: bytes, now: float
    ) -> Judgement:
        """Judge an authentic message and, if it is new, remember it."""
        known = self._engines.get(engine_id)
        if boots >= LAST_BOOTS:
            return Judgement.NOT_IN_TIME
        if known is None or boots > known.boots:
            known = self._renew(engine_id, boots, time, now)
        elif boots < known.boots:
            return Judgement.BOOTS_BACK
        digest = hashlib.sha256(message).digest()[:16]
        if digest in known.seen:
            return Judgement.REPLAYED
        earliest, latest = _window(known, now)
        if not max(earliest, known.floor) <= time <= latest:
            return Judgement.NOT_IN_TIME
        self._remember(engine_id, known, time, digest, now)
        return Judgement.NEW

    def admit_boots(self, engine_id: bytes, boots: int, time: int, now: float) -> None:
        """Take boots and time that a poll has found, where they are not what we thought."""
        known = self._engines.get(engine_id)
        if known is not None and boots >= known.boots:
            earliest, latest = _window(known, now)
            if boots > known.boots or earliest <= time <= latest:
                return  # nothing that its own messages could not tell
        if known is None or boots != known.boots:
            known = self._renew(engine_id, boots, time, now)
        known.time, known.heard = time, now
        known.floor = time  # what it said before may be of an earlier life
        self._write(engine_id, known)
        self.commit()

    def commit(self) -> None:
        """Make what was accepted outlive us; on the disk when this returns."""
        if self._database.in_transaction:
            self._database.commit()

    def roll_back(self) -> None:
        """Forget on the disk what could not be committed; in memory it stays, which errs safely."""
        with suppress(sqlite3.Error):
            self._database.rollback()

    def begin_boots(self, make_id: Callable[[], bytes]) -> tuple[bytes, int]:
        """Return our own engine id, made once, and the boots of this start (RFC 3414 §2.2.2)."""
        own = dict(self._database.execute("SELECT name, value FROM own").fetchall())
        identity = bytes(own.get("engine_id") or make_id())
        boots = min(int(own.get("boots", 0)) + 1, LAST_BOOTS)
        self._database.executemany(
            "INSERT OR REPLACE INTO own VALUES (?, ?)", [("engine_id", identity), ("boots", boots)]
        )
        self.commit()
        return identity, boots

    def close(self) -> None:
        """Let go of the file."""
        self.commit()
        self._database.close()

    def _renew(self, engine_id: bytes, boots: int, time: int, now: float) -> _Engine:
        known = self._engines[engine_id] = _Engine(boots, time, 0, now)
        self._database.execute("DELETE FROM seen WHERE engine = ?", (engine_id,))
        self._write(engine_id, known)
        return known

    def _remember(
        self, engine_id: bytes, known: _Engine, time: int, digest: bytes, now: float
    ) -> None:
        known.seen[digest] = time
        self._database.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (engine_id, digest, time)
        )
        if time > known.time or known.heard is None:
            known.time, known.heard = max(time, known.time), now
        floor = known.floor
        horizon = known.time - WINDOW_SECONDS
        while known.seen and (
            len(known.seen) > self._most or next(iter(known.seen.values())) < horizon
        ):
            old, at = known.seen.popitem(last=False)
            # Arrival is nearly the order of time; what leaves must never be admitted again.
            floor = max(floor, at + 1)
            self._database.execute(
                "DELETE FROM seen WHERE engine = ? AND digest = ?", (engine_id, old)
            )
        known.floor = floor
        self._write(engine_id, known)

    def _write(self, engine_id: bytes, known: _Engine) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO engine VALUES (?, ?, ?, ?, ?, ?)",
            (engine_id, known.boots, known.time, known.floor, known.heard or 0.0, self._machine),
        )

    def _loaded(self) -> dict[bytes, _Engine]:
        engines = {}
        for identity, boots, at, floor, heard, where in self._database.execute(
            "SELECT id, boots, time, floor, heard, machine FROM engine"
        ):
            same = bool(self._machine) and where == self._machine
            engines[identity] = _Engine(boots, at, floor, heard if same else None)
        for identity, digest, at in self._database.execute(
            "SELECT engine, digest, time FROM seen ORDER BY time"
        ):
            if identity in engines:
                engines[identity].seen[digest] = at
        return engines


def _window(known: _Engine, now: float) -> tuple[float, float]:
    """Return the earliest and the latest time a new message of an engine may be of."""
    if known.heard is None:
        return known.time - WINDOW_SECONDS, float(LAST_BOOTS)
    passed = max(0.0, now - known.heard)
    return (
        known.time + passed * (1 - DRIFT) - WINDOW_SECONDS,
        known.time + passed * (1 + DRIFT) + WINDOW_SECONDS,
    )


def _put_aside(path: Path) -> Path:
    """Rename a damaged file, so that somebody can look at it; what belonged to it goes."""
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    path.rename(aside)
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    return aside


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=5.0)
    try:
        with closing(database.cursor()) as cursor:
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                cursor.execute(f"PRAGMA {pragma}")
            (verdict,) = cursor.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            cursor.executescript(_SCHEMA)
    except BaseException:
        database.close()
        raise
    return database
