"""Profiles: all that come with netmon load; every fault of a broken one is named."""

from pathlib import Path

import pytest

from collectors.errors import ProfileError
from collectors.snmp.ber import parse_oid
from collectors.snmp.library import load_profile, profiles
from collectors.snmp.reader import Reader


@pytest.mark.parametrize("name", profiles())
def test_built_in_profile_has_uptime_first_and_distinct_cells(name: str) -> None:
    profile = profiles()[name]
    assert profile.columns[0].quantity.name == "uptime_seconds"
    cells = [column.cell for column in profile.columns]
    assert len(set(cells)) == len(cells)
    assert profile.source


def test_every_fault_of_a_profile_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(
        "name: broken\nextends: [nowhere]\ncolour: red\ncolumns:\n"
        "  - {quantity: rsl, oid: 1.3.6, type: integer}\n"
        "  - {quantity: rsl_dbm, oid: 1.3.x, type: real, scale: .nan}\n"
        "  - {quantity: in_octets, oid: 1.3.6.1, index: interface, type: counter64, scale: 8}\n"
        "  - {quantity: rsl_dbm, oid: 1.3.6.1.0, type: integer}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    text = str(caught.value)
    for fault in (
        "broken.yaml:5: columns[0].quantity: 'rsl'",
        "broken.yaml:3: colour: unknown key",
        "source: must be there",
        "unknown profile 'nowhere'",
        "columns[1].oid",
        "columns[1].type: 'real'",
        "columns[1].scale",
        "columns[2]: a counter is kept raw",
        "columns[3]: rsl_dbm belongs to an interface",
        "sysUpTime",
    ):
        assert fault in text


def test_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(ProfileError, match=r"ceragon.*if-mib"):
        load_profile("sisco")


def test_duplicate_keys_and_yaml_objects_are_refused(tmp_path: Path) -> None:
    for text in ("name: a\nname: b\n", "name: !!python/object:os.system {}\n", "[1]\n"):
        path = tmp_path / "bad.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProfileError):
            load_profile(path)


@pytest.mark.parametrize(
    ("profile", "quantity", "raw", "expected"),
    [
        ("ceragon", "rsl_dbm", -45, -45),
        ("ceragon", "rsl_dbm", -99, None),  # the receiver has nothing
        ("ceragon", "snr_db", -3828, 38.28),  # MSE is the SNR's mirror image
        ("ceragon", "snr_db", -9900, None),
        ("ceragon", "xpd_db", 4294957397, None),  # a negative number wrapped
        ("ceragon", "frequency_hz", 6_840_000, 6.84e9),
        ("cambium-ptp", "rsl_dbm", -528, -52.8),
        ("cambium-ptp", "tsl_dbm", 230, 23.0),
        ("mimosa", "noise_floor_dbm", -854, -85.4),
        ("mimosa", "frequency_hz", 5760, 5.76e9),
        ("teltonika-rut", "rsl_dbm", -112, -112),
        ("teltonika-rut", "rsl_dbm", 0, None),  # no modem
        ("uhp", "snr_db", 135, 13.5),
        ("ups-mib", "on_battery", 5, 1),
        ("ups-mib", "on_battery", 3, 0),
        ("ups-mib", "on_battery", 2, None),
        ("ups-mib", "battery_ratio", 87, 0.87),
        ("ups-mib", "battery_ratio", 101, None),
        ("if-mib", "speed_bps", 0, None),
        ("if-mib", "oper_status", 8, None),
    ],
)
def test_raw_value_becomes_the_quantity_or_nothing(
    profile: str, quantity: str, raw: int, expected: float | None
) -> None:
    value = Reader(profiles()[profile].column(quantity)).value(raw)
    assert value == (None if expected is None else pytest.approx(expected))


def test_device_is_recognised_by_its_sysobjectid_or_words() -> None:
    ceragon = parse_oid("1.3.6.1.4.1.2281.1.20.2.2")
    assert profiles()["ceragon"].match.fits(ceragon, "")
    assert not profiles()["uhp"].match.fits(ceragon, "")
    assert profiles()["teltonika-rut"].match.fits((1, 3), "Linux RUT955 5.4.291")
    assert not profiles()["if-mib"].match.fits(ceragon, "")


def test_two_columns_for_the_same_cells_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text(
        "name: twice\nsource: X\nextends: if-mib\nrows:\n  radio: {}\ncolumns:\n"
        "  - {quantity: rsl_dbm, oid: 1.3.6.1.4.1.9.1, index: radio, type: integer}\n"
        "  - {quantity: rsl_dbm, oid: 1.3.6.1.4.1.9.2, index: radio, type: integer}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProfileError, match=r"twice.yaml:8: columns\[1\]: fills the same cells as"):
        load_profile(path)
