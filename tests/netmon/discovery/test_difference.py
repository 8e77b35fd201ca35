"""How a survey stands to the inventory: link by link, device by device."""

import gc
import time
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.snmp.ber import parse_oid
from collectors.snmp.library import load_profile
from netmon.config.load import Configuration
from netmon.discovery.difference import Difference, Mark, Remark
from netmon.discovery.proposal import proposal
from tests.netmon.discovery.surveys import (
    INVENTORY,
    answer,
    down,
    inventory,
    network_of,
    silence,
    surveyed,
)
from tests.topology.neighbourhood import both, hears, identity
from topology.claims import Port

AB, BC = both("a:x", "b:p"), both("b:q", "c:m")


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return inventory(tmp_path)


def marks(remarks: tuple[Remark, ...]) -> dict[str, str]:
    return {each.subject: each.mark.value for each in remarks}


def words(difference: Difference, subject: str) -> str:
    every = (*difference.devices, *difference.links, *difference.interfaces)
    return next(each.words for each in every if each.subject == subject)


def test_links_that_are_heard_are_confirmed(configuration: Configuration) -> None:
    _, difference = surveyed(network_of([*AB, BC[0]]), configuration)
    assert marks(difference.links) == {"a-b": "confirmed", "b-c": "confirmed"}
    assert words(difference, "a-b") == "by LLDP, both ends, unchanged 100 s"
    assert words(difference, "b-c") == "by LLDP, b alone, unchanged 100 s"
    assert not difference.devices
    assert not difference.interfaces


def test_a_link_that_faces_another_is_contradicted(configuration: Configuration) -> None:
    """The inventory says a:x–b:p, the devices say a:x–c:n."""
    _, difference = surveyed(network_of([*both("a:x", "c:n"), *BC]), configuration)
    assert marks(difference.links) == {
        "a-b": "contradicted",
        "b-c": "confirmed",
        "a:x – c:n": "new",
    }
    assert "found a:x – c:n" in words(difference, "a-b")
    assert "contradicts a-b" in words(difference, "a:x – c:n")
    (found,) = difference.new_links
    assert difference.disputing[found] == "a-b"


def test_a_link_at_another_port_of_the_same_device_is_contradicted(
    configuration: Configuration,
) -> None:
    _, difference = surveyed(network_of([*both("a:y", "b:p")]), configuration)
    assert marks(difference.links)["a-b"] == "contradicted"


def test_a_parallel_link_is_new_and_contradicts_nothing(configuration: Configuration) -> None:
    answers = network_of([*AB, *BC, *both("a:y", "b:r")], b=identity("b", "p", "q", "r"))
    _, difference = surveyed(answers, configuration)
    assert marks(difference.links) == {
        "a-b": "confirmed",
        "b-c": "confirmed",
        "a:y – b:r": "new",
    }
    assert not difference.disputing


def test_claims_at_ports_that_are_down_are_stale(configuration: Configuration) -> None:
    answers = network_of([*AB, *BC], a=identity("a", down("x"), "y"))
    _, difference = surveyed(answers, configuration)
    assert marks(difference.links) == {"a-b": "stale", "b-c": "confirmed"}
    assert "the port is down" in words(difference, "a-b")


def test_a_link_nobody_speaks_of_is_unseen(configuration: Configuration) -> None:
    _, difference = surveyed(network_of([*AB]), configuration)
    assert marks(difference.links)["b-c"] == "unseen"
    assert words(difference, "b-c") == "nobody speaks of it"
    unknown = surveyed(network_of([hears("b:q", "stranger:1")]), configuration)[1]
    assert marks(unknown.links)["b-c"] == "unseen"
    assert "'stranger'" in words(unknown, "b-c")


def test_one_hub_at_a_port_of_a_link_still_confirms_it(configuration: Configuration) -> None:
    claims = [hears("a:x", "b:p"), hears("a:x", "c:n"), hears("b:p", "a:x")]
    _, difference = surveyed(network_of(claims), configuration)
    assert marks(difference.links)["a-b"] == "confirmed"
    assert "2 neighbours at this port" in words(difference, "a-b")


def test_an_aggregate_of_the_inventory_is_confirmed_by_its_members(tmp_path: Path) -> None:
    text = INVENTORY.replace('"a:x", "b:p"', '"a:ae0", "b:ae0"')
    ports = [Port(name=name, aggregate="ae0", is_up=True) for name in ("m1", "m2")]
    lags = {each: identity(each, *ports, "ae0", "x", "y", "p", "q") for each in ("a", "b")}
    claims = [*both("a:m1", "b:m1"), *both("a:m2", "b:m2"), *BC]
    _, difference = surveyed(network_of(claims, **lags), inventory(tmp_path, text))
    assert marks(difference.links) == {"a-b": "confirmed", "b-c": "confirmed"}


def test_silent_devices_are_gone_or_changed(configuration: Configuration) -> None:
    answers = [answer(identity("a", "x", "y")), silence("b"), silence("c", echoes=True)]
    _, difference = surveyed(answers, configuration)
    assert marks(difference.devices) == {"b": "gone", "c": "changed"}
    assert "answers echoes, but not SNMP: no answer to 2 of 2 tries" in words(difference, "c")
    assert words(difference, "b-c") == "not asked or silent: b, c"


def test_a_silent_device_is_still_known_to_its_neighbours(configuration: Configuration) -> None:
    answers = [answer(identity("a", "x", "y"), *AB), silence("b"), silence("c")]
    survey, difference = surveyed(answers, configuration)
    assert marks(difference.links)["a-b"] == "confirmed"
    assert [each.kind.value for each in survey.neighbourhood.findings] == ["one_sided"]


