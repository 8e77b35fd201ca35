"""Intake: one datagram in, its fate out; every check in the order of what it costs.

size ▸ source ▸ limiter ▸ envelope ▸ credential ▸ (v3: digest ▸ replay) ▸ pysnmp ▸ told

No socket and no clock is here: `now` is monotonic, `at` is wall time.
"""

import dataclasses
import hashlib
import hmac
import ipaddress
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from collectors.errors import DecodeError
from collectors.snmp.usm import KeyRing
from collectors.target import UsmUser
from collectors.trap import envelope, replay
from collectors.trap.alarm import Alarms
from collectors.trap.counters import Count, Counters, Drop
from collectors.trap.decoder import Decoded, UsmDecoder, decode_community
from collectors.trap.envelope import V1, CommunityEnvelope, UsmEnvelope
from collectors.trap.frames import MAX_VARBINDS, Source, Warned
from collectors.trap.limiter import Limiter
from collectors.trap.notification import (
    IF_INDEX,
    SNMP_TRAP_ADDRESS,
    SNMP_TRAP_OID,
    Level,
    Notification,
    dotted,
    event_of,
    v2_trap_oid,
)
from collectors.trap.replay import Judgement, ReplayGuard
from collectors.trap.settings import TrapSettings

REPEAT_SECONDS: Final = 300.0  # an inform that comes again so soon is one that was sent again
MOST_REPEATS: Final = 20_000
MOST_KEYS: Final = 8192  # of users at engines; whoever forges engine ids pushes out others
_SHOWN: Final = 128
_JUDGED: Final = {
    Judgement.REPLAYED: Drop.REPLAYED,
    Judgement.NOT_IN_TIME: Drop.NOT_IN_TIME,
    Judgement.BOOTS_BACK: Drop.BOOTS_BACK,
}


@dataclass(frozen=True, slots=True)
class Datagram:
    """What arrived, from where, and when on both clocks."""

    data: bytes
    source: str
    at: float
    now: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A datagram's fate, what is told of it, and what is answered."""

    fate: Count | Drop
    notification: Notification | None = None
    replies: tuple[bytes, ...] = ()
    is_remembered: bool = False  # by the replay guard: it counts once that is on the disk


