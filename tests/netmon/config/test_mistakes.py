"""Every mistake is found where it stands, with what would be right."""

import os
from pathlib import Path

import pytest

from netmon.config.load import load
from netmon.config.problem import ConfigurationError
from tests.netmon.config.writing import MACHINE, NETWORK, problems, read, the_problem, write

MICROWAVE = "medium: microwave, frequency: 23 GHz, width: 28 MHz"

# What is written instead of what; where it is found; what is said.
MISTAKES = {
    "unknown site": ("site: narva,", "site: navra,", "devices[0].site", "did you mean 'narva'?"),
    "unknown device": ("narva-r1:ge0", "narva-r2:ge0", "links[0].ends[0]", "did you mean"),
    "unknown interface form": ("narva-r1:ge0", "narva-r1", "links[0].ends[0]", "device:ifName"),
    "unknown profile": ("10.0.0.1,", "10.0.0.1, profile: ifmib,", "devices[0].profile", "'if-mib'"),
    "profile path": ("10.0.0.1,", "10.0.0.1, profile: a/../b,", "devices[0].profile", "not a path"),
    "unknown class": (
        "10.0.0.1, credentials: backbone, class: backbone",
        "10.0.0.1, class: bakbone",
        "devices[0].class",
        "did you mean 'backbone'?",
    ),
    "unknown credentials of traps": (
        "10.0.0.1, credentials",
        "10.0.0.1, traps: {credentials: backbon}, credentials",
        "devices[0].traps.credentials",
        "did you mean 'backbone'?",
    ),
    "impossible address of traps": (
        "10.0.0.1, credentials",
        "10.0.0.1, traps: {addresses: [10.0.9.1, 224.0.0.1]}, credentials",
        "devices[0].traps.addresses[1]",
        "224.0.0.1 is a multicast address",
    ),
    "unknown credentials": (
        "10.0.0.1, credentials: backbone",
        "10.0.0.1, credentials: backbon",
        "devices[0].credentials",
        "did you mean 'backbone'?",
    ),
    "link to itself": ("tartu-r1:ge0", "narva-r1:ge0", "links[0].ends", "joins two interfaces"),
    "link to own device": ("tartu-r1:ge0", "narva-r1:ge1", "links[0].ends", "to itself"),
    "three ends": ("tartu-r1:ge0]", "tartu-r1:ge0, a:b]", "links[0].ends", "and has 3"),
    "ends no list": ("[narva-r1:ge0, tartu-r1:ge0]", "narva-r1:ge0", "links[0].ends", "a list"),
    "duplicate device": (
        "links:\n",
        "  - {id: narva-r1, site: narva, address: 10.0.0.3}\nlinks:\n",
        "devices[2].id",
        "duplicate device",
    ),
    "duplicate address": ("10.0.0.2", "10.0.0.1", "devices[1].address", "of device narva-r1"),
    "own address": ("10.0.0.1", "192.0.2.7", "devices[0].address", "own address"),
    "own broadcast": ("10.0.0.1", "192.0.2.255", "devices[0].address", "broadcast"),
    "broadcast": ("10.0.0.1", "255.255.255.255", "devices[0].address", "broadcast"),
    "multicast": ("10.0.0.1", "224.0.0.5", "devices[0].address", "multicast"),
    "multicast 6": ("10.0.0.1", "'ff02::1'", "devices[0].address", "multicast"),
    "unspecified": ("10.0.0.1", "0.0.0.0", "devices[0].address", "unspecified"),
    "unspecified 6": ("10.0.0.1", "'::'", "devices[0].address", "unspecified"),
    "this network": ("10.0.0.1", "0.1.2.3", "devices[0].address", "no device can have"),
    "mapped": ("10.0.0.1", "'::ffff:10.0.0.1'", "devices[0].address", "write 10.0.0.1"),
    "link-local": ("10.0.0.1", "'fe80::1'", "devices[0].address", "on which interface"),
    "name for address": ("10.0.0.1", "r1.example", "devices[0].address", "wait for DNS"),
    "leading zero": ("10.0.0.1", "10.0.0.01", "devices[0].address", "numeric"),
    "port": ("10.0.0.1,", "10.0.0.1, port: 70000,", "devices[0].port", "65535 or less"),
    "interval 0": ("backbone: 10s", "backbone: 0", "intervals.backbone", "0.1 s to 1 day"),
    "interval negative": ("backbone: 10s", "backbone: -5", "intervals.backbone", "0.1 s to 1 day"),
    "interval nan": ("backbone: 10s", "backbone: .nan", "intervals.backbone", "such as 10s"),
    "interval NaN": ("backbone: 10s", "backbone: NaN", "intervals.backbone", "such as 10s"),
    "interval inf": ("backbone: 10s", "backbone: .inf", "intervals.backbone", "such as 10s"),
    "interval huge": ("backbone: 10s", "backbone: 1e9", "intervals.backbone", "0.1 s to 1 day"),
    "interval over": ("backbone: 10s", "backbone: 1e308", "intervals.backbone", "1 day"),
    "interval unit": ("backbone: 10s", "backbone: 10 S", "intervals.backbone", "did you mean s?"),
    "interval sexagesimal": ("backbone: 10s", "backbone: 1:30", "intervals.backbone", "unit"),
    "country": ("country: EE", "country: Estonia", "sites[0].country", "ISO 3166"),
    "country slip": ("country: EE", "country: EST", "sites[0].country", "did you mean 'EE'?"),
    "country case": ("country: EE", "country: ee", "sites[0].country", "did you mean 'EE'?"),
    "latitude": ("lat: 59.38", "lat: 159.38", "sites[0].position.lat", "90 or less"),
    "latitude word": ("lat: 59.38", "lat: 59°22", "sites[0].position.lat", "must be a number"),
    "role": ("role: core", "role: kore", "sites[1].role", "must be one of core"),
    "medium": ("medium: fibre", "medium: fiber", "links[0].medium", "fibre"),
    "unknown key": ("role: core", "role: core, nmae: x", "sites[1].nmae", "did you mean 'name'?"),
    "nested key": ("lat: 59.38", "lat: 59.38, altt: 1", "sites[0].position.altt", "'alt'?"),
    "tab": ("  backbone: 10s", "\tbackbone: 10s", "", "indent with spaces"),
    "swapped": (
        "lat: 59.38, lon: 28.19",
        "lat: 28.19, lon: 59.38",
        "sites[0].position",
        "write lat: 59.38, lon: 28.19",
    ),
    "null island": ("lat: 59.38, lon: 28.19", "lat: 0, lon: 0", "sites[0].position", "left at 0"),
    "1e400": ("lat: 59.38", "lat: 1e400", "sites[0].position.lat", "finite"),
    "minutes": ("lat: 59.38", "lat: 59:22:48", "sites[0].position.lat", "must be a number"),
    "hexadecimal": ("10.0.0.1,", "10.0.0.1, port: 0xA1,", "devices[0].port", "must be a number"),
    "huge number": (
        "10.0.0.1,",
        f"10.0.0.1, ping: {{echoes: {'9' * 20}}},",
        "devices[0].ping.echoes",
        "whole number of usual size",
    ),
    "yes": (
        "10.0.0.1,",
        "10.0.0.1, snmp: {all_interfaces: yes},",
        "devices[0].snmp.all_interfaces",
        "true or false",
    ),
    "merge key": ("role: core", "role: core, <<: {name: x}", "sites[1].<<", "unknown key"),
    "scope of a global address": ("10.0.0.1", "'2001:db8::1%lo'", "devices[0].address", "fe80::"),
    "scope that is no interface": (
        "10.0.0.1",
        "'fe80::1%a b;c'",
        "devices[0].address",
        "after the",
    ),
    "scope that is empty": ("10.0.0.1", "'fe80::1%'", "devices[0].address", "numeric"),
    "network for address": ("10.0.0.1", "10.0.0.1/24", "devices[0].address", "numeric"),
    "port in the address": ("10.0.0.1", "10.0.0.1:161", "devices[0].address", "numeric"),
    "same address, other spelling": (
        "10.0.0.1, credentials: backbone, class: backbone}\n  - {id: tartu-r1, site: tartu,"
        " address: 10.0.0.2",
        "'2001:db8::1', credentials: backbone, class: backbone}\n  - {id: tartu-r1, site: tartu,"
        " address: '2001:DB8:0::1'",
        "devices[1].address",
        "of device narva-r1",
    ),
    "long try": ("10.0.0.1,", "10.0.0.1, snmp: {timeout: 1m},", "devices[0].snmp.timeout", "10 s"),
    "twice the SRLG": ("fibre}", "fibre, srlgs: [d, d]}", "links[0].srlgs[1]", "duplicate SRLG"),
    "name of a class": ("intervals:", "intervals:\n  a b: 1s", "intervals.a b", "must begin with"),
    "band for a frequency": (
        "medium: fibre",
        MICROWAVE.replace("23 GHz", "X"),
        "links[0].frequency",
        "such as 23.1 GHz",
    ),
    "decimal comma": (
        "medium: fibre",
        MICROWAVE.replace("23 GHz", "'23,1 GHz'"),
        "links[0].frequency",
        "unknown unit",
    ),
    "missing key": (", medium: fibre", "", "links[0].medium", "is missing"),
    "empty value": ("medium: fibre", "medium: ", "links[0].medium", "is empty"),
    "homoglyph": ("id: narva-tartu", "id: n\u0430rva", "links[0].id", "CYRILLIC SMALL LETTER A"),
    "right-to-left": ("id: narva-tartu", '"id": "n\\u202Ea"', "links[0].id", "OVERRIDE"),
    "control": ("role: core", 'role: core, name: "a\\u001b[2J"', "sites[1].name", "control"),
    "overlong": ("id: narva-tartu", f"id: {'n' * 65}", "links[0].id", "at most 64"),
    "overlong by far": ("id: narva-tartu", f"id: {'n' * 10_000}", "links[0].id", "at most 64"),
    "GHz for MHz": ("medium: fibre", MICROWAVE.replace("28 M", "28 G"), "links[0].width", "unit"),
    "kHz for GHz": (
        "medium: fibre",
        MICROWAVE.replace("23 G", "23 k"),
        "links[0].frequency",
        "0.1 to 300 GHz",
    ),
    "medium's band": ("medium: fibre", MICROWAVE.replace("microwave", "tetra"), "links[0]", "0.1"),
    "light": ("medium: fibre", MICROWAVE.replace("microwave", "fibre"), "links[0]", "remove it"),
    "no width": ("medium: fibre", MICROWAVE.replace(", width: 28 MHz", ""), "links[0]", "width"),
    "no frequency": ("medium: fibre", "medium: sub6, width: 20 MHz", "links[0]", "frequency"),
    "polarisation": (
        "medium: fibre",
        MICROWAVE + ", polarisation: circular",
        "links[0].polarisation",
        "vertical, horizontal",
    ),
    "nothing to ask": (
        "10.0.0.1, credentials: backbone,",
        "10.0.0.1, ping: false,",
        "devices[0].ping",
        "nothing is left to ask",
    ),
    "ping word": ("10.0.0.1,", "10.0.0.1, ping: yes,", "devices[0].ping", "true, false or"),
    "long burst": ("10.0.0.1,", "10.0.0.1, ping: {spacing: 4s},", "devices[0].ping", "interval"),
    "long poll": ("10.0.0.1,", "10.0.0.1, snmp: {budget: 1h},", "devices[0].snmp.budget", "longer"),
    "twice the interface": (
        "10.0.0.1,",
        "10.0.0.1, interfaces: [ge0, ge0],",
        "devices[0].interfaces[1]",
        "duplicate interface",
    ),
    "not a mapping": ("links:\n", "links:\n  - hello\n", "links[0]", "must be a mapping"),
    "not a list": ("intervals:", "links2: 1\nintervals:", "links2", "did you mean 'links'?"),
}


