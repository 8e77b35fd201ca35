"""What is loaded from files that are right."""

from pathlib import Path

import pytest

from collectors.target import Community, Engine
from netmon.config.load import load
from netmon.config.problem import ConfigurationError
from tests.netmon.config.writing import MACHINE, NETWORK, SECRET, read, write
from topology.model import Carrier, DeviceId, InterfaceId, LinkId, Polarisation, SiteId

NARVA = DeviceId("narva-r1")


def test_the_network_holds_what_the_file_says(tmp_path: Path) -> None:
    network = read(tmp_path, NETWORK).network
    assert list(network.sites) == ["narva", "tartu"]
    assert network.sites_of(LinkId("narva-tartu")) == ("narva", "tartu")
    assert network.cores == ("tartu",)


def test_interfaces_that_links_name_are_implied(tmp_path: Path) -> None:
    text = NETWORK.replace(
        "class: backbone}\nlinks",
        "class: backbone, interfaces: [xe1, {name: ge0, speed: 1 Gbit/s}]}\nlinks",
    )
    network = read(tmp_path, text).network
    assert network.interfaces_of(NARVA) == (InterfaceId("narva-r1:ge0"),)
    tartu = network.interfaces_of(DeviceId("tartu-r1"))
    assert tartu == ("tartu-r1:xe1", "tartu-r1:ge0")
    assert network.interfaces[InterfaceId("tartu-r1:ge0")].speed_bps == 1e9


def test_a_target_says_how_its_device_is_asked(tmp_path: Path) -> None:
    text = NETWORK.replace(
        "address: 10.0.0.1,",
        "address: 10.0.0.1, port: 1161, engine: pysnmp, snmp: {timeout: 500ms, retries: 1},",
    )
    target = read(tmp_path, text).targets[NARVA]
    assert target.interval_seconds == 10
    assert target.snmp is not None
    assert (target.snmp.address, target.snmp.port) == ("10.0.0.1", 1161)
    assert target.snmp.engine is Engine.PYSNMP
    assert (target.snmp.timeout_seconds, target.snmp.retries) == (0.5, 1)
    assert target.snmp.interfaces == (("ge0", InterfaceId("narva-r1:ge0")),)
    assert isinstance(target.snmp.credential, Community)
    assert target.snmp.credential.secret == SECRET.encode()
    assert target.ping is not None
    assert target.ping.echoes == 5


def test_a_device_without_credentials_is_pinged_only(tmp_path: Path) -> None:
    text = NETWORK.replace("address: 10.0.0.1, credentials: backbone,", "address: 10.0.0.1,")
    target = read(tmp_path, text).targets[NARVA]
    assert target.snmp is None
    assert target.ping is not None


def test_ping_can_be_switched_off_and_tuned(tmp_path: Path) -> None:
    off = read(tmp_path, NETWORK.replace("10.0.0.1,", "10.0.0.1, ping: false,"))
    assert off.targets[NARVA].ping is None
    tuned = read(tmp_path, NETWORK.replace("10.0.0.1,", "10.0.0.1, ping: {echoes: 3},"))
    ping = tuned.targets[NARVA].ping
    assert ping is not None
    assert ping.echoes == 3


def test_a_burst_and_a_poll_end_before_the_next_is_due(tmp_path: Path) -> None:
    target = read(tmp_path, NETWORK.replace("10s", "500ms")).targets[NARVA]
    assert target.ping is not None
    assert target.snmp is not None
    burst = 4 * target.ping.spacing_seconds + target.ping.timeout_seconds
    assert burst < 0.5
    assert target.snmp.budget_seconds == 0.5
    assert target.snmp.timeout_seconds <= 0.5


def test_units_become_base_units(tmp_path: Path) -> None:
    text = NETWORK.replace(
        "medium: fibre}",
        "medium: microwave, frequency: 23.1 GHz, width: 28 MHz, polarisation: horizontal,"
        " capacity: 400 Mbit/s, length: 132.4 km, srlgs: [mast-7], contact: duty desk}",
    )
    link = read(tmp_path, text).network.links[LinkId("narva-tartu")]
    assert link.carrier == Carrier(
        frequency_hz=23.1e9, width_hz=28e6, polarisation=Polarisation.HORIZONTAL
    )
    assert (link.capacity_bps, link.length_m) == (400e6, 132_400)
    assert (link.srlgs, link.contact) == (frozenset({"mast-7"}), "duty desk")


def test_plain_numbers_are_base_units(tmp_path: Path) -> None:
    text = NETWORK.replace("10s", "2.5").replace(
        "medium: fibre}", "medium: sub6, frequency: 5.6e9, width: 4.0e7}"
    )
    configuration = read(tmp_path, text)
    carrier = configuration.network.links[LinkId("narva-tartu")].carrier
    assert carrier == Carrier(frequency_hz=5.6e9, width_hz=40e6)
    assert configuration.targets[NARVA].interval_seconds == 2.5