class _Refused(Exception):  # noqa: N818 - a way out, not an error
    """A datagram goes no further."""

    def __init__(
        self, reason: Drop, source: Source | None = None, parameters: UsmEnvelope | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.source, self.parameters = reason, source, parameters


class Intake:
    """Everything the receiver does with a datagram."""

    def __init__(
        self,
        settings: TrapSettings,
        counters: Counters,
        guard: ReplayGuard,
        *,
        identity: tuple[bytes, int],  # our own engine id, and its boots
        warn: Callable[[Warned], None],
        now: Callable[[], float],
        uptime: Callable[[], float] = replay.uptime,
    ) -> None:
        self._settings, self._counters, self._guard = settings, counters, guard
        self._engine_id, self._boots = identity
        self._now, self._uptime = now, uptime
        self._limiter = Limiter(settings.per_source_per_second, settings.per_source_burst)
        self._sources: dict[str, tuple[Source, ...]] = {}
        self._keys = KeyRing(MOST_KEYS)
        self._decoders: dict[UsmUser, UsmDecoder] = {}
        self._informs: OrderedDict[bytes, float] = OrderedDict()  # digest → when
        self.alarms = Alarms(warn)

    def know(self, sources: Iterable[Source]) -> None:
        """Take the devices that may send, in place of those before."""
        found: dict[str, tuple[Source, ...]] = {}
        users = set()
        for source in sources:
            address = str(ipaddress.ip_address(source.address))
            found[address] = (*found.get(address, ()), source)
            if source.user is not None:
                users.add(source.user)
        self._sources = found
        self._decoders = {user: self._decoders.get(user) or self._decoder(user) for user in users}

    def admit_boots(self, engine_id: bytes, boots: int, time: int) -> None:
        """Believe an engine's new boots, since a poll has found them."""
        self._guard.admit_boots(engine_id, boots, time, self._uptime())

    def take(self, datagrams: Sequence[Datagram]) -> list[Taken]:
        """Decide the fates of some datagrams, and count them; never raises for what is in them.

        What the replay guard accepted is on the disk when this returns; if it cannot be written,
        nothing that depends on it is accepted.
        """
        self._counters.add(Count.RECEIVED, len(datagrams))
        taken = [self._take(each) for each in datagrams]
        try:
            self._guard.commit()
        except sqlite3.Error:
            self._guard.roll_back()
            taken = [Taken(Drop.MEMORY) if each.is_remembered else each for each in taken]
        for each in taken:
            self._counters.add(each.fate)
        return taken

    def _take(self, datagram: Datagram) -> Taken:
        try:
            return self._judge(datagram)
        except _Refused as refused:
            self._alarm(datagram, refused)
            return Taken(refused.reason)

    def _judge(self, datagram: Datagram) -> Taken:
        if len(datagram.data) > self._settings.max_datagram_octets:
            raise _Refused(Drop.OVERSIZED)
        sources = self._sources.get(datagram.source, ())
        if not sources:
            raise _Refused(Drop.UNKNOWN_SOURCE)
        if not self._limiter.admits(datagram.source, datagram.now):
            raise _Refused(Drop.LIMITED, sources[0])
        try:
            around = envelope.read(datagram.data, self._settings.max_varbinds)
        except DecodeError:
            raise _Refused(Drop.MALFORMED, sources[0]) from None
        try:
            if isinstance(around, CommunityEnvelope):
                return self._community(datagram, around, sources)
            return self._usm(datagram, around, sources)
        except DecodeError:
            raise _Refused(Drop.UNDECODABLE, sources[0]) from None

    def _community(
        self, datagram: Datagram, around: CommunityEnvelope, sources: Sequence[Source]
    ) -> Taken:
        if not any(source.community for source in sources):
            raise _Refused(Drop.NO_CREDENTIAL, sources[0])
        for source in sources:
            if source.community and hmac.compare_digest(source.community, around.community):
                break
        else:
            raise _Refused(Drop.WRONG_COMMUNITY, sources[0])
        decoded = decode_community(datagram.data, around.version, SNMP_TRAP_OID)
        level = Level.V1 if around.version == V1 else Level.V2C
        replies = (decoded.reply,) if decoded.reply else ()
        return self._tell(datagram, source, level, decoded, replies)

    def _usm(self, datagram: Datagram, around: UsmEnvelope, sources: Sequence[Source]) -> Taken:
        if not around.engine_id:  # somebody asks for ours
            asking = next((each for each in sources if each.user is not None), None)
            if asking is None or asking.user is None:
                raise _Refused(Drop.NO_CREDENTIAL, sources[0])
            _, replies = self._decoders[asking.user].decode(datagram.data, b"")
            return Taken(Count.ANSWERED, replies=replies)
        source, user = self._holder(datagram, around, sources)
        is_remembered = around.engine_id != self._engine_id and around.is_authenticated
        if is_remembered:
            self._refuse_replay(datagram, around, source)
        decoded, replies = self._decoders[user].decode(datagram.data, around.engine_id)
        if decoded is None:
            return Taken(Count.ANSWERED, replies=replies)
        if user.level.has_privacy and not around.is_encrypted:
            raise _Refused(Drop.SECURITY_LEVEL, source, around)
        told = self._tell(datagram, source, _level(around), decoded, replies)
        return dataclasses.replace(told, is_remembered=is_remembered)

    def _refuse_replay(self, datagram: Datagram, around: UsmEnvelope, source: Source) -> None:
        try:
            judgement = self._guard.judge(
                around.engine_id, around.boots, around.time, datagram.data, self._uptime()
            )
        except sqlite3.Error:
            raise _Refused(Drop.MEMORY, source, around) from None
        if judgement is not Judgement.NEW:
            raise _Refused(_JUDGED[judgement], source, around)

    def _holder(
        self, datagram: Datagram, around: UsmEnvelope, sources: Sequence[Source]
    ) -> tuple[Source, UsmUser]:
        """Return whose key a message proves to have been written with."""
        users = [(source, source.user) for source in sources if source.user is not None]
        if not users:
            raise _Refused(Drop.NO_CREDENTIAL, sources[0], around)
        named = [(source, user) for source, user in users if user.user == around.user]
        if not named:
            raise _Refused(Drop.UNKNOWN_USER, users[0][0], around)
        # In asking for our time an inform's sender may leave out the privacy (RFC 3414 §4).
        asks_time = around.engine_id == self._engine_id and not (around.boots or around.time)
        enough = [
            (source, user)
            for source, user in named
            if user.level.has_auth == around.is_authenticated
            and (user.level.has_privacy == around.is_encrypted or asks_time)
        ]
        if not enough:
            raise _Refused(Drop.SECURITY_LEVEL, named[0][0], around)
        for source, user in enough:
            keys = self._keys.keys(user, around.engine_id)
            if not user.level.has_auth or keys.is_signed(
                datagram.data, around.digest_at, around.digest_octets
            ):
                return source, user
        raise _Refused(Drop.WRONG_DIGEST, enough[0][0], around)

    def _tell(
        self,
        datagram: Datagram,
        source: Source,
        level: Level,
        decoded: Decoded,
        replies: tuple[bytes, ...],
    ) -> Taken:
        notification = _notification(datagram, source, level, decoded)
        if decoded.is_inform and self._is_repeated(datagram, decoded):
            return Taken(Count.REPEATED, replies=replies)
        return Taken(Count.TOLD, notification, replies)

    def _is_repeated(self, datagram: Datagram, decoded: Decoded) -> bool:
        """Return whether this inform was told; its sender may have missed our acknowledgement."""
        said = f"{datagram.source} {decoded.request_id} {decoded.varbinds}"
        key = hashlib.sha256(said.encode("utf-8")).digest()
        informs = self._informs
        while informs and (
            len(informs) >= MOST_REPEATS
            or next(iter(informs.values())) < datagram.now - REPEAT_SECONDS
        ):
            informs.popitem(last=False)
        if key in informs:
            return True
        informs[key] = datagram.now
        return False

    def _decoder(self, user: UsmUser) -> UsmDecoder:
        return UsmDecoder(
            user,
            engine_id=self._engine_id,
            boots=self._boots,
            trap_oid_name=SNMP_TRAP_OID,
            now=self._now,
        )

    def _alarm(self, datagram: Datagram, refused: _Refused) -> None:
        parameters = refused.parameters
        self.alarms.note(
            refused.reason,
            datagram.source,
            None if refused.source is None else refused.source.device,
            parameters,
            datagram.now,
        )


def _level(around: UsmEnvelope) -> Level:
    if around.is_encrypted:
        return Level.PRIV
    return Level.AUTH if around.is_authenticated else Level.NO_AUTH


def _notification(
    datagram: Datagram, source: Source, level: Level, decoded: Decoded
) -> Notification:
    """Return what is told; raise DecodeError where the trap contradicts itself."""
    head = decoded.v1_trap
    shown = dict(decoded.varbinds)
    if head is None:
        trap_oid, claimed = decoded.trap_oid, shown.get(SNMP_TRAP_ADDRESS, "")
    else:
        try:
            trap_oid = v2_trap_oid(head.enterprise, head.generic, head.specific)
        except ValueError as error:
            raise DecodeError(str(error)) from None
        claimed = head.agent_address
    index = next((value for oid, value in decoded.varbinds if oid[: len(IF_INDEX)] == IF_INDEX), "")
    return Notification(
        device=source.device,
        source=datagram.source,
        received_at=datagram.at,
        monotonic=datagram.now,
        level=level,
        is_inform=decoded.is_inform,
        trap_oid=dotted(trap_oid)[:_SHOWN],
        event=event_of(trap_oid),
        if_index=int(index) if index.isascii() and index.isdigit() else None,
        agent_address=claimed,
        varbinds=tuple(
            (dotted(oid)[:_SHOWN], value) for oid, value in decoded.varbinds[:MAX_VARBINDS]
        ),
    )
