"""What becomes of a datagram: each reason by name, each notification as it is told."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.snmp.ber import Tag, encode_oid, parse_oid
from collectors.snmp.message import PduType, Value, Varbind, decode_message
from collectors.trap.counters import FATES, Count, Drop
from collectors.trap.notification import Event, Level
from collectors.trap.settings import TrapSettings
from tests.collectors.trap.datagrams import (
    COLD_START,
    LINK_UP,
    NOBODY,
    SIGNING,
    Desk,
    device,
    v1,
    v2c,
    v3,
)

TEXT = parse_oid("1.3.6.1.2.1.1.5.0")


def test_a_v2c_trap_of_a_known_device_is_told(tmp_path: Path) -> None:
    taken = Desk(tmp_path).take(v2c(LINK_UP))
    told = taken.notification
    assert taken.fate is Count.TOLD
    assert told is not None
    assert (told.device, told.event, told.if_index) == ("radio-7", Event.LINK_UP, 4)
    assert (told.level, told.is_inform, told.received_at) == (Level.V2C, False, 1.7e9)
    assert told.trap_oid == "1.3.6.1.6.3.1.1.5.4"


def test_a_v2c_inform_is_acknowledged_with_its_own_varbinds(tmp_path: Path) -> None:
    asked = v2c(kind=PduType.INFORM, request_id=99)
    (reply,) = Desk(tmp_path).take(asked).replies
    answer = decode_message(reply)
    assert (answer.version, answer.community) == (1, b"secret")
    assert (answer.pdu.type, answer.pdu.request_id) == (PduType.RESPONSE, 99)
    assert (answer.pdu.error_status, answer.pdu.error_index) == (0, 0)
    assert answer.pdu.varbinds == decode_message(asked).pdu.varbinds


def test_an_inform_sent_again_is_acknowledged_again_and_told_once(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    inform = v2c(kind=PduType.INFORM)
    first, second = table.take(inform), table.take(inform)
    assert (first.fate, second.fate) == (Count.TOLD, Count.REPEATED)
    assert second.notification is None
    assert first.replies == second.replies != ()
    table.now += 301
    assert table.fate(inform) is Count.TOLD


@pytest.mark.parametrize(
    ("generic", "event", "oid"),
    [
        (0, Event.COLD_START, "1.3.6.1.6.3.1.1.5.1"),
        (1, Event.WARM_START, "1.3.6.1.6.3.1.1.5.2"),
        (2, Event.LINK_DOWN, "1.3.6.1.6.3.1.1.5.3"),
        (3, Event.LINK_UP, "1.3.6.1.6.3.1.1.5.4"),
        (4, Event.AUTHENTICATION_FAILURE, "1.3.6.1.6.3.1.1.5.5"),
        (5, Event.EGP_NEIGHBOR_LOSS, "1.3.6.1.6.3.1.1.5.6"),
        (6, Event.OTHER, "1.3.6.1.4.1.2281.0.17"),
    ],
)
def test_a_v1_trap_is_told_in_the_terms_of_v2(
    generic: int, event: Event, oid: str, tmp_path: Path
) -> None:
    told = Desk(tmp_path).take(v1(generic, 17)).notification
    assert told is not None
    assert (told.event, told.trap_oid, told.level) == (event, oid, Level.V1)
    assert (told.source, told.agent_address) == ("127.0.0.9", "10.0.0.1")


@pytest.mark.parametrize(("generic", "specific"), [(7, 0), (-1, 0), (6, -3)])
def test_a_v1_trap_that_no_table_has_is_undecodable(
    generic: int, specific: int, tmp_path: Path
) -> None:
    assert Desk(tmp_path).fate(v1(generic, specific)) is Drop.UNDECODABLE


def test_a_signed_v3_trap_is_told_as_authentic(tmp_path: Path) -> None:
    told = Desk(tmp_path).take(v3()).notification
    assert told is not None
    assert told.level is Level.AUTH
    assert told.level.is_authentic
    assert told.event is Event.LINK_DOWN


def test_what_the_pre_check_refuses_never_reaches_pysnmp(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    good = v2c()
    cases = [
        b"",
        b"\x30",
        good[:-1],
        good + b"\0",
        b"\x31" + good[1:],
        good.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1),  # version 2 is v2u
        good.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1),  # a v2 PDU in v1
        v2c(kind=PduType.GET),
        v2c(kind=PduType.RESPONSE),
        b"\x30\x80" + good[2:] + b"\0\0",  # indefinite length
        v2c(community=b"x" * 256),
    ]
    assert {table.fate(each) for each in cases} == {Drop.MALFORMED}


def test_more_varbinds_than_the_cap_are_refused(tmp_path: Path) -> None:
    more = [Varbind(TEXT, Value(Tag.INTEGER, 1))] * 126
    table = Desk(tmp_path, settings=TrapSettings(max_varbinds=128))
    assert table.fate(v2c(more=more)) is Drop.MALFORMED
    assert table.fate(v2c(more=more[:125])) is Count.TOLD


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (v2c(community=b"public"), Drop.WRONG_COMMUNITY),
        (v3(user=replace(NOBODY, user=b"else")), Drop.UNKNOWN_USER),
        (v3(user=replace(NOBODY, user=b"watch")), Drop.SECURITY_LEVEL),
        (v3(user=replace(SIGNING, auth_secret=b"another key")), Drop.WRONG_DIGEST),
        (v3()[:-1] + b"\x05", Drop.WRONG_DIGEST),
    ],
    ids=["community", "user", "unsigned", "key", "altered"],
)
def test_what_does_not_prove_itself_is_dropped_and_an_administrator_told(
    data: bytes, reason: Drop, tmp_path: Path
) -> None:
    table = Desk(tmp_path)
    assert table.fate(data) is reason
    assert [(each.reason, each.device) for each in table.warned] == [(reason, "radio-7")]


def test_a_device_without_credential_for_that_version_is_dropped(tmp_path: Path) -> None:
    table = Desk(
        tmp_path,
        device(community=b""),
        device("other", "127.0.0.8", user=None),
    )
    assert table.fate(v2c()) is Drop.NO_CREDENTIAL
    assert table.fate(v3(), "127.0.0.8") is Drop.NO_CREDENTIAL


def test_a_user_without_authentication_is_told_as_unproved(tmp_path: Path) -> None:
    told = Desk(tmp_path, device(user=NOBODY)).take(v3(user=NOBODY)).notification
    assert told is not None
    assert told.level is Level.NO_AUTH
    assert not told.level.is_authentic


def test_a_signed_trap_with_any_bit_changed_is_dropped(tmp_path: Path) -> None:
    table = Desk(tmp_path, settings=TrapSettings(per_source_burst=10_000))
    data = v3()
    for place in range(len(data)):
        changed = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
        assert isinstance(table.fate(changed), Drop), place
    assert table.fate(data) is Count.TOLD


def test_two_devices_behind_one_address_are_told_apart_by_their_community(tmp_path: Path) -> None:
    table = Desk(tmp_path, device("a", community=b"one"), device("b", community=b"two"))
    told = table.take(v2c(community=b"two")).notification
    assert told is not None
    assert told.device == "b"


def test_hostile_text_is_made_fit_to_be_shown(tmp_path: Path) -> None:
    texts = [b"\x1b[31mred", b"<b>bold", "abc\u202egpj".encode(), b"\xff\xfe", b"n" * 3000]
    more = [Varbind(TEXT, Value(Tag.OCTET_STRING, each)) for each in texts]
    told = Desk(tmp_path).take(v2c(more=more)).notification
    assert told is not None
    shown = [value for oid, value in told.varbinds if oid == "1.3.6.1.2.1.1.5.0"]
    assert shown == [texts[0].hex(), "<b>bold", "abcgpj", "fffe", "n" * 128]


def test_a_trap_without_snmp_trap_oid_is_undecodable(tmp_path: Path) -> None:
    name = encode_oid(parse_oid("1.3.6.1.6.3.1.1.4.1.0"))
    other = encode_oid(parse_oid("1.3.6.1.6.3.1.1.4.9.0"))
    assert Desk(tmp_path).fate(v2c().replace(name, other)) is Drop.UNDECODABLE


def test_every_datagram_has_exactly_one_fate(tmp_path: Path) -> None:
    table = Desk(tmp_path, settings=TrapSettings(per_source_burst=5, per_source_per_second=1))
    for data in (b"", v2c(), v2c(), v2c(community=b"x"), v3(), v3(), b"x" * 9000):
        table.take(data)
    table.take(v2c(), "127.0.0.77")
    counters = table.counters
    fates = {str(fate): counters[fate] for fate in FATES}
    dropped = {str(reason): count for reason, count in counters.drops.items() if count}
    assert fates == {"told": 3, "repeated": 0, "answered": 0}
    assert dropped == {
        "malformed": 1,
        "wrong_community": 1,
        "limited": 1,
        "oversized": 1,
        "unknown_source": 1,
    }
    assert counters[Count.RECEIVED] == sum(fates.values()) + sum(dropped.values()) == 8


def test_a_replay_names_its_engine_so_that_a_poll_can_ask_it(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    assert table.fate(v3(boots=9)) is Count.TOLD
    assert table.fate(v3(boots=2)) is Drop.BOOTS_BACK
    (warned,) = table.warned
    assert (warned.device, warned.boots, warned.time) == ("radio-7", 2, 1000)
    table.intake.admit_boots(bytes.fromhex(warned.engine_id), 2, 990)
    assert table.fate(v3(boots=2)) is Count.TOLD


def test_alarms_come_once_a_minute_with_a_count(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    for _ in range(40):
        table.take(v2c(community=b"wrong"))
    assert [each.count for each in table.warned] == [1]
    table.now += 30
    table.intake.alarms.tick(table.now)
    assert len(table.warned) == 1
    table.now += 31
    table.intake.alarms.tick(table.now)
    assert [each.count for each in table.warned] == [1, 39]


def test_a_thousand_forged_sources_do_not_fill_the_log(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    for number in range(5000):
        table.take(v2c(), f"127.1.{number // 250}.{number % 250}")
    assert len(table.warned) == 20
    assert table.counters[Drop.UNKNOWN_SOURCE] == 5000


def test_where_replays_cannot_be_remembered_v3_is_refused_and_v2c_still_told(
    tmp_path: Path,
) -> None:
    table = Desk(tmp_path)
    blocker = sqlite3.connect(tmp_path / "replay.sqlite")
    table.guard._database.execute("PRAGMA busy_timeout = 10")
    blocker.execute("BEGIN IMMEDIATE")
    assert table.fate(v3()) is Drop.MEMORY
    assert table.fate(v2c()) is Count.TOLD
    blocker.rollback()
    blocker.close()
    assert table.fate(v3(time=1001)) is Count.TOLD


def test_a_new_inventory_is_in_force_at_once(tmp_path: Path) -> None:
    table = Desk(tmp_path)
    table.intake.know([device(address="127.0.0.50", community=b"new", user=SIGNING)])
    assert table.fate(v2c()) is Drop.UNKNOWN_SOURCE
    assert table.fate(v2c(COLD_START, community=b"new"), "127.0.0.50") is Count.TOLD
