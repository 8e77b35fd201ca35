"""`netmon topo` on networks that others drew: what is read, what is refused, what is written."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from netmon import cli

BORDER = str(Path(cli.__file__).parent / "simulation" / "border.yaml")

# A ring of three towns with a tail; ids are numbers, as the Topology Zoo has them.
GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="label" attr.type="string" for="node" id="d3" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d2" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d1" />
  <graph edgedefault="undirected">
    <node id="0"><data key="d3">Tallinn</data><data key="d1">59.4</data><data key="d2">24.7</data></node>
    <node id="1"><data key="d3">Tartu</data><data key="d1">58.4</data><data key="d2">26.7</data></node>
    <node id="2"><data key="d3">Narva</data><data key="d1">59.4</data><data key="d2">28.2</data></node>
    <node id="3"><data key="d3">Valga</data></node>
    <edge source="0" target="1" /><edge source="1" target="2" /><edge source="2" target="0" />
    <edge source="1" target="3" /><edge source="1" target="3" />
  </graph>
</graphml>
"""  # noqa: E501
NODE_LINK = {
    "nodes": [{"id": "a", "role": "core", "lat": 59.0, "lon": 25.0}, {"id": "b"}],
    "edges": [{"source": "a", "target": "b", "key": "a-b"}],
}
SNDLIB = """?SNDlib native format; type: network; version: 1.0
NODES (
  A ( 25.0 59.0 )
  B ( 26.0 59.0 )
)
LINKS (
  L1 ( A B ) 0.00 0.00 0.00 0.00 ( )
)
"""


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_DEMO_COMMUNITY", "none")


def topo(*words: str | Path) -> int:
    return cli.main(["topo", *map(str, words)])


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    path = tmp_path / "towns.graphml"
    path.write_text(GRAPHML, "utf-8")
    return path


