"""What is due comes out once, in time and never early."""

import math

from hypothesis import given
from hypothesis import strategies as st

from collectors.ping.wheel import Wheel


def test_an_empty_wheel_has_nothing_due() -> None:
    wheel: Wheel[str] = Wheel()
    assert wheel.next_due == math.inf
    assert wheel.take(1e9) == []


def test_items_of_one_slot_keep_their_order() -> None:
    wheel: Wheel[str] = Wheel()
    for name in "abc":
        wheel.add(1.001, [name])
    assert wheel.take(1.0099) == []
    assert wheel.take(1.01) == ["a", "b", "c"]
    assert wheel.take(2.0) == []


@given(dues=st.lists(st.floats(min_value=0.0, max_value=100.0), max_size=100))
def test_each_item_comes_once_at_most_a_slot_late_and_never_early(dues: list[float]) -> None:
    wheel: Wheel[float] = Wheel()
    for due in dues:
        wheel.add(due, [due])
    taken = []
    while wheel.next_due < math.inf:
        now = wheel.next_due
        for due in wheel.take(now):
            assert -1e-9 <= now - due <= 0.0101
            taken.append(due)
    assert sorted(taken) == sorted(dues)