@pytest.mark.parametrize(("old", "new", "where", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_once_and_where_it_is(
    tmp_path: Path, old: str, new: str, where: str, words: str
) -> None:
    assert old in NETWORK
    found = the_problem(tmp_path, NETWORK.replace(old, new, 1))
    assert found.where == where
    assert words in found.message
    assert found.message.isascii()


def test_the_place_is_the_line_and_column_of_the_value(tmp_path: Path) -> None:
    found = the_problem(tmp_path, NETWORK.replace("site: narva,", "site: navra,"))
    line = NETWORK.splitlines()[found.line - 1]
    assert line[found.column - 1 :].startswith("narva,")
    assert str(found).startswith(f"{tmp_path}/network.yaml:9:26: devices[0].site: unknown site")


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    first = write(tmp_path, NETWORK.replace("10s", "0").replace("lat: 59.38", "lat: x"))
    second = write(tmp_path, "links: [{id: a-b, ends: [x:1, y:2], medium: smoke}]", "b.yaml")
    third = write(tmp_path, "sites: [\n", "c.yaml")
    missing = tmp_path / "d.yaml"
    with pytest.raises(ConfigurationError) as caught:
        load([first, second, third, missing], environ={}, machine=MACHINE)
    assert [(each.file.name, each.where) for each in caught.value.problems] == [
        ("b.yaml", "links[0].medium"),
        ("c.yaml", ""),
        ("d.yaml", ""),
        ("network.yaml", "intervals.backbone"),
        ("network.yaml", "sites[0].position.lat"),
    ]
    assert "5 mistakes; nothing was started" in str(caught.value)


def test_a_wrong_entry_is_no_second_mistake_where_it_is_named(tmp_path: Path) -> None:
    assert the_problem(tmp_path, NETWORK.replace("lat: 59.38", "lat: x")).where.startswith("sites")
    assert the_problem(tmp_path, NETWORK.replace("10.0.0.2", "here")).where.startswith("devices")


def test_an_id_given_in_two_files_names_both(tmp_path: Path) -> None:
    first = write(tmp_path, NETWORK)
    second = write(tmp_path, NETWORK.split("devices:")[0].split("sites:")[1], "b.yaml")
    second.write_text("sites:" + second.read_text())
    with pytest.raises(ConfigurationError) as caught:
        load([first, second], environ={}, machine=MACHINE)
    assert [each.file.name for each in caught.value.problems] == ["b.yaml", "b.yaml"]
    assert f"the first is in {first}:6" in caught.value.problems[0].message


def test_a_group_of_settings_is_defined_once(tmp_path: Path) -> None:
    first = write(tmp_path, "settings: {snmp: {max_in_flight: 5}}", "a.yaml")
    second = write(tmp_path, "settings: {snmp: {max_in_flight: 6}}", "b.yaml")
    with pytest.raises(ConfigurationError, match=r"b.yaml.*is defined in .*a.yaml:1 already"):
        load([first, second], environ={}, machine=MACHINE)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("settings: {snpm: {}}", "settings.snpm", "did you mean 'snmp'?"),
        ("settings: {snmp: {max_inflight: 5}}", "settings.snmp.max_inflight", "max_in_flight"),
        ("settings: {snmp: {max_in_flight: 0}}", "settings.snmp.max_in_flight", "1 or more"),
        ("settings: {snmp: {max_in_flight: 1.5}}", "settings.snmp.max_in_flight", "whole number"),
        ("settings: {snmp: {stall_seconds: .nan}}", "settings.snmp.stall_seconds", "duration"),
        ("settings: {snmp: 7}", "settings.snmp", "must be a mapping"),
        ("settings: [snmp]", "settings", "must be a mapping"),
        ("settings: {collector_site: tallin}", "settings.collector_site", "unknown site"),
        (
            "settings: {detection: {reachability: {timeouts: 0}}}",
            "settings.detection.reachability.timeouts",
            "1 or more",
        ),
        (
            "settings: {detection: {reachability: {timeout: 1}}}",
            "settings.detection.reachability.timeout",
            "did you mean 'timeouts'?",
        ),
        ("settings: {api: {host: netmon.example}}", "settings.api", "IP address of this machine"),
        ("settings: {api: {host: ''}}", "settings.api", "IP address of this machine"),
        ("settings: {api: {port: 70000}}", "settings.api.port", "65535 or less"),
        ("settings: {store: {path: ''}}", "settings.store", "must be that of a file"),
        ('settings: {store: {path: "a\\0b"}}', "settings.store", "must be that of a file"),
    ],
)
def test_settings_are_checked_as_their_rooms_demand(
    tmp_path: Path, text: str, where: str, words: str
) -> None:
    found = the_problem(tmp_path, text)
    assert found.where == where
    assert words in found.message


