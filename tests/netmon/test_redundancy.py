"""How much redundancy is left: worked out when what is down changes, and not more often."""

import asyncio

from netmon.redundancy import Follower, down
from netmon.verdict import Condition
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, SiteId
from topology.resilience.snapshot import Elements

RING = make_network("hq-b", "b-c", "c-d", "d-hq", "c-t")
TREE = make_network("hq-b", "b-c", *(f"hq-{other}" for other in "defgh"))
OPEN = make_network("hq-b", "b-c", "c-d", "c-t")


def failed(*links: str) -> Elements:
    return Elements(links=frozenset(LinkId(link) for link in links))


def test_a_ring_that_is_open_leaves_one_way_to_each_of_its_sites() -> None:
    found = Follower().measure(RING, failed("b-c"))
    assert dict(found.designed_site_paths) == {"b": 2, "c": 2, "d": 2, "t": 1}
    assert dict(found.site_paths) == {"b": 1, "c": 1, "d": 1, "t": 1}
    assert found.designed_single_points["link"] == 1
    assert found.single_points["link"] == 4
    assert found.components == 1


def test_two_cuts_of_a_ring_are_two_pieces() -> None:
    found = Follower().measure(RING, failed("hq-b", "d-hq"))
    assert found.components == 2
    assert found.site_paths[SiteId("c")] == 0


def test_the_design_is_worked_out_anew_for_another_network() -> None:
    follower = Follower()
    follower.measure(RING, failed())
    other = make_network("hq-b", "hq-b2", "b-b2")
    assert dict(follower.measure(other, failed()).designed_site_paths) == {"b": 2, "b2": 2}


def test_what_is_only_out_of_sight_has_not_failed() -> None:
    scene = Scene(TREE, collector_site="hq")
    scene.live(polls=5)
    scene.link("hq-b").cut()
    scene.silent |= {"b-r", "c-r"}
    judged = scene.live(polls=8)
    assert judged.devices[DeviceId("c-r")].condition is Condition.UNREACHABLE
    found = down(judged, TREE)
    assert set(found.links) == {"hq-b"}
    assert set(found.devices) == {"b-r"}


def test_a_change_is_followed_and_the_same_again_is_not() -> None:
    async def watch() -> list[int]:
        follower, judged = Follower(), Scene(RING).live(polls=5)
        task = asyncio.create_task(follower.run())
        follower.note(judged, RING)
        await follower.settled()
        first = follower.last
        follower.note(judged, RING)
        await follower.settled()
        again = follower.last
        follower.note(Scene(OPEN).live(polls=5), OPEN)
        await follower.settled()
        task.cancel()
        return [id(first), id(again), id(follower.last)]

    first, again, changed = asyncio.run(watch())
    assert first == again
    assert changed != first
