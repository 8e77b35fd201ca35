"""Who may send notifications: the devices of the inventory, from where and proved as it says."""

from dataclasses import replace
from pathlib import Path

from collectors.target import Community, PingTarget, Target, TrapOrigin, UsmUser
from netmon.traps import sources_of
from tests.collectors.trap.datagrams import SIGNING
from tests.netmon.config.writing import NETWORK, read
from topology.model import DeviceId

RADIO = DeviceId("radio-7")
PINGED = Target(
    device=RADIO, interval_seconds=30.0, ping=PingTarget(device=RADIO, address="10.0.0.1")
)


def test_a_device_sends_from_where_it_is_polled_and_proves_itself_as_in_polls(
    tmp_path: Path,
) -> None:
    first, second = sources_of(read(tmp_path, NETWORK).targets.values())
    assert (first.device, first.address) == ("narva-r1", "10.0.0.1")
    assert (second.device, second.address) == ("tartu-r1", "10.0.0.2")
    assert first.community == second.community == b"Zt7-canary"
    assert first.user is None


def test_a_device_may_send_from_other_addresses_with_another_credential(tmp_path: Path) -> None:
    (tmp_path / "traps.secret").write_text("for traps", "utf-8")
    (tmp_path / "traps.secret").chmod(0o400)
    changed = NETWORK.replace(
        "credentials:\n", "credentials:\n  traps: {community_file: traps.secret}\n", 1
    ).replace(
        "class: backbone}",
        "class: backbone, traps: {addresses: [10.0.9.1, 10.0.0.1], credentials: traps}}",
        1,
    )
    configuration = read(tmp_path, changed)
    found = [
        each for each in sources_of(configuration.targets.values()) if each.device != "tartu-r1"
    ]
    assert [each.address for each in found] == ["10.0.0.1", "10.0.9.1"]
    assert {each.community for each in found} == {b"for traps"}
    polled = configuration.targets[DeviceId("narva-r1")].snmp
    assert polled is not None
    assert isinstance(polled.credential, Community)
    assert polled.credential.secret == b"Zt7-canary"


def test_a_device_that_is_only_pinged_proves_itself_as_told_or_not_at_all() -> None:
    (bare,) = sources_of([PINGED])
    assert (bare.community, bare.user) == (b"", None)
    (told,) = sources_of([replace(PINGED, traps=TrapOrigin(credential=SIGNING))])
    assert isinstance(told.user, UsmUser)
    assert told.address == "10.0.0.1"
