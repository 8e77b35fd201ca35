"""Mutated notifications: none raises, none takes long, and what is accepted breaks no rule."""

import gc
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.snmp.message import PduType, Undecodable, decode_message
from collectors.trap.counters import FATES, Count, Drop
from collectors.trap.envelope import TRAP_V1
from collectors.trap.notification import Level, Notification
from collectors.trap.settings import TrapSettings
from tests.collectors.trap.datagrams import NOBODY, Desk, device, v1, v2c, v3

MUTATIONS = 100_000
LONGEST_SECONDS = 0.02
PER_DATAGRAM = 50  # mutations of one before the next is taken


def seeds() -> list[bytes]:
    """Good notifications of every kind."""
    return [
        v2c(),
        v2c(kind=PduType.INFORM),
        v1(2),
        v1(6, 17),
        v3(user=NOBODY),
        v3(user=NOBODY, kind=PduType.INFORM),
        v3(),
    ]


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Return the octets with a few of them changed, lost, doubled or lengths made to lie."""
    octets = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not octets:
            break
        place = chance.randrange(len(octets))
        match chance.randrange(7):
            case 0:
                octets[place] ^= 1 << chance.randrange(8)
            case 1:
                octets[place] = chance.choice((0x00, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x30, 0x24))
            case 2:
                octets[place] = chance.randrange(256)
            case 3:
                del octets[place : place + chance.randrange(1, 9)]
            case 4:
                octets[place:place] = octets[place : place + chance.randrange(1, 40)]
            case 5:
                octets[place:place] = bytes((chance.choice((0x30, 0x24, 0xA3)), 0x80)) * 20
            case _:
                other = chance.randrange(len(octets))
                octets[place], octets[other] = octets[other], octets[place]
    return bytes(octets)


def broken_rules(notification: Notification, data: bytes) -> Iterator[str]:
    """Yield what an accepted notification has wrong."""
    texts = [notification.trap_oid, notification.agent_address]
    texts += [each for pair in notification.varbinds for each in pair]
    if not all(text.isprintable() and len(text) <= 128 for text in texts):
        yield "text that is not fit to be shown"
    index = notification.if_index
    if index is not None and not 0 <= index < 2**64:
        yield "ifIndex out of all range"
    if notification.level is Level.V2C:  #: our own strict codec must read the very same
        pdu = decode_message(data).pdu
        if pdu.type not in (PduType.TRAP, PduType.INFORM):
            yield f"PDU {pdu.type}"
        if any(isinstance(each.value.content, Undecodable) for each in pdu.varbinds):
            yield "a value no strict decoder reads"
        shown = [".".join(map(str, each.oid))[:128] for each in pdu.varbinds[:16]]
        if shown != [oid for oid, _ in notification.varbinds]:
            yield "other OIDs than were sent"
    elif notification.level is Level.V1 and TRAP_V1 not in data:
        yield "a v1 message that is no trap"


@pytest.fixture
def frozen() -> Iterator[None]:
    """Undo afterwards what the test does as the receiver does: leave its tables uncollected."""
    gc.collect()
    yield
    gc.unfreeze()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("frozen")
def test_mutations_are_dropped_or_right_and_never_raise(tmp_path: Path) -> None:
    table = Desk(
        tmp_path,
        device(user=NOBODY),
        device("signing"),
        settings=TrapSettings(per_source_burst=10**9, queue_size=10**6),
    )
    gc.freeze()
    chance = random.Random(20261124)
    good, slowest, accepted = seeds(), 0.0, 0
    for number in range(MUTATIONS):
        data = mutated(chance, good[number // PER_DATAGRAM % len(good)])
        table.now += 0.01  # pysnmp forgets by time what it has seen
        begun = time.thread_time()
        taken = table.take(data)
        slowest = max(slowest, time.thread_time() - begun)
        if taken.notification is not None:
            accepted += 1
            assert list(broken_rules(taken.notification, data)) == [], data.hex()
    counters = table.counters
    fates = sum(counters[fate] for fate in FATES) + sum(counters.drops.values())
    assert counters[Count.RECEIVED] == fates == MUTATIONS
    assert accepted > 1000  # many changes are no damage: the sieve is not merely shut
    assert counters[Drop.MALFORMED] > MUTATIONS / 2
    assert slowest <= LONGEST_SECONDS
