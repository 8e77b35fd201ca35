"""Frames: what passes between netmon and its receiver, four octets of length and then JSON.

netmon tells what to do; the receiver tells notifications and warnings. What netmon reads is checked
like any other input: the receiver is the process that strangers talk to.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from struct import Struct
from typing import Any, Final

from collectors.target import AuthProtocol, PrivacyProtocol, SecurityLevel, UsmUser
from collectors.text import clean
from collectors.trap.notification import Event, Level, Notification
from collectors.trap.settings import TrapSettings
from topology.model import DeviceId

LENGTH: Final = Struct("!I")
MAX_TOLD_OCTETS: Final = 64 * 1024  # of a frame from the receiver
MAX_ORDER_OCTETS: Final = 64 * 1024 * 1024  # of a frame to it: the whole inventory
MAX_VARBINDS: Final = 16  # told of one notification
_LATEST: Final = 2.0**53


class FrameError(ValueError):
    """A frame that nobody on our side would have written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A device that may send notifications, and how it proves that it is itself."""

    device: DeviceId
    address: str  # canonical, with a zone where it has one
    community: bytes = b""  # of v1 and v2c; empty: it may not use them
    user: UsmUser | None = None

    def __repr__(self) -> str:
        return f"Source({self.device!r}, {self.address!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something an administrator should look at, that happened `count` times since last told."""

    reason: str
    source: str
    device: DeviceId | None
    count: int
    detail: str = ""
    engine_id: str = ""  # hexadecimal, of v3
    boots: int = 0
    time: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """The receiver lives and listens; told every second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the receiver is to do: the first frame to it."""

    settings: TrapSettings
    sources: tuple[Source, ...]
    sockets: tuple[int, ...]  # inherited file descriptors
    counters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBoots:
    """A poll found this engine with these boots: what was remembered of it is void."""

    engine_id: bytes
    boots: int
    time: int


def frame(document: Mapping[str, Any]) -> bytes:
    """Return one frame."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return LENGTH.pack(len(content)) + content


class Deframer:
    """Puts frames together from pieces of a stream."""

    def __init__(self, most_octets: int) -> None:
        self._most = most_octets
        self._buffer = bytearray()

    def feed(self, piece: bytes) -> Iterator[dict[str, Any]]:
        """Yield every frame that is complete now; raise FrameError at one that cannot be."""
        self._buffer += piece
        while len(self._buffer) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer)
            if length > self._most:
                raise FrameError(f"a frame of {length} octets; at most {self._most} are allowed")
            if len(self._buffer) < LENGTH.size + length:
                return
            content = bytes(self._buffer[LENGTH.size : LENGTH.size + length])
            del self._buffer[: LENGTH.size + length]
            yield _document(content)


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame that is no JSON") from error
    if not isinstance(document, dict):
        raise FrameError("a frame that is no JSON object")
    return document


def told(item: Notification | Warned | Ready) -> dict[str, Any]:
    """Return the document of what the receiver tells."""
    if isinstance(item, Ready):
        return {"ready": True}
    kind = "notification" if isinstance(item, Notification) else "warning"
    return {kind: asdict(item)}


def read_told(document: Mapping[str, Any]) -> Notification | Warned | Ready:
    """Return what a receiver told; raise FrameError for what it cannot have meant."""
    if "ready" in document:
        return Ready()
    try:
        if "notification" in document:
            return _notification(document["notification"])
        return _warned(document["warning"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FrameError(f"a frame that tells nothing: {type(error).__name__}") from error


def _notification(found: Mapping[str, Any]) -> Notification:
    index = found["if_index"]
    varbinds = found["varbinds"]
    if len(varbinds) > MAX_VARBINDS:
        raise FrameError(f"{len(varbinds)} varbinds")
    return Notification(
        device=DeviceId(_text(found["device"])),
        source=_text(found["source"]),
        received_at=_number(found["received_at"]),
        monotonic=_number(found["monotonic"]),
        level=Level(found["level"]),
        is_inform=found["is_inform"] is True,
        trap_oid=_text(found["trap_oid"]),
        event=Event(found["event"]),
        if_index=None if index is None else int(_number(index)),
        agent_address=_text(found["agent_address"]),
        varbinds=tuple((_text(oid), _text(value)) for oid, value in varbinds),
    )


def _warned(found: Mapping[str, Any]) -> Warned:
    device = found["device"]
    return Warned(
        reason=_text(found["reason"]),
        source=_text(found["source"]),
        device=None if device is None else DeviceId(_text(device)),
        count=int(_number(found["count"])),
        detail=_text(found["detail"]),
        engine_id=bytes.fromhex(_text(found["engine_id"])).hex(),
        boots=int(_number(found["boots"])),
        time=int(_number(found["time"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FrameError(f"{type(value).__name__} where text belongs")
    return clean(value.encode("utf-8", "replace"))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FrameError(f"{type(value).__name__} where a number belongs")
    if not 0 <= value <= _LATEST:
        raise FrameError("a number out of all proportion")
    return value


def orders(item: Orders | NewBoots | tuple[Source, ...]) -> dict[str, Any]:
    """Return the document of what netmon orders; it holds secrets, and goes to nobody else."""
    if isinstance(item, NewBoots):
        return {"boots": [item.engine_id.hex(), item.boots, item.time]}
    if isinstance(item, Orders):
        return {
            "settings": asdict(item.settings),
            "sockets": item.sockets,
            "counters": item.counters,
            "sources": [_source(each) for each in item.sources],
        }
    return {"sources": [_source(each) for each in item]}


def read_orders(document: Mapping[str, Any]) -> Orders | NewBoots | tuple[Source, ...]:
    """Return what netmon ordered; it is believed, so a fault in it is a bug and raises as it is."""
    if "boots" in document:
        engine_id, boots, time = document["boots"]
        return NewBoots(engine_id=bytes.fromhex(engine_id), boots=boots, time=time)
    sources = tuple(_read_source(each) for each in document["sources"])
    if "settings" not in document:
        return sources
    settings = document["settings"]
    return Orders(
        settings=TrapSettings(**settings | {"listen": tuple(settings["listen"])}),
        sources=sources,
        sockets=tuple(document["sockets"]),
        counters=document["counters"],
    )


def _source(source: Source) -> list[Any]:
    user = source.user
    secrets = None
    if user is not None:
        secrets = [
            user.name,
            user.user.hex(),
            user.level,
            user.auth,
            user.auth_secret.hex(),
            user.privacy,
            user.privacy_secret.hex(),
        ]
    return [source.device, source.address, source.community.hex(), secrets]


def _read_source(found: list[Any]) -> Source:
    device, address, community, secrets = found
    user = None
    if secrets is not None:
        name, user_name, level, auth, auth_secret, privacy, privacy_secret = secrets
        user = UsmUser(
            name=name,
            user=bytes.fromhex(user_name),
            level=SecurityLevel(level),
            auth=None if auth is None else AuthProtocol(auth),
            auth_secret=bytes.fromhex(auth_secret),
            privacy=None if privacy is None else PrivacyProtocol(privacy),
            privacy_secret=bytes.fromhex(privacy_secret),
        )
    return Source(
        device=DeviceId(device), address=address, community=bytes.fromhex(community), user=user
    )
