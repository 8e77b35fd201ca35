"""`netmon topo` as planners use it: on the border of the demo, for eyes, programs and maps."""

import csv
import io
import json
from pathlib import Path

import pytest

from netmon import cli
from netmon.planning.questions import QUESTIONS, Asked

BORDER = str(Path(cli.__file__).parent / "simulation" / "border.yaml")


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_DEMO_COMMUNITY", "none")


def topo(*words: str) -> int:
    return cli.main(["topo", words[0], "--config", BORDER, *words[1:]])


def test_people_read_a_table_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("spof", "--kind", "link") == 0
    out = capsys.readouterr().out
    assert "fo-tartu" in out
    assert "single points of failure; the worst, link fo-tartu-narva, takes 4 sites" in out


def test_programs_read_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("whatif", "--json", "--down", "site:narva") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["answer"]["isolated"]["sites"]) == {
        "narva", "kulgu", "narva-joesuu", "patrol-narva"
    }  # fmt: skip
    assert told["answer"]["stranded"][0]["unit"] == "patrol-narva"


def test_maps_read_geojson(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("region", "--geojson", "--radius-km", "5", "--limit", "2") == 0
    told = json.loads(capsys.readouterr().out)
    kinds = {feature["geometry"]["type"] for feature in told["features"]}
    assert "Polygon" in kinds


def test_spreadsheets_read_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("availability", "--csv", "--limit", "3") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0][0] == "site"
    assert len(rows) == 4
    minutes = [float(row[4]) for row in rows[1:]]
    assert minutes == sorted(minutes, reverse=True)


def test_a_pipeline_can_guard_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("spof", "--kind", "link", "--fail-if", "100") == 0
    assert topo("spof", "--kind", "link", "--fail-if", "0") == 2
    assert "single points of failure" in capsys.readouterr().err


def test_a_wrong_question_is_refused_with_what_would_be_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert topo("paths", "--source", "atlantis") == 2
    assert "there is no site 'atlantis'" in capsys.readouterr().err


def test_what_a_spreadsheet_would_run_is_kept_from_it() -> None:
    from netmon.topo.screen import _harmless

    assert _harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert _harmless("narva") == "narva"
    assert _harmless(-1.5) == -1.5


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.name)
def test_every_question_says_what_it_is_about(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    name = asked.name
    with pytest.raises(SystemExit) as ended:
        cli.main(["topo", name, "--help"])
    assert ended.value.code == 0
    assert "--fail-if" in capsys.readouterr().out