def test_a_dependent_belongs_to_one_site(tmp_path: Path) -> None:
    mast = "dependents: [{id: mast-1, kind: camera_mast}]"
    text = NETWORK.replace("role: core", f"role: core, {mast}")
    text = text.replace("role: border_post", f"role: border_post, {mast}")
    found = the_problem(tmp_path, text)
    assert found.where == "sites[1].dependents[0].id"
    assert "site narva has it already" in found.message


def test_loopback_is_allowed_with_ports_of_its_own(tmp_path: Path) -> None:
    text = NETWORK.replace("10.0.0.1,", "127.0.0.1, port: 1161,")
    text = text.replace("10.0.0.2,", "127.0.0.1, port: 1162,")
    assert len(read(tmp_path, text).targets) == 2


def test_many_mistakes_are_counted_rather_than_shown(tmp_path: Path) -> None:
    text = "links:\n" + "".join(
        f"- {{id: l{n}, ends: [a:1, b:1], medium: x}}\n" for n in range(300)
    )
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert len(caught.value.problems) == 300
    assert "and 100 more" in str(caught.value)


def test_the_nearest_of_ten_thousand_names_is_found(tmp_path: Path) -> None:
    sites = "".join(
        f"- {{id: site-{n}, country: EE, position: {{lat: 1, lon: 2}}, role: relay}}\n"
        for n in range(3_000)
    )
    device = "devices: [{id: d, site: site-2x17, address: 10.0.0.1}]\n"
    found = the_problem(tmp_path, f"sites:\n{sites}{device}")
    assert "did you mean 'site-2" in found.message


