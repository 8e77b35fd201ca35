"""What devices hear becomes links where it is certain, and is told where it is not."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.topology.neighbourhood import both, chassis_of, hears, identity
from topology.claims import Claim, Identifier, Identity, Kind, Port, Source
from topology.errors import NetworkError
from topology.model import DeviceId
from topology.neighbours import Neighbourhood, match

A, B, C = identity("a", "x", "y"), identity("b", "p", "q"), identity("c", "m", "n")


def links(found: Neighbourhood) -> dict[str, bool]:
    """Return the links as text, and whether both ends say so."""
    return {
        "-".join(f"{end.device}:{end.interface}" for end in link.ends): link.is_confirmed
        for link in found.links
    }


def told(found: Neighbourhood) -> list[tuple[str, str]]:
    return [
        (each.kind.value, f"{each.device}:{each.interface}>{each.neighbour}")
        for each in found.findings
    ]


def test_two_ports_that_hear_each_other_are_a_link_with_sources_and_age() -> None:
    claims = [
        hears("a:x", "b:p", age=300.0),
        hears("b:p", "a:x", age=50.0),
        hears("b:p", "a:x", source=Source.CDP, age=80.0),
    ]
    found = match(claims, [A, B])
    (link,) = found.links
    assert links(found) == {"a:x-b:p": True}
    assert link.sources == {Source.LLDP, Source.CDP}
    assert link.age_seconds == 50.0
    assert not found.findings


def test_a_ring_of_three_with_a_parallel_link_has_four_links() -> None:
    a = identity("a", "x", "y", "z")
    b = identity("b", "p", "q", "r")
    claims = [
        *both("a:x", "b:p"),
        *both("a:z", "b:r"),
        *both("b:q", "c:m"),
        *both("c:n", "a:y"),
    ]
    found = match(claims, [a, b, C])
    assert links(found) == {"a:x-b:p": True, "a:z-b:r": True, "b:q-c:m": True, "a:y-c:n": True}
    assert not found.findings


def test_one_sided_claims_are_proposed_and_told() -> None:
    found = match([hears("a:x", "b:p")], [A, B])
    assert links(found) == {"a:x-b:p": False}
    assert told(found) == [("one_sided", "a:x>b")]
    assert "hears nobody" in found.findings[0].words
    mute = match([hears("a:x", "b:p")], [A, identity("b", "p", table=False)])
    assert "shows no neighbours at all" in mute.findings[0].words


def test_a_port_that_is_down_hears_nobody() -> None:
    a = identity("a", Port(name="x", is_up=False))
    found = match([hears("a:x", "b:p")], [a, B])
    assert not found.links
    assert told(found) == [("stale", "a:x>b")]
    assert found.findings[0].neighbour_interface == "p"
    far = match([hears("b:p", "a:x")], [a, B])
    assert not far.links
    assert told(far) == [("stale", "b:p>a")]


def test_what_was_learned_before_the_port_came_up_again_needs_the_other_end() -> None:
    a = identity("a", Port(name="x", is_up=True, unchanged_seconds=60.0))
    assert told(match([hears("a:x", "b:p", age=900.0)], [a, B])) == [("stale", "a:x>b")]
    assert links(match([hears("a:x", "b:p", age=50.0)], [a, B])) == {"a:x-b:p": False}
    confirmed = match([hears("a:x", "b:p", age=900.0), hears("b:p", "a:x")], [a, B])
    assert links(confirmed) == {"a:x-b:p": True}


def test_what_remains_from_before_a_restart_is_stale() -> None:
    found = match([hears("a:x", "b:p", before_reboot=True, age=None)], [A, B])
    assert not found.links
    assert told(found) == [("stale", "a:x>b")]


def test_several_neighbours_at_one_port_make_no_link() -> None:
    """A hub in between: everybody hears everybody."""
    claims = [hears(one, other) for one, other in
              [("a:x", "b:p"), ("a:x", "c:m"), ("b:p", "a:x"), ("b:p", "c:m"), ("c:m", "a:x"),
               ("c:m", "b:p")]]  # fmt: skip
    found = match(claims, [A, B, C])
    assert not found.links
    assert {kind for kind, _ in told(found)} == {"shared_port"}
    assert len(found.findings) == 6


def test_a_stranger_beside_a_neighbour_makes_the_port_a_shared_one() -> None:
    found = match([*both("a:x", "b:p"), hears("a:x", "phone:1")], [A, B])
    assert not found.links
    kinds = sorted(kind for kind, _ in told(found))
    assert kinds == ["shared_port", "shared_port", "unknown_neighbour"]


def test_unknown_neighbours_are_told_in_their_own_words() -> None:
    found = match([hears("a:x", "stranger:1")], [A])
    assert not found.links
    assert told(found) == [("unknown_neighbour", "a:x>None")]
    assert "'stranger'" in found.findings[0].words


def test_a_neighbour_without_a_name_is_known_by_its_chassis() -> None:
    claim = Claim(
        device=DeviceId("a"), interface="x", source=Source.LLDP, chassis=chassis_of("b"),
        port=Identifier(Kind.NAME, "p"),
    )  # fmt: skip
    assert links(match([claim], [A, B])) == {"a:x-b:p": False}


def test_a_claim_that_contradicts_itself_means_nobody() -> None:
    claim = Claim(
        device=DeviceId("a"), interface="x", source=Source.LLDP, chassis=chassis_of("b"),
        port=Identifier(Kind.NAME, "p"), system_name="c",
    )  # fmt: skip
    found = match([claim], [A, B, C])
    assert not found.links
    assert told(found) == [("ambiguous_neighbour", "a:x>None")]
    assert "b, c" in found.findings[0].words


def test_a_name_that_two_devices_have_means_neither() -> None:
    claim = Claim(
        device=DeviceId("a"), interface="x", source=Source.CDP, system_name="twin",
        port=Identifier(Kind.NAME, "p"),
    )  # fmt: skip
    twins = [identity(each, "p", name="twin") for each in ("b", "c")]
    found = match([claim], [A, *twins])
    assert told(found) == [("ambiguous_neighbour", "a:x>None")]


def test_an_address_decides_only_where_chassis_and_name_leave_it_open() -> None:
    """192.168.1.1 is the address of c, as it is of every router out of its box."""
    c = replace(C, addresses=frozenset({"192.168.1.1"}))
    claim = replace(hears("a:x", "b:p"), addresses=("192.168.1.1",))
    assert links(match([claim], [A, B, c])) == {"a:x-b:p": False}
    nameless = replace(claim, chassis=None, system_name="", port=Identifier(Kind.NAME, "m"))
    assert links(match([nameless], [A, B, c])) == {"a:x-c:m": False}
    twins = [
        replace(identity(each, "p", name="twin"), addresses=frozenset({f"127.0.0.{number}"}))
        for number, each in enumerate(("b", "c"), start=1)
    ]
    by_name = replace(claim, chassis=None, system_name="twin", addresses=("127.0.0.2",))
    assert links(match([by_name], [A, *twins])) == {"a:x-c:p": False}


def test_who_hears_itself_is_told() -> None:
    found = match(both("a:x", "a:y"), [A])
    assert not found.links
    assert told(found) == [("self", "a:x>None"), ("self", "a:y>None")]


def test_a_row_without_a_port_of_ours_is_told() -> None:
    found = match([hears("a:", "b:p")], [A, B])
    assert not found.links
    assert told(found) == [("unknown_local_port", "a:None>None")]


MAC = Identifier(Kind.MAC, "02:00:00:00:00:01")


def test_a_port_known_by_its_mac_alone_is_found() -> None:
    b = identity("b", Port(name="p", mac=MAC.text, is_up=True))
    found = match([hears("a:x", "b:", port=Identifier.of(Kind.MAC, "0200.0000.0001"))], [A, b])
    assert links(found) == {"a:x-b:p": False}


def test_a_mac_of_several_ports_is_no_port_unless_the_other_end_tells() -> None:
    b = identity("b", *(Port(name=name, mac=MAC.text, is_up=True) for name in ("p", "q")))
    open_claim = hears("a:x", "b:", port=MAC)
    alone = match([open_claim], [A, b])
    assert not alone.links
    assert told(alone) == [("unknown_port", "a:x>b")]
    assert "p, q" in alone.findings[0].words
    assert links(match([open_claim, hears("b:q", "a:x")], [A, b])) == {"a:x-b:q": True}


def test_two_ends_that_both_leave_the_port_open_make_no_link() -> None:
    nameless = Identifier(Kind.CIRCUIT, "?")
    found = match([hears("a:x", "b:", port=nameless), hears("b:p", "a:", port=nameless)], [A, B])
    assert not found.links
    assert [kind for kind, _ in told(found)] == ["unknown_port", "unknown_port"]


def test_what_a_port_calls_itself_goes_before_what_its_number_looks_like() -> None:
    """Local id 2 is the LLDP agent's own number of p, although q has the ifIndex 2."""
    b = identity(
        "b",
        Port(name="p", if_index=1, called=frozenset({Identifier(Kind.LOCAL, "2")})),
        Port(name="q", if_index=2),
    )
    found = match([hears("a:x", "b:", port=Identifier(Kind.LOCAL, "2"))], [A, b])
    assert links(found) == {"a:x-b:p": False}
    plain = identity("b", Port(name="p", if_index=1), Port(name="q", if_index=2))
    found = match([hears("a:x", "b:", port=Identifier(Kind.LOCAL, "2"))], [A, plain])
    assert links(found) == {"a:x-b:q": False}