def test_a_network_of_the_zoo_is_asked_by_name(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("site", "--from", towns, "--by-name", "--core", "Tallinn", "--csv") == 0
    rows = [line.split(",")[:3] for line in capsys.readouterr().out.splitlines()[1:]]
    # Two links lead to Valga, but both of them by way of Tartu.
    assert rows == [["Valga", "2", "1"], ["Narva", "2", "2"], ["Tartu", "2", "2"]]
    assert topo("impact", "--from", towns, "--by-name", "--core", "Tallinn",
                "--without", "Tartu-Valga", "--element", "Tartu-Valga 2") == 0  # fmt: skip
    assert "1 site cut off" in capsys.readouterr().out


def test_without_names_sites_are_called_by_id(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("impact", "--from", towns, "--core", "0", "--element", "site:1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["answer"]["isolated"]["sites"] == ["1", "3"]


def test_a_site_that_nobody_placed_has_no_place_on_a_map(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("site", "--from", towns, "--by-name", "--core", "Tallinn", "--geojson") == 0
    told = json.loads(capsys.readouterr().out)
    places = {one["properties"]["site"]: one["geometry"] for one in told["features"]}
    assert places["Valga"] is None
    assert places["Narva"] == {"type": "Point", "coordinates": [28.2, 59.4]}
    assert topo("region", "--from", towns, "--core", "0") == 2
    assert "has no position; discs need one" in capsys.readouterr().err
    assert topo("region", "--from", towns, "--core", "0", "--only-placed") == 0
    assert "site '3' has no position" in capsys.readouterr().err


def test_the_format_is_known_by_the_extension_or_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"net.json": json.dumps(NODE_LINK), "net.txt": SNDLIB, "net.unknown": SNDLIB}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert topo("spof", "--from", tmp_path / "net.json", "--kind", "link") == 0  # has a core
    assert topo("spof", "--from", tmp_path / "net.txt", "--core", "A", "--kind", "link") == 0
    assert capsys.readouterr().out.count("1 single points of failure") == 2
    assert topo("spof", "--from", tmp_path / "net.unknown", "--core", "A") == 2
    assert "add --from-format graphml|json|geojson|sndlib|permits" in capsys.readouterr().err
    told = ("--from-format", "sndlib")
    assert topo("spof", "--from", tmp_path / "net.unknown", "--core", "A", *told) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no site is a core; name where traffic must arrive with --core SITE"),
        (("--core", "Atlantis"), "core 'Atlantis' is no site here"),
        (("--core", "0", "--base", "live"), "--base goes with --url"),
    ],
)
def test_what_is_missing_is_said(
    towns: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("spof", "--from", towns, *words) == 2
    assert said in capsys.readouterr().err


def test_a_fault_in_a_file_is_told_with_its_place(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    towns.write_text(GRAPHML.replace('target="2"', 'target="9"'), "utf-8")
    assert topo("spof", "--from", towns, "--core", "0") == 2
    assert f"{towns}: line 11: a link ends at '9', which is no site here" in capsys.readouterr().err
    assert topo("spof", "--from", towns.with_name("none.graphml"), "--core", "0") == 2
    assert "none.graphml: cannot be read" in capsys.readouterr().err


def test_a_link_to_itself_is_left_out_and_told(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    towns.write_text(GRAPHML.replace('source="2" target="0"', 'source="2" target="2"'), "utf-8")
    assert topo("spof", "--from", towns, "--core", "0", "--kind", "link") == 0
    told = capsys.readouterr()
    assert "left out: " in told.err
    assert "leads from '2' to itself" in told.err
    assert "2 single points of failure" in told.out  # the ring is open now


def test_options_of_files_are_refused_with_an_inventory(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert topo("spof", "--config", BORDER, "--core", "narva") == 2
    assert "--core goes with --from" in capsys.readouterr().err


def test_two_files_of_others_are_compared(
    towns: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.graphml"
    more.write_text(GRAPHML.replace("  </graph>", '<edge source="3" target="2" />\n  </graph>'))
    words = ("--by-name", "--core", "Tallinn", "--against", more)
    assert topo("diff", "--from", towns, *words) == 0
    assert "1 links added, 0 removed" in capsys.readouterr().out
    assert topo("diff", "--from", towns, *words, more) == 2
    assert "--against is one file where --from is given" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "graphml", "geojson"])
def test_what_is_exported_is_the_same_network_when_it_is_read_again(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("spof", "--config", BORDER, "--json") == 0
    before = json.loads(capsys.readouterr().out)
    assert topo("export", "--config", BORDER, "--format", form) == 0
    path = tmp_path / f"border.{form}"
    path.write_text(capsys.readouterr().out, "utf-8")
    assert topo("spof", "--from", path, "--json") == 0
    after = json.loads(capsys.readouterr().out)
    assert after["answer"]["single_points"] == before["answer"]["single_points"]


def test_an_export_keeps_what_is_not_placed_without_a_place(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo("export", "--from", towns, "--by-name", "--core", "Tallinn") == 0
    nodes = {one["id"]: one for one in json.loads(capsys.readouterr().out)["nodes"]}
    assert "latitude" not in nodes["Valga"]
    assert nodes["Narva"]["latitude"] == 59.4
    assert topo("export", "--from", towns, "--core", "0", "--format", "geojson") == 2
    assert "1 sites have no position, '3' among them; a map needs one" in capsys.readouterr().err


def test_names_that_several_sites_have_keep_their_ids(
    towns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    towns.write_text(GRAPHML.replace("Narva", "Tartu"), "utf-8")
    assert topo("export", "--from", towns, "--by-name", "--core", "Tallinn") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told["nodes"]] == ["Tallinn", "Tartu (1)", "Tartu (2)", "Valga"]
    assert "Tartu (1)-Tartu (2)" in {one["key"] for one in told["edges"]}


def test_a_planner_who_has_waited_enough_sees_no_traceback(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.graphml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "netmon", "topo", "spof", "--from", str(pipe), "--core", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(40, process.kill)
    guard.start()
    try:
        with pipe.open("w") as writer:  # opens as soon as it is read
            writer.write(GRAPHML[:200])
            writer.flush()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate()
    finally:
        guard.cancel()
    assert process.returncode == 130
    assert said == ""
