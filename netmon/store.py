"""Store: what must survive a kill – incidents and baselines – in one SQLite file.

Calls block and belong into one writer thread. WAL with synchronous=FULL: what a call has
returned from is on the disk. A file that cannot be read is set aside, never deleted, and a fresh
one begun: monitoring goes on, and somebody can look at the old one later.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from annotated_types import Ge
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError

from netmon.area import Area, Bearing, Shape
from netmon.incidents import Incident, Phase, Severity
from netmon.verdict import Cause, Condition, Evidence, Known, Subject, SubjectKind

_log = logging.getLogger(__name__)

SCHEMA_VERSION: Final = "1"
_BASELINES: Final = "baselines"

_tables = MetaData()
_meta = Table(
    "meta", _tables, Column("name", String, primary_key=True), Column("value", Text, nullable=False)
)
_incidents = Table(
    "incidents",
    _tables,
    Column("id", String, primary_key=True),
    Column("phase", String, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("document", Text, nullable=False),
)
_baselines = Table(
    "baselines",
    _tables,
    Column("name", String, primary_key=True),
    Column("saved_at", Float, nullable=False),
    Column("blob", LargeBinary, nullable=False),
)


class StoreError(Exception):
    """The store cannot be used; the text says which file, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where the store is, how patient a call is, and how much learning a kill may cost."""

    path: str = "netmon.sqlite"
    busy_seconds: Annotated[float, Ge(0)] = 5.0  # until another process lets go of the file
    checkpoint_seconds: Annotated[float, Ge(1)] = 300.0  # baselines are kept so often

    def __post_init__(self) -> None:
        """Refuse what cannot be a file."""
        if "\0" in self.path or not Path(self.path).name:
            raise ValueError("path must be that of a file, such as /var/lib/netmon/netmon.sqlite")


class Store:
    """One SQLite file; opened at once, so that a fault shows at the start."""

    def __init__(self, settings: StoreSettings, now: float) -> None:
        """Open or create it; `now` (wall clock) is when. Raises StoreError where it cannot be."""
        self.settings = settings
        self.path = Path(self.settings.path)
        self.set_aside: Path | None = None  # where a damaged file went
        self._engine = self._opened(now)

    def save_incidents(self, incidents: Iterable[Incident]) -> None:
        """Keep incidents as they are now, all or none. Raises StoreError, as all that writes."""
        rows = [
            {
                "id": incident.id,
                "phase": incident.phase.value,
                "opened_at": incident.opened_at,
                "closed_at": incident.closed_at,
                "document": json.dumps(asdict(incident), ensure_ascii=False, allow_nan=True),
            }
            for incident in incidents
        ]
        if not rows:
            return
        put = insert(_incidents)
        changed = {name: put.excluded[name] for name in ("phase", "closed_at", "document")}
        with self._writing() as connection:
            connection.execute(put.on_conflict_do_update(["id"], set_=changed), rows)

    def load_incidents(self) -> list[Incident]:
        """Return all incidents kept, oldest first; one that cannot be read is left out, logged."""
        query = select(_incidents.c.id, _incidents.c.document).order_by(_incidents.c.opened_at)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        found = []
        for identity, document in rows:
            try:
                found.append(_incident(json.loads(document)))
            except (KeyError, TypeError, ValueError) as error:
                _log.warning("incident %s in %s cannot be read: %s", identity, self.path, error)
        return found

    def save_baselines(self, blob: bytes, now: float) -> None:
        """Keep the detection's checkpoint, in place of the one before; `now` is wall clock."""
        put = insert(_baselines).values(name=_BASELINES, saved_at=now, blob=blob)
        changed = {name: put.excluded[name] for name in ("saved_at", "blob")}
        with self._writing() as connection:
            connection.execute(put.on_conflict_do_update(["name"], set_=changed))

    def load_baselines(self) -> bytes | None:
        """Return the last checkpoint; None if there is none."""
        query = select(_baselines.c.blob).where(_baselines.c.name == _BASELINES)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def prune(self, before: float) -> int:
        """Drop incidents closed before an instant (wall clock); return how many."""
        old = delete(_incidents).where(
            _incidents.c.phase == Phase.CLOSED.value, _incidents.c.closed_at < before
        )
        with self._writing() as connection:
            return connection.execute(old).rowcount

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give a transaction. Raises StoreError where the disk or the file does not take it."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise StoreError(
                f"store {self.path} cannot be written: {error.orig}; its disk must have room,"
                " and no other program may hold the file"
            ) from error

    def _opened(self, now: float) -> Engine:
        try:
            return self._connected()
        except OperationalError as error:  # locked, read-only, no such directory: not the data
            raise StoreError(
                f"store {self.path} cannot be opened: {error.orig};"
                " its directory must exist and be writable, and no other netmon may use the file"
            ) from error
        except DatabaseError as error:
            self.set_aside = self._put_aside(now)
            _log.error(
                "store %s is damaged (%s); it was renamed to %s and a new one is begun",
                self.path,
                error.orig,
                self.set_aside,
            )
        return self._connected()

    def _connected(self) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self.path.absolute())),  # no mark in it is special
            connect_args={"timeout": self.settings.busy_seconds, "check_same_thread": False},
        )
        event.listen(engine, "connect", _durable)
        try:
            with engine.begin() as connection:
                verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
                if verdict != "ok":
                    raise DatabaseError("PRAGMA quick_check", None, ValueError(verdict))
                if inspect(connection).has_table(_meta.name):
                    stored = connection.execute(
                        select(_meta.c.value).where(_meta.c.name == "schema_version")
                    ).scalar_one_or_none()
                    _require_version(self.path, stored)
                _tables.create_all(connection)
                version = insert(_meta).values(name="schema_version", value=SCHEMA_VERSION)
                connection.execute(version.on_conflict_do_nothing())
        except BaseException:
            engine.dispose()
            raise
        return engine

    def _put_aside(self, now: float) -> Path:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        self.path.rename(aside)
        for tail in ("-wal", "-shm"):  # they belong to the old file and would spoil the new one
            beside = self.path.with_name(self.path.name + tail)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + tail))
        return aside