def lag(device: str) -> Identity:
    return identity(
        device,
        Port(name="m1", aggregate="lag", is_up=True),
        Port(name="m2", aggregate="lag", is_up=True),
        Port(name="lag", is_up=True),
    )


def test_members_that_hear_each_other_are_links_of_their_own() -> None:
    found = match([*both("a:m1", "b:m1"), *both("a:m2", "b:m2")], [lag("a"), lag("b")])
    assert links(found) == {"a:m1-b:m1": True, "a:m2-b:m2": True}


def test_a_neighbour_that_names_its_aggregate_leaves_the_member_open() -> None:
    found = match([hears("a:m1", "b:lag"), hears("a:m2", "b:lag")], [lag("a"), lag("b")])
    assert not found.links
    assert told(found) == [("aggregate", "a:m1>b"), ("aggregate", "a:m2>b")]
    confirmed = match([hears("a:m1", "b:lag"), hears("b:m2", "a:m1")], [lag("a"), lag("b")])
    assert links(confirmed) == {"a:m1-b:m2": True}


def test_an_aggregate_of_one_member_means_that_member() -> None:
    b = identity("b", Port(name="m1", aggregate="lag", is_up=True), "lag")
    assert links(match([hears("a:x", "b:lag")], [A, b])) == {"a:x-b:m1": False}


