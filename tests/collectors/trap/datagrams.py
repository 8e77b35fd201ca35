"""Notifications as bytes, written by our own codec, and an intake to give them to."""

from collections.abc import Sequence
from pathlib import Path

from collectors.snmp.ber import Oid, Tag, encode_integer, encode_oid, encode_tlv, parse_oid
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    encode_message,
    encode_pdu,
    encode_varbind,
    frame_message,
)
from collectors.snmp.usm import KeyRing
from collectors.target import AuthProtocol, SecurityLevel, UsmUser
from collectors.trap.counters import Count, Counters, Drop
from collectors.trap.frames import Source, Warned
from collectors.trap.intake import Datagram, Intake, Taken
from collectors.trap.notification import IF_INDEX, SNMP_TRAP_OID, SNMP_TRAPS, SYS_UP_TIME
from collectors.trap.replay import ReplayGuard
from collectors.trap.settings import TrapSettings
from topology.model import DeviceId

LINK_DOWN, LINK_UP = (*SNMP_TRAPS, 3), (*SNMP_TRAPS, 4)
COLD_START = (*SNMP_TRAPS, 1)
ENTERPRISE = parse_oid("1.3.6.1.4.1.2281")
SOURCE = "127.0.0.9"
OUR_ENGINE = b"\x80\x00\x00\x00\x05netmon-test"
THEIR_ENGINE = b"\x80\x00\x1f\x88\x04radio-7"
SIGNING = UsmUser(
    name="watch",
    user=b"watch",
    level=SecurityLevel.AUTH_NO_PRIV,
    auth=AuthProtocol.SHA256,
    auth_secret=b"correct horse",
)
NOBODY = UsmUser(name="anyone", user=b"anyone", level=SecurityLevel.NO_AUTH_NO_PRIV)


def varbinds(trap_oid: Oid, index: int | None = 4) -> tuple[Varbind, ...]:
    """Return what a v2 notification begins with, and an ifIndex."""
    found = [
        Varbind(SYS_UP_TIME, Value(Tag.TIMETICKS, 4711)),
        Varbind(SNMP_TRAP_OID, Value(Tag.OBJECT_IDENTIFIER, trap_oid)),
    ]
    if index is not None:
        found.append(Varbind((*IF_INDEX, index), Value(Tag.INTEGER, index)))
    return tuple(found)


def v2c(
    trap_oid: Oid = LINK_DOWN,
    *,
    community: bytes = b"secret",
    kind: PduType = PduType.TRAP,
    request_id: int = 77,
    index: int | None = 4,
    more: Sequence[Varbind] = (),
) -> bytes:
    """Return a v2c trap or inform."""
    pdu = Pdu(kind, request_id, (*varbinds(trap_oid, index), *more))
    return encode_message(Message(1, community, pdu))


def v1(
    generic: int,
    specific: int = 0,
    *,
    enterprise: Oid = ENTERPRISE,
    agent: bytes = b"\x0a\x00\x00\x01",
    community: bytes = b"secret",
) -> bytes:
    """Return a v1 trap."""
    varbind = encode_varbind(Varbind((*IF_INDEX, 4), Value(Tag.INTEGER, 4)))
    content = (
        encode_oid(enterprise)
        + encode_tlv(Tag.IP_ADDRESS, agent)
        + encode_integer(generic)
        + encode_integer(specific)
        + encode_integer(4711, Tag.TIMETICKS)
        + encode_tlv(Tag.SEQUENCE, varbind)
    )
    return frame_message(community, encode_tlv(0xA4, content), version=0)


def v3(
    *,
    boots: int = 3,
    time: int = 1000,
    request_id: int = 77,
    user: UsmUser = SIGNING,
    engine_id: bytes = THEIR_ENGINE,
    trap_oid: Oid = LINK_DOWN,
    kind: PduType = PduType.TRAP,
) -> bytes:
    """Return a v3 notification, signed if its user signs."""
    pdu = encode_pdu(Pdu(kind, request_id, varbinds(trap_oid)))
    scoped = encode_tlv(
        Tag.SEQUENCE,
        encode_tlv(Tag.OCTET_STRING, engine_id) + encode_tlv(Tag.OCTET_STRING, b"") + pdu,
    )
    keys = KeyRing().keys(user, engine_id)
    octets = keys.digest.octets if keys.digest else 0
    blank = bytes(octets)
    parameters = encode_tlv(
        Tag.SEQUENCE,
        encode_tlv(Tag.OCTET_STRING, engine_id)
        + encode_integer(boots)
        + encode_integer(time)
        + encode_tlv(Tag.OCTET_STRING, user.user)
        + encode_tlv(Tag.OCTET_STRING, blank)
        + encode_tlv(Tag.OCTET_STRING, b""),
    )
    header = encode_tlv(
        Tag.SEQUENCE,
        encode_integer(request_id)
        + encode_integer(65507)
        + encode_tlv(Tag.OCTET_STRING, b"\x01" if octets else b"\x00")
        + encode_integer(3),
    )
    data = encode_tlv(
        Tag.SEQUENCE,
        encode_integer(3) + header + encode_tlv(Tag.OCTET_STRING, parameters) + scoped,
    )
    if not octets:
        return data
    place = data.index(blank, data.index(user.user))
    return data[:place] + keys.sign(data) + data[place + octets :]


class Desk:
    """An intake with everything around it, and what it told; by default of one device."""

    def __init__(
        self, directory: Path, *sources: Source, settings: TrapSettings | None = None
    ) -> None:
        self.now = 1000.0
        self.counters = Counters()
        self.guard = ReplayGuard(directory / "replay.sqlite", machine="this one")
        self.warned: list[Warned] = []
        self.intake = Intake(
            settings or TrapSettings(),
            self.counters,
            self.guard,
            identity=(OUR_ENGINE, 1),
            warn=self.warned.append,
            now=lambda: self.now,
            uptime=lambda: self.now,
        )
        self.intake.know(sources or (device(),))

    def take(self, data: bytes, source: str = SOURCE) -> Taken:
        """Take one datagram, now."""
        (taken,) = self.intake.take([Datagram(data, source, 1.7e9, self.now)])
        return taken

    def fate(self, data: bytes, source: str = SOURCE) -> Count | Drop:
        """Take one datagram; return what became of it."""
        return self.take(data, source).fate


def device(
    name: str = "radio-7",
    address: str = SOURCE,
    *,
    community: bytes = b"secret",
    user: UsmUser | None = SIGNING,
) -> Source:
    """Return a device that may send."""
    return Source(device=DeviceId(name), address=address, community=community, user=user)