def _durable(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _require_version(path: Path, stored: str | None) -> None:
    if stored is not None and stored != SCHEMA_VERSION:
        raise StoreError(
            f"store {path} has schema version {stored}, this netmon writes {SCHEMA_VERSION};"
            " use the netmon that wrote it, or name another path"
        )


def _incident(document: Mapping[str, Any]) -> Incident:
    runner_up, known = document["runner_up"], document.get("known")
    return Incident(
        **{
            **document,
            "subject": _subject(document["subject"]),
            "condition": Condition(document["condition"]),
            "cause": Cause(document["cause"]),
            "runner_up": None if runner_up is None else Cause(runner_up),
            "severity": Severity(document["severity"]),
            "known": None if known is None else Known(known),
            "phase": Phase(document["phase"]),
            "evidence": tuple(_evidence(evidence) for evidence in document["evidence"]),
            "members": tuple(_subject(member) for member in document["members"]),
            "sites_lost": tuple(document["sites_lost"]),
            "dependents_lost": tuple(document["dependents_lost"]),
            "area": _area(document.get("area")),
        }
    )


def _subject(document: Mapping[str, Any]) -> Subject:
    return Subject(SubjectKind(document["kind"]), str(document["id"]))


def _evidence(document: Mapping[str, Any]) -> Evidence:
    figures = tuple((str(name), float(value)) for name, value in document["figures"])
    return Evidence(**{**document, "figures": figures})


def _area(document: Mapping[str, Any] | None) -> Area | None:
    if document is None:
        return None
    return Area(
        **{
            **document,
            "likeliest": tuple(document["likeliest"]),
            "half": _shapes(document["half"]),
            "most": _shapes(document["most"]),
            "bearings": tuple(Bearing(**bearing) for bearing in document["bearings"]),
        }
    )


def _shapes(document: Iterable[Any]) -> tuple[Shape, ...]:
    return tuple(
        tuple(tuple((float(east), float(north)) for east, north in ring) for ring in shape)
        for shape in document
    )
