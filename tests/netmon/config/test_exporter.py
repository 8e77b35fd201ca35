"""A module of snmp_exporter becomes a profile that loads; what it has no word for is told."""

from pathlib import Path

import pytest

from collectors.snmp.library import parse_profile
from collectors.snmp.profile import Profile
from netmon.config.exporter import ExporterError, Imported, import_module
from netmon.config.meanings import meaning, modulations

RSSI = "1.3.6.1.4.1.99999.1.1.19"
MODULE = """\
auths:
  public: {community: public}
modules:
  my_radio:
    walk: [1.3.6.1.4.1.99999]
    metrics:
    - {name: sysUpTime, oid: 1.3.6.1.2.1.1.3, type: gauge}
    - name: ifHCInOctets
      oid: 1.3.6.1.2.1.31.1.1.1.6
      type: counter
      indexes: [{labelname: ifIndex, type: gauge}]
    - name: rfRssi
      oid: 1.3.6.1.4.1.99999.1.1.19
      type: gauge
      scale: 0.1
      offset: -3
      indexes: [{labelname: rfIndex, type: gauge}]
      lookups:
      - {labels: [rfIndex], labelname: rfName, oid: 1.3.6.1.4.1.99999.1.1.2, type: DisplayString}
      - {labels: [], labelname: rfIndex}
    - name: rfModulation
      oid: 1.3.6.1.4.1.99999.1.1.20
      type: gauge
      indexes: [{labelname: ifIndex, type: gauge}, {labelname: rfCarrier, type: gauge}]
      enum_values: {1: qpsk, 2: qam16, 3: 256-QAM, 4: acmOff}
    - name: rfMode
      oid: 1.3.6.1.4.1.99999.1.1.21
      type: EnumAsStateSet
      indexes: [{labelname: rfIndex, type: gauge}]
      enum_values: {1: master, 2: slave}
    - name: peerSnr
      oid: 1.3.6.1.4.1.99999.2.1.3
      type: gauge
      indexes: [{labelname: peerMac, type: PhysAddress48}]
    - name: boardTemperature
      oid: 1.3.6.1.4.1.99999.3
      type: DisplayString
      regex_extracts: {"": [{regex: '([0-9.]+) C', value: $1}]}
    - name: boardVoltage
      oid: 1.3.6.1.4.1.99999.4
      type: DisplayString
      regex_extracts:
        Low: [{regex: 'low', value: "1"}]
        High: [{regex: 'high', value: "1"}]
    - {name: rfName, oid: 1.3.6.1.4.1.99999.1.1.2, type: DisplayString}
    - {name: rfWhat, oid: 1.3.6.1.4.1.99999.5, type: gauge}
    - {name: rfTxPower, oid: nonsense, type: gauge}
"""


@pytest.fixture
def imported(tmp_path: Path) -> Imported:
    return _import(tmp_path, MODULE)


def _import(folder: Path, text: str, module: str | None = None) -> Imported:
    path = folder / "snmp.yml"
    path.write_text(text, encoding="utf-8")
    return import_module(path, module=module)


def _profile(imported: Imported) -> Profile:
    return parse_profile(imported.text, "my-radio.yaml")


def test_arithmetic_rows_and_words_are_carried_over(imported: Imported) -> None:
    columns = {column.quantity.name: column for column in _profile(imported).columns}
    level = columns["rsl_dbm"]
    assert (level.scale, level.offset) == (0.1, -3)
    assert level.rows is not None
    assert level.rows.label_from is not None
    modulation = columns["modulation"]
    assert dict(modulation.enum or {}) == {1: 2, 2: 4, 3: 8}
    assert modulation.rows is not None
    assert modulation.rows.interface_part == 1
    assert columns["component_celsius"].number == 1
    assert columns["in_octets"].oid[-1] == 6  # of if-mib
    assert "{mac}" in imported.text


def test_what_is_not_carried_over_is_told(imported: Imported) -> None:
    told = "\n".join(imported.remarks)
    for words in (
        "rfMode: EnumAsStateSet, words that netmon does not know; --means rfMode=QUANTITY",
        "boardVoltage: regex_extracts",
        "rfName: DisplayString; a profile carries numbers",
        "rfWhat: netmon does not know what it means; --means rfWhat=QUANTITY",
        "rfTxPower: ",
    ):
        assert words in told
    assert (imported.taken, imported.metrics) == (6, 11)


def test_number_of_unknown_scale_is_marked(imported: Imported) -> None:
    (line,) = (line for line in imported.text.splitlines() if "snr_db" in line)
    assert line.endswith("# peerSnr, scale and sentinels unknown")


def test_known_object_brings_its_scale_and_sentinels(tmp_path: Path) -> None:
    known = _import(
        tmp_path,
        "ceragon:\n  metrics:\n"
        "  - {name: whatever, oid: 1.3.6.1.4.1.2281.10.7.1.1.2, type: gauge,"
        " indexes: [{labelname: ifIndex, type: gauge}]}\n",
    )
    assert "quantity: snr_db" in known.text
    assert "scale: " in known.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: {metrics: []}\nb: {metrics: []}\n", "several modules; --module one of a, b"),
        ("a: {walk: []}\n", "no module with metrics"),
        ("[1, 2]\n", "no module with metrics"),
        ("a: {metrics: [\n", "snmp.yml:"),
    ],
)
def test_other_files_are_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ExporterError, match=words):
        _import(tmp_path, text)


def test_missing_module_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ExporterError, match="no module c; there are a, b"):
        _import(tmp_path, "a: {metrics: []}\nb: {metrics: []}\n", "c")


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("mtxrWlRtabStrengthRxLevel", "rsl_dbm"),
        ("rfTxPower", "tsl_dbm"),
        ("pmIntervalSES", "severely_errored_seconds"),
        ("pmIntervalES", "errored_seconds"),
        ("numberOfInterfaces", None),
        ("inBytes", None),
        ("loadAverage", None),
    ],
)
def test_names_mean_what_they_say_plainly(name: str, quantity: str | None) -> None:
    found = meaning(name)
    assert (found.name if found else None) == quantity


def test_words_without_a_modulation_are_refused() -> None:
    with pytest.raises(ValueError, match="none of up, down is a modulation"):
        modulations({1: "up", 2: "down"})