def test_a_file_given_twice_is_one_mistake(tmp_path: Path) -> None:
    file = write(tmp_path, NETWORK)
    with pytest.raises(ConfigurationError) as caught:
        load([file, file], environ={}, machine=MACHINE)
    assert [each.message for each in caught.value.problems] == ["is given twice; give it once"]


def test_a_file_that_everyone_may_change_is_a_warning(tmp_path: Path) -> None:
    file = write(tmp_path, NETWORK)
    file.chmod(0o666)
    (warning,) = load([file], environ={}, machine=MACHINE).warnings
    assert "can be changed by everyone" in warning.message


def test_nothing_to_poll_is_a_warning(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, "sites: []\n").warnings
    assert "no device to poll" in warning.message


def test_a_cable_between_more_than_two_is_a_warning(tmp_path: Path) -> None:
    second = "  - {id: second, ends: [narva-r1:ge0, tartu-r1:ge1], medium: fibre}\n"
    (warning,) = read(tmp_path, NETWORK + second).warnings
    assert warning.where == "links[1].ends[0]"
    assert "is an end of link narva-tartu already" in warning.message
    hub = NETWORK.replace("medium: fibre", "medium: vsat") + second.replace("fibre", "vsat")
    assert not read(tmp_path, hub).warnings


def test_a_mobile_site_abroad_is_not_taken_for_a_slip(tmp_path: Path) -> None:
    abroad = NETWORK.replace("lat: 59.38, lon: 28.19", "lat: 35.5, lon: 12.6")
    assert len(read(tmp_path, abroad).network.sites) == 2


@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "missing.yaml"])
def test_a_profile_that_is_no_file_is_told_and_never_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = the_problem(tmp_path, NETWORK + f"profiles: {{mine: {name}}}\n")
    assert found.where == "profiles.mine"
    assert "regular file" in found.message or "No such file" in found.message


def test_a_hint_is_as_safe_to_show_as_what_was_found(tmp_path: Path) -> None:
    found = problems(tmp_path, NETWORK.replace("id: narva,", 'id: "\\e[2Jxyzzy",', 1))
    told = "".join(map(str, found))
    assert r"known: \x1b[2Jxyzzy, tartu" in told
    assert told.isprintable()