def test_aggregates_are_no_link_beside_those_of_their_members() -> None:
    claims = [*both("a:m1", "b:m1"), *both("a:lag", "b:lag")]
    found = match(claims, [lag("a"), lag("b")])
    assert links(found) == {"a:m1-b:m1": True}
    assert [kind for kind, _ in told(found)] == ["aggregate", "aggregate"]
    assert links(match(both("a:lag", "b:lag"), [lag("a"), lag("b")])) == {"a:lag-b:lag": True}


def test_an_aggregate_that_hears_a_plain_port_is_told() -> None:
    found = match([hears("a:lag", "c:m")], [lag("a"), C])
    assert not found.links
    assert told(found) == [("aggregate", "a:lag>c")]


def test_two_that_hear_each_other_outrank_one_that_hears_alone() -> None:
    found = match([*both("b:p", "c:m"), hears("a:x", "b:p")], [A, B, C])
    assert links(found) == {"b:p-c:m": True}
    assert told(found) == [("contradicted", "a:x>b")]
    assert "b:p and c:m" in found.findings[0].words


@pytest.mark.parametrize(
    "claims",
    [
        [hears("a:x", "b:p"), hears("c:m", "b:p")],  # two claim one port
        [hears("a:x", "b:p"), hears("b:p", "c:m")],  # the far end hears another
        [hears("a:x", "b:p"), hears("a:y", "b:p")],  # two ports of one device claim it
        [hears("a:x", "b:p"), hears("b:p", "c:")],  # the far end hears another, anywhere
    ],
    ids=lambda claims: " ".join(f"{each.device}:{each.interface}" for each in claims),
)
def test_who_is_contradicted_makes_no_link(claims: list[Claim]) -> None:
    found = match(claims, [A, B, C])
    assert not found.links
    assert ("contradicted", "a:x>b") in told(found)


def test_a_device_has_one_identity() -> None:
    with pytest.raises(NetworkError, match="device 'a' has two identities"):
        match([], [A, A])


# Laws

