"""What notifications make netmon do: ask again, at once and after two minutes; nothing else."""

from dataclasses import replace

import pytest

from collectors.trap.notification import Event, Level, Notification
from netmon.flapping import FlappingSettings
from netmon.notices import Kind, Notice, Notices, NoticeSettings
from topology.model import DeviceId

RADIO, ROUTER = DeviceId("radio-7"), DeviceId("router-1")
NOW = 1000.0


def notification(
    event: Event = Event.LINK_DOWN,
    *,
    device: DeviceId = RADIO,
    index: int | None = 4,
    at: float = NOW,
    level: Level = Level.V2C,
) -> Notification:
    return Notification(
        device=device,
        source="10.0.0.7",
        received_at=1.7e9,
        monotonic=at,
        level=level,
        is_inform=False,
        trap_oid="1.3.6.1.6.3.1.1.5.3",
        event=event,
        if_index=index,
    )


class Desk:
    """Notices, and what they told."""

    def __init__(self, **settings: float) -> None:
        self.told: list[Notice] = []
        chosen = NoticeSettings(**settings)  # type: ignore[arg-type]
        self.notices = Notices(chosen, [RADIO, ROUTER], self.told.append)

    def take(self, at: float, event: Event = Event.LINK_DOWN, index: int | None = 4) -> None:
        self.notices.take(notification(event, at=at, index=index), at)

    def kinds(self) -> list[Kind]:
        return [notice.kind for notice in self.told]


def test_a_notification_has_its_device_polled_at_once_and_after_two_minutes() -> None:
    desk = Desk()
    desk.take(NOW)
    assert desk.notices.due(NOW) == [RADIO]
    assert desk.notices.due(NOW + 119.9) == []
    assert desk.notices.due(NOW + 120) == [RADIO]
    assert desk.notices.due(NOW + 10_000) == []


@pytest.mark.parametrize("level", Level)
def test_every_level_asks_for_polls_and_none_for_more(level: Level) -> None:
    desk = Desk()
    desk.notices.take(notification(level=level), NOW)
    assert desk.notices.due(NOW) == [RADIO]


def test_a_device_is_not_polled_more_often_than_the_spacing_allows() -> None:
    desk = Desk(spacing_seconds=10.0)
    polls = 0
    for step in range(1000):  # ten notifications a second, each of another port
        at = NOW + step / 10
        desk.take(at, Event.OTHER, index=step)
        polls += len(desk.notices.due(at))
    assert polls == 10
    assert desk.notices.due(NOW + 100) == [RADIO]  # the last ones are followed up as well


def test_a_device_that_left_the_inventory_is_not_polled() -> None:
    desk = Desk()
    desk.take(NOW)
    desk.notices.replace([ROUTER])
    assert desk.notices.due(NOW + 500) == []
    desk.take(NOW + 500)
    assert desk.notices.due(NOW + 500) == []
    assert desk.notices.statistics.strangers == 1


def test_a_hundred_changes_a_second_of_one_port_are_one_event() -> None:
    desk = Desk()
    polls = 0
    for step in range(500):
        at = NOW + step / 100
        desk.take(at, Event.LINK_UP if step % 2 else Event.LINK_DOWN)
        polls += len(desk.notices.due(at))
    assert desk.kinds().count(Kind.FLAPPING) == 1
    assert polls == 1
    assert desk.notices.flapping.ports == ((RADIO, 4),)
    assert desk.notices.statistics.suppressed > 490


def test_a_port_that_flapped_is_steady_after_a_while_and_polled_then() -> None:
    desk = Desk()
    for step in range(500):
        desk.take(NOW + step / 100)
    desk.notices.due(NOW + 130)
    desk.notices.settle(NOW + 130)
    assert Kind.STEADY not in desk.kinds()
    desk.notices.settle(NOW + 1300)
    assert desk.kinds()[-1] is Kind.STEADY
    assert desk.notices.flapping.ports == ()
    assert desk.notices.due(NOW + 1300) == [RADIO]


def test_one_port_that_flaps_does_not_silence_its_neighbours() -> None:
    desk = Desk()
    for step in range(100):
        desk.take(NOW + step / 100)
    desk.notices.due(NOW + 50)
    desk.take(NOW + 60, index=5)
    assert desk.notices.due(NOW + 60) == [RADIO]


def test_a_loss_now_and_then_is_no_flapping() -> None:
    desk = Desk()
    for hour in range(24):
        desk.take(NOW + hour * 3600)
        desk.take(NOW + hour * 3600 + 30, Event.LINK_UP)
        desk.notices.settle(NOW + hour * 3600 + 1800)
    assert Kind.FLAPPING not in desk.kinds()


@pytest.mark.parametrize("boot", [Event.COLD_START, Event.WARM_START])
def test_after_a_start_ports_may_move_without_flapping(boot: Event) -> None:
    desk = Desk()
    desk.take(NOW, boot, index=None)
    for step in range(40):
        desk.take(NOW + step, Event.LINK_UP if step % 2 else Event.LINK_DOWN)
    assert Kind.FLAPPING not in desk.kinds()
    for step in range(40):
        desk.take(NOW + 130 + step, Event.LINK_UP if step % 2 else Event.LINK_DOWN)
        desk.notices.settle(NOW + 130 + step)
    assert Kind.FLAPPING in desk.kinds()


def test_what_is_told_late_is_recorded_and_does_nothing() -> None:
    desk = Desk()
    desk.notices.take(notification(Event.COLD_START, at=NOW), NOW + 3600)
    assert desk.notices.due(NOW + 4000) == []
    assert desk.notices.statistics.stale == 1
    (notice,) = desk.told
    assert notice.notification is not None
    assert notice.notification.received_at == 1.7e9


def test_the_same_is_said_once_a_minute_with_a_count() -> None:
    desk = Desk()
    for step in range(30):
        desk.take(NOW + step, Event.AUTHENTICATION_FAILURE, index=None)
        desk.notices.settle(NOW + step)
    assert [notice.count for notice in desk.told] == [1]
    desk.notices.settle(NOW + 60)
    assert [notice.count for notice in desk.told] == [1, 29]
    assert desk.told[1].words.endswith("authentication_failure by v2c from 10.0.0.7, 29 times")


def test_a_foreign_agent_address_is_shown_beside_the_source() -> None:
    desk = Desk()
    desk.notices.take(replace(notification(), agent_address="192.168.1.1"), NOW)
    assert desk.told[0].words == (
        "radio-7: link_down of ifIndex 4 by v2c from 10.0.0.7, which calls itself 192.168.1.1"
    )


def test_forged_indexes_share_one_penalty_and_take_no_more_memory() -> None:
    desk = Desk()
    for index in range(20_000):
        desk.take(NOW + index / 1000, index=index)
    assert len(desk.notices.flapping._penalties[RADIO]) <= 257
    assert desk.notices.flapping.ports == ((RADIO, None),)
    assert len(desk.notices.recent) <= 1000


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="steady_penalty must be less"):
        FlappingSettings(steady_penalty=4000.0)