@pytest.mark.parametrize("country", ["NO", "'NO'", '"NO"'], ids=["plain", "single", "double"])
def test_norway_stays_norway(tmp_path: Path, country: str) -> None:
    network = read(tmp_path, NETWORK.replace("EE", country, 1)).network
    assert network.sites[SiteId("narva")].country == "NO"


def test_ids_of_digits_keep_their_zeros(tmp_path: Path) -> None:
    network = read(tmp_path, NETWORK.replace("id: narva-tartu", "id: 0071")).network
    assert list(network.links) == ["0071"]


def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    head, devices = NETWORK.split("devices:\n")
    first = write(tmp_path, head, "sites.yaml")
    second = write(tmp_path, "devices:\n" + devices, "devices.yaml")
    third = write(
        tmp_path,
        "settings: {collector_site: tartu}\n"
        "sites:\n- {id: pskov-gate, country: EE, position: {lat: 57.8, lon: 27.9}, role: relay}\n",
        "more.yaml",
    )
    configuration = load([first, second, third], environ={}, machine=MACHINE)
    assert list(configuration.network.sites) == ["narva", "tartu", "pskov-gate"]
    assert configuration.collector_site == "tartu"
    assert configuration.files == (first, second, third)


def test_settings_that_are_left_out_have_their_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path, "settings: {snmp: {max_in_flight: 7}}").settings
    assert settings.snmp.max_in_flight == 7
    assert settings.snmp.max_answer_octets == 1400


def test_settings_take_units_and_groups_within_groups(tmp_path: Path) -> None:
    text = (
        "settings:\n"
        "  snmp: {receive_buffer_octets: 8 MiB, remap_seconds: 1h30m}\n"
        "  detection: {reachability: {timeouts: 5, grace_seconds: 500 ms}}\n"
    )
    settings = read(tmp_path, text).settings
    assert settings.snmp.receive_buffer_octets == 8 * 1024 * 1024
    assert settings.snmp.remap_seconds == 5400
    assert settings.detection.reachability.timeouts == 5
    assert settings.detection.reachability.grace_seconds == 0.5
    assert settings.detection.latency == type(settings.detection.latency)()


def test_an_empty_file_is_an_empty_network(tmp_path: Path) -> None:
    configuration = read(tmp_path, "# nothing yet\n")
    assert not configuration.network.sites
    assert not configuration.targets


def test_a_profile_of_the_users_own_is_known_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(
        "name: acme\nsource: ACME-MIB\ndescription: x\nextends: [if-mib]\ncolumns: []\n"
    )
    text = NETWORK.replace("10.0.0.1,", "10.0.0.1, profile: acme,")
    target = read(tmp_path, text + "profiles: {acme: acme.yaml}\n").targets[NARVA]
    assert target.snmp is not None
    assert target.snmp.profile == str(tmp_path / "acme.yaml")


ACME = "name: acme\nsource: ACME-MIB\nextends: [if-mib]\ncolumns: []\n"


def test_every_profile_of_a_folder_is_known_by_its_files_name(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "acme.yaml").write_text(ACME)
    (tmp_path / "ours" / "acme-80.yaml").write_text(
        ACME.replace("if-mib", "acme").replace("acme\n", "acme-80\n", 1)
    )
    text = NETWORK.replace("10.0.0.1,", "10.0.0.1, profile: acme-80,")
    target = read(tmp_path, text + "profiles: {directories: [ours]}\n").targets[NARVA]
    assert target.snmp is not None
    assert target.snmp.profile == str(tmp_path / "ours" / "acme-80.yaml")


def test_a_fault_in_a_folder_of_profiles_names_file_line_and_key(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "acme.yaml").write_text(ACME.replace("source", "sauce"))
    (tmp_path / "ours" / "ceragon.yaml").write_text(ACME)
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, NETWORK + "profiles: {directories: [ours, nowhere]}\n")
    text = str(caught.value)
    assert "acme.yaml:2: sauce: unknown key; did you mean source?" in text
    assert "ceragon.yaml is the name of a built-in profile" in text
    assert "profiles.directories[1]: is no folder" in text


def test_a_length_shorter_than_the_direct_distance_is_a_warning(tmp_path: Path) -> None:
    configuration = read(tmp_path, NETWORK.replace("medium: fibre", "medium: fibre, length: 12 km"))
    (warning,) = configuration.warnings
    assert warning.where == "links[0].length"
    assert "shorter than the 139" in warning.message


def test_no_file_at_all_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="no file"):
        load([])