def test_a_device_at_another_address_is_changed_not_new(configuration: Configuration) -> None:
    moved = answer(identity("b", "p", "q"), *AB, inventoried=False, address="127.0.0.99")
    answers = [silence("b"), moved, answer(identity("a", "x", "y"), *AB)]
    survey, difference = surveyed(answers, configuration)
    assert marks(difference.devices) == {"b": "changed"}
    assert marks(difference.links)["a-b"] == "confirmed"
    assert "devices:" not in proposal(survey, difference, configuration.network)
    assert words(difference, "b") == "address 127.0.0.12 is silent; 127.0.0.99 says it is b"


def test_a_second_device_of_a_name_is_told_as_a_stranger(configuration: Configuration) -> None:
    twin = answer(identity("b", "p", "q"), inventoried=False, address="127.0.0.99")
    _, difference = surveyed([answer(identity("b", "p", "q")), twin], configuration)
    assert marks(difference.devices) == {"b-2": "new"}
    assert "says it is b, which the inventory has elsewhere" in words(difference, "b-2")


def test_strangers_are_new_under_a_name_of_their_own(configuration: Configuration) -> None:
    stranger = answer(
        identity("d", "m", name="Ridge router #4"), inventoried=False, address="127.0.0.99"
    )
    twin = answer(
        identity("e", "m", name="Ridge router #4"), inventoried=False, address="127.0.0.98"
    )
    pinged = silence("127.0.0.97", echoes=True, address="127.0.0.97")
    nobody = silence("127.0.0.96", address="127.0.0.96")
    _, difference = surveyed([stranger, twin, pinged, nobody], configuration)
    assert marks(difference.devices) == {
        "Ridge-router-4": "new",
        "Ridge-router-4-2": "new",
        "device-127.0.0.97": "new",
    }
    assert words(difference, "Ridge-router-4") == (
        "127.0.0.99 port 161, if-mib, by field: small router"
    )


def test_two_addresses_of_one_stranger_are_one_device(configuration: Configuration) -> None:
    who = replace(identity("d", "m"), addresses=frozenset({"127.0.0.98", "127.0.0.99"}))
    answers = [
        answer(who, inventoried=False, address=each) for each in ("127.0.0.98", "127.0.0.99")
    ]
    survey, difference = surveyed(answers, configuration)
    assert marks(difference.devices) == {"d": "new"}
    assert survey.same == ("127.0.0.99 is another address of 127.0.0.98",)


def test_what_a_device_is_asked_by_may_have_changed(configuration: Configuration) -> None:
    answers = [
        answer(identity("a", "x", "y", name="c")),
        answer(identity("b", "p", "q"), credential="backbone"),
        answer(identity("c", "m", "n"), profile=load_profile("mikrotik")),
    ]
    _, difference = surveyed(answers, configuration)
    assert marks(difference.devices) == dict.fromkeys("abc", "changed")
    assert words(difference, "a") == "says it is c, which is another device of the inventory"
    assert words(difference, "b") == "answers by backbone, not by field"
    assert words(difference, "c") == "profile mikrotik knows more of it than if-mib"


def test_a_profile_for_another_vendor_is_told(tmp_path: Path) -> None:
    text = INVENTORY.replace("127.0.0.11, credentials", "127.0.0.11, profile: ceragon, credentials")
    oid = parse_oid("1.3.6.1.4.1.14988.1")
    mikrotik = load_profile("mikrotik")
    answers = [answer(identity("a", "x", "y"), sysobjectid=oid, profile=mikrotik)]
    _, difference = surveyed(answers, inventory(tmp_path, text))
    assert "profile ceragon is for sysObjectID 1.3.6.1.4.1.2281" in words(difference, "a")
    assert words(difference, "a").endswith("; mikrotik fits")


def test_interfaces_the_device_has_not_are_missing(configuration: Configuration) -> None:
    answers = [answer(identity("a", "x"))]
    _, difference = surveyed(answers, configuration)
    (missing,) = difference.interfaces
    assert missing.mark is Mark.MISSING
    assert missing.subject == "a:y"


def test_carriers_are_no_missing_interfaces(tmp_path: Path) -> None:
    """The demodulators of a satellite modem are rows of its vendor's table."""
    text = INVENTORY.replace("a:x", "a:Demodulator-1").replace(
        "127.0.0.11, credentials", "127.0.0.11, profile: uhp, credentials"
    )
    _, difference = surveyed([answer(identity("a", "x", "y"))], inventory(tmp_path, text))
    assert not difference.interfaces


def test_a_large_network_of_strangers_costs_what_it_has(configuration: Configuration) -> None:
    """Twice as many addresses cost twice as much, not four times."""

    def seconds(number: int) -> float:
        hosts = [f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}" for place in range(number)]
        answers = [silence(each, echoes=True, address=each) for each in hosts]
        gc.collect()
        gc.disable()  # its own cost grows with all that the whole session holds
        try:
            began = time.process_time()
            survey, difference = surveyed(answers, configuration)
            spent = time.process_time() - began
        finally:
            gc.enable()
        assert len(difference.devices) == number
        assert len(survey.answers) == number
        return spent

    seconds(1000)
    few, many = (min(seconds(number) for _ in range(3)) for number in (4_000, 16_000))
    assert many < 10 * few  # by squares it would be 16 times
