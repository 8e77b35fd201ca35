"""Replays of authentic messages, judged by what is remembered on disk."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.trap.replay import LAST_BOOTS, Judgement, ReplayGuard

NEW, REPLAYED = Judgement.NEW, Judgement.REPLAYED
NOT_IN_TIME, BOOTS_BACK = Judgement.NOT_IN_TIME, Judgement.BOOTS_BACK
ENGINE = b"\x80\x00\x1f\x88\x04radio"
NOW = 5000.0


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[ReplayGuard]:
    opened = ReplayGuard(tmp_path / "replay.sqlite", machine="one")
    yield opened
    opened.close()


def test_a_message_seen_at_once_again_is_a_replay(guard: ReplayGuard) -> None:
    assert guard.judge(ENGINE, 3, 1000, b"a", NOW) is NEW
    assert guard.judge(ENGINE, 3, 1000, b"a", NOW) is REPLAYED
    assert guard.judge(ENGINE, 3, 1000, b"b", NOW) is NEW


def test_messages_may_arrive_out_of_order_within_the_window(guard: ReplayGuard) -> None:
    assert guard.judge(ENGINE, 3, 1000, b"later", NOW) is NEW
    assert guard.judge(ENGINE, 3, 850, b"150 s before", NOW) is NEW
    assert guard.judge(ENGINE, 3, 849, b"151 s before", NOW) is NOT_IN_TIME


def test_a_replay_a_thousand_seconds_later_is_not_in_time(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 3, 1000, b"a", NOW)
    assert guard.judge(ENGINE, 3, 2000, b"b", NOW + 1000) is NEW
    assert guard.judge(ENGINE, 3, 1000, b"a", NOW + 1000) is NOT_IN_TIME


def test_what_was_held_back_for_too_long_is_not_in_time_though_never_seen(
    guard: ReplayGuard,
) -> None:
    guard.judge(ENGINE, 3, 1000, b"a", NOW)
    assert guard.judge(ENGINE, 3, 1001, b"held back", NOW + 1000) is NOT_IN_TIME


def test_a_clock_that_runs_slow_by_a_hundred_ppm_for_a_month_is_forgiven(
    guard: ReplayGuard,
) -> None:
    guard.judge(ENGINE, 3, 1000, b"a", NOW)
    month = 30 * 86_400
    assert guard.judge(ENGINE, 3, 1000 + month - 260, b"b", NOW + month) is NEW


def test_after_the_sender_rebooted_its_earlier_life_is_refused(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 3, 1000, b"a", NOW)
    assert guard.judge(ENGINE, 4, 5, b"b", NOW) is NEW
    assert guard.judge(ENGINE, 3, 1000, b"a", NOW) is BOOTS_BACK
    assert guard.judge(ENGINE, 3, 2000, b"unseen", NOW) is BOOTS_BACK


def test_boots_that_went_back_are_admitted_once_a_poll_has_found_them(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 9, 1000, b"a", NOW)
    assert guard.judge(ENGINE, 1, 30, b"b", NOW) is BOOTS_BACK
    guard.admit_boots(ENGINE, 1, 20, NOW)
    assert guard.judge(ENGINE, 1, 30, b"b", NOW) is NEW


def test_a_poll_that_finds_what_we_know_forgets_nothing(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 9, 1000, b"a", NOW)
    guard.judge(ENGINE, 9, 1001, b"b", NOW + 1)
    guard.admit_boots(ENGINE, 9, 1010, NOW + 10)
    assert guard.judge(ENGINE, 9, 1000, b"a", NOW + 10) is REPLAYED
    assert guard.judge(ENGINE, 9, 1001, b"b", NOW + 10) is REPLAYED
    guard.admit_boots(ENGINE, 8, 5, NOW + 10)
    assert guard.judge(ENGINE, 9, 1000, b"a", NOW + 10) is NEW  # boots rise: as after a reboot


def test_a_time_the_engine_cannot_have_reached_is_of_another_life(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 9, 1000, b"a", NOW)
    guard.admit_boots(ENGINE, 1, 20, NOW + 60)  # it was reset, and had these boots before
    assert guard.judge(ENGINE, 1, 50_000, b"captured long ago", NOW + 60) is NOT_IN_TIME
    assert guard.judge(ENGINE, 1, 30, b"b", NOW + 70) is NEW


def test_a_clock_that_jumped_is_believed_once_a_poll_has_found_it(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 9, 1000, b"a", NOW)
    assert guard.judge(ENGINE, 9, 90_000, b"b", NOW + 10) is NOT_IN_TIME
    guard.admit_boots(ENGINE, 9, 90_000, NOW + 11)
    assert guard.judge(ENGINE, 9, 90_005, b"c", NOW + 16) is NEW
    guard.admit_boots(ENGINE, 9, 1020, NOW + 20)  # and back
    assert guard.judge(ENGINE, 9, 1021, b"d", NOW + 21) is NEW
    assert guard.judge(ENGINE, 9, 1000, b"a", NOW + 21) is NOT_IN_TIME


def test_an_engine_that_has_counted_to_the_end_is_refused(guard: ReplayGuard) -> None:
    assert guard.judge(ENGINE, LAST_BOOTS, 1, b"a", NOW) is NOT_IN_TIME


def test_engines_do_not_disturb_each_other(guard: ReplayGuard) -> None:
    guard.judge(ENGINE, 9, 9000, b"a", NOW)
    assert guard.judge(ENGINE + b"2", 1, 1, b"b", NOW) is NEW


def test_the_memory_survives_our_restart_and_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    first = ReplayGuard(path, machine="one")
    first.judge(ENGINE, 3, 1000, b"a", NOW)
    first.judge(ENGINE, 3, 1200, b"b", NOW + 200)
    first.commit()  # and no close: as after kill -9
    second = ReplayGuard(path, machine="one")
    assert second.judge(ENGINE, 3, 1200, b"b", NOW + 201) is REPLAYED
    assert second.judge(ENGINE, 3, 1000, b"a", NOW + 201) is NOT_IN_TIME
    assert second.judge(ENGINE, 3, 1201, b"c", NOW + 201) is NEW
    second.close()
    first.close()


def test_after_a_restart_of_the_machine_only_engine_time_counts(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    first = ReplayGuard(path, machine="one")
    first.judge(ENGINE, 3, 1000, b"a", NOW)
    first.close()
    second = ReplayGuard(path, machine="two")
    assert second.judge(ENGINE, 3, 1000, b"a", 3.0) is REPLAYED
    assert second.judge(ENGINE, 3, 1001, b"b", 3.0) is NEW
    second.close()


def test_what_leaves_the_memory_is_never_admitted_again(tmp_path: Path) -> None:
    guard = ReplayGuard(tmp_path / "replay.sqlite", machine="one", most_digests=10)
    sent = [b"%d" % number for number in range(40)]
    for number, message in enumerate(sent):
        assert guard.judge(ENGINE, 3, 1000 + number, message, NOW) is NEW
    judged = {guard.judge(ENGINE, 3, 1000 + n, message, NOW) for n, message in enumerate(sent)}
    assert judged == {REPLAYED, NOT_IN_TIME}
    guard.close()


def test_a_damaged_memory_is_set_aside_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    path.write_bytes(b"this is no database" * 100)
    guard = ReplayGuard(path)
    assert guard.set_aside is not None
    assert guard.set_aside.read_bytes().startswith(b"this is no database")
    assert guard.judge(ENGINE, 3, 1000, b"a", NOW) is NEW
    guard.close()


def test_a_place_where_nothing_can_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error):
        ReplayGuard(tmp_path / "missing" / "replay.sqlite")


def test_our_engine_id_stays_and_our_boots_count(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    seen = []
    for number in range(3):
        guard = ReplayGuard(path)
        seen.append(guard.begin_boots(lambda number=number: b"made %d" % number))  # type: ignore[misc]
        guard.close()
    assert seen == [(b"made 0", 1), (b"made 0", 2), (b"made 0", 3)]