DEVICES = ("a", "b", "c", "d")
PORTS = ("1", "2", "3")
ends = st.tuples(st.sampled_from(DEVICES), st.sampled_from(PORTS)).map(":".join)
claims_ = st.lists(
    st.builds(
        hears,
        ends,
        st.one_of(ends, st.sampled_from(("a:", "e:1", "b:9"))),
        source=st.sampled_from(Source),
        age=st.sampled_from((None, 10.0, 1000.0)),
        before_reboot=st.sampled_from((False, False, False, True)),
    ),
    max_size=16,
)
ports_ = st.builds(
    Port,
    name=st.just(""),
    is_up=st.sampled_from((True, True, True, False, None)),
    unchanged_seconds=st.sampled_from((None, 100.0)),
    aggregate=st.sampled_from((None, None, "3")),
)


@st.composite
def neighbourhoods(draw: st.DrawFn) -> tuple[list[Claim], list[Identity]]:
    identities = []
    for device in DEVICES:
        ports = []
        for name in PORTS:
            port = draw(ports_)
            aggregate = port.aggregate if name != "3" else None
            ports.append(
                Port(
                    name=name,
                    is_up=port.is_up,
                    unchanged_seconds=port.unchanged_seconds,
                    aggregate=aggregate,
                )
            )
        identities.append(identity(device, *ports))
    return draw(claims_), identities


def shape(found: Neighbourhood, names: dict[str, str] | None = None) -> set[object]:
    """Return the links without any order, their devices renamed."""
    to = names or {}
    return {
        (
            frozenset((to.get(end.device, end.device), end.interface) for end in link.ends),
            frozenset(to.get(each, each) for each in link.said_by),
            link.sources,
            link.age_seconds,
        )
        for link in found.links
    }


@given(neighbourhoods(), st.randoms(use_true_random=False))
def test_the_order_of_claims_and_devices_means_nothing(
    given_: tuple[list[Claim], list[Identity]], chance: object
) -> None:
    claims, identities = given_
    found = match(claims, identities)
    shuffled, others = list(claims), list(identities)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(others)  # type: ignore[attr-defined]
    assert match(shuffled, others) == found
    assert match([*claims, *claims], identities) == found


def renamed(claims: Iterable[Claim], to: dict[str, str]) -> list[Claim]:
    return [
        hears(
            f"{to[each.device]}:{each.interface}",
            f"{to.get(each.system_name, each.system_name)}:{each.port.text if each.port else ''}",
            source=each.source,
            age=each.age_seconds,
            before_reboot=each.is_before_reboot,
        )
        for each in claims
    ]


@given(neighbourhoods(), st.permutations(DEVICES))
def test_the_names_of_devices_mean_nothing(
    given_: tuple[list[Claim], list[Identity]], names: list[str]
) -> None:
    claims, identities = given_
    to = dict(zip(DEVICES, names, strict=True))
    others = [identity(to[each.device], *each.ports) for each in identities]
    found = match(claims, identities)
    again = match(renamed(claims, to), others)
    assert shape(again) == shape(found, to)
    assert sorted(each.kind for each in again.findings) == sorted(
        each.kind for each in found.findings
    )


@given(neighbourhoods())
def test_no_link_comes_from_nothing(given_: tuple[list[Claim], list[Identity]]) -> None:
    """Each was said by one of its ends, of ports that exist and are not down; no port has two."""
    claims, identities = given_
    found = match(claims, identities)
    known = {each.device: each for each in identities}
    said = {
        (each.device, each.interface, each.system_name)
        for each in claims
        if not each.is_before_reboot
    }
    ends_of_links = [end for link in found.links for end in link.ends]
    assert len(ends_of_links) == len(set(ends_of_links))
    for link in found.links:
        a, b = link.ends
        assert a.device != b.device
        assert link.said_by
        for one, other in ((a, b), (b, a)):
            port = known[one.device].port(one.interface)
            assert port is not None
            assert port.is_up is not False
            if one.device in link.said_by:
                assert (one.device, one.interface, other.device) in said


@given(neighbourhoods())
def test_every_claim_ends_in_a_link_or_a_finding(
    given_: tuple[list[Claim], list[Identity]],
) -> None:
    claims, identities = given_
    found = match(claims, identities)
    places = {(each.device, each.interface) for each in found.findings}
    places |= {(end.device, end.interface) for link in found.links for end in link.ends}
    assert {(each.device, each.interface) for each in claims} <= places
