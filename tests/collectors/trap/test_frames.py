"""What passes between the two processes: whole frames, and nothing believed on the way up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.trap.frames import (
    LENGTH,
    Deframer,
    FrameError,
    NewBoots,
    Orders,
    Ready,
    Warned,
    frame,
    orders,
    read_orders,
    read_told,
    told,
)
from collectors.trap.notification import Event, Level, Notification
from collectors.trap.settings import TrapSettings
from tests.collectors.trap.datagrams import NOBODY, SIGNING, device
from topology.model import DeviceId

NOTIFICATION = Notification(
    device=DeviceId("radio-7"),
    source="10.0.0.7",
    received_at=1.7e9,
    monotonic=12.5,
    level=Level.PRIV,
    is_inform=True,
    trap_oid="1.3.6.1.6.3.1.1.5.3",
    event=Event.LINK_DOWN,
    if_index=4,
    varbinds=(("1.3.6.1.2.1.2.2.1.1.4", "4"),),
)
WARNED = Warned(reason="replayed", source="10.0.0.7", device=None, count=3, engine_id="8000")


@pytest.mark.parametrize(
    "item", [NOTIFICATION, WARNED, Ready()], ids=lambda item: type(item).__name__
)
def test_what_is_told_is_heard(item: Notification | Warned | Ready) -> None:
    (document,) = Deframer(65536).feed(frame(told(item)))
    assert read_told(document) == item


@pytest.mark.parametrize(
    "item",
    [
        Orders(
            settings=TrapSettings(listen=("::",), queue_size=7),
            sources=(device(), device("b", user=NOBODY), device("c", user=None)),
            sockets=(5, 6),
            counters=4,
        ),
        (device(user=SIGNING),),
        NewBoots(engine_id=b"\x80\x00", boots=2, time=30),
    ],
    ids=["first", "sources", "boots"],
)
def test_what_is_ordered_is_understood(item: Orders | NewBoots | tuple[object, ...]) -> None:
    (document,) = Deframer(65536).feed(frame(orders(item)))  # type: ignore[arg-type]
    assert read_orders(document) == item


def test_frames_come_together_from_any_pieces() -> None:
    stream = b"".join(frame({"number": number}) for number in range(5))
    deframer = Deframer(1000)
    found = [each for octet in stream for each in deframer.feed(bytes((octet,)))]
    assert found == [{"number": number} for number in range(5)]


@pytest.mark.parametrize(
    "stream",
    [
        LENGTH.pack(70_000),
        LENGTH.pack(4) + b"\xff\xff\xff\xff",
        LENGTH.pack(2) + b"[]",
        LENGTH.pack(60_000) + b"[" * 60_000,
    ],
    ids=["too long", "no text", "no object", "nested"],
)
def test_a_frame_nobody_would_have_written_is_refused(stream: bytes) -> None:
    with pytest.raises(FrameError):
        list(Deframer(65536).feed(stream))


@pytest.mark.parametrize(
    "changes",
    [
        {"device": 7},
        {"level": "v4"},
        {"event": "explosion"},
        {"if_index": -1},
        {"if_index": 1e300},
        {"received_at": "now"},
        {"received_at": float("nan")},
        {"monotonic": True},
        {"varbinds": [["1.3", "4"]] * 17},
        {"varbinds": [["1.3"]]},
        {"varbinds": None},
    ],
    ids=str,
)
def test_a_receiver_that_was_broken_into_can_tell_nothing_but_notifications(
    changes: dict[str, object],
) -> None:
    document = json.loads(json.dumps(told(NOTIFICATION)))
    document["notification"] |= changes
    with pytest.raises(FrameError):
        read_told(document)


def test_text_is_cleaned_once_more_on_this_side() -> None:
    document = told(NOTIFICATION)
    document["notification"]["varbinds"] = [["1.3", "\x1b[31m" + "x" * 500]]
    heard = read_told(document)
    assert isinstance(heard, Notification)
    assert heard.varbinds == (("1.3", "[31m" + "x" * 124),)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["notification", "warning", "other"]), JSON))
def test_any_other_document_is_refused_as_a_frame_error(document: dict[str, object]) -> None:
    with pytest.raises(FrameError):
        read_told(document)
