"""The boards: generated as committed, known to Grafana's own schema, and every query answers."""

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from ruamel.yaml import YAML

from netmon.exposition.families import FAMILIES
from netmon.verdict import Condition
from tests.grafana.generate import FOLDER, boards
from tests.grafana.noc_wall import CODES
from tests.prometheus.rules import FOLDER as PROMETHEUS
from tests.prometheus.rules import ROOT, every_rule, read
from tests.servers import require

BOARDS = sorted(FOLDER.glob("*.json"))
_ELSEWHERE = {"up", "ALERTS"}  # Prometheus's own


def _board(path: Path) -> dict[str, Any]:
    board: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return board


def _panels() -> list[dict[str, Any]]:
    return [panel for path in BOARDS for panel in _board(path)["panels"]]


def _queries() -> list[str]:
    return [target["expr"] for panel in _panels() for target in panel["targets"]]


def test_what_is_committed_is_what_is_generated() -> None:
    assert {path.name: path.read_text("utf-8") for path in BOARDS} == boards()


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_grafana_knows_every_key(path: Path) -> None:
    """The SDK drops keys that its schema lacks."""
    board = _board(path)
    known = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board)))
    assert known == board


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_is_fixed_in_name_form_and_time_zone(path: Path) -> None:
    board = _board(path)
    assert board["uid"].startswith("netmon-")
    assert board["schemaVersion"] == 42
    assert board["editable"] is False
    assert board["timezone"] == "utc"
    assert "netmon" in board["tags"]
    assert len(board["panels"]) <= 12


@pytest.mark.parametrize("panel", _panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_in_which_unit_and_when_it_knows_nothing(
    panel: dict[str, Any],
) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    assert panel["description"].endswith(".")
    assert defaults["unit"]
    assert defaults["noValue"]
    assert panel["datasource"]["uid"] == "${datasource}"
    assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_panels_do_not_lie_on_each_other(path: Path) -> None:
    places = [panel["gridPos"] for panel in _board(path)["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)


def test_every_metric_of_the_boards_exists() -> None:
    known = {*FAMILIES, *(rule["record"] for rule in every_rule() if "record" in rule)}
    used = {
        name
        for query in _queries()
        for name in re.findall(r"\b(?:\w+:)?netmon_\w+(?::\w+)?", query)
    }
    assert "netmon_incident_open" in used
    assert used - known == set()


def test_every_condition_has_its_code_and_its_own_colour() -> None:
    assert set(CODES) == set(Condition)
    assert len({colour for _, colour in CODES.values()}) == len(CODES)


def _wrapped(folder: Path) -> Path:
    rules = [{"record": f"q:{n}:x", "expr": query} for n, query in enumerate(_queries())]
    path = folder / "queries.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"groups": [{"name": "queries", "rules": rules}]}, file)
    return path


def test_prometheus_parses_every_query(tmp_path: Path) -> None:
    _promtool("check", "rules", str(_wrapped(tmp_path)))


_OUTAGE = {
    'up{job="netmon", instance="n"}': "1x60",
    'netmon_sites{job="netmon", instance="n"}': "24x60",
    'netmon_judge_last_run_timestamp_seconds{job="netmon", instance="n"}': "0+10x60",
    'netmon_site_reachable{job="netmon", instance="n", site="s"}': "0x60",
    'netmon_link_condition{link="l", netmon_link_condition="down"}': "1x60",
    'netmon_link_condition{link="m", netmon_link_condition="degraded"}': "1x60",
    'netmon_incident_open{job="netmon", instance="n", incident="i", cause="jamming_like", '
    'severity="critical", subject_kind="link", link="l"}': "1x60",
    'netmon_incident_info{job="netmon", instance="n", incident="i", title="t", because="b", '
    'phase="open", condition="down", runner_up="rain", sites_lost="s"}': "1x60",
    'netmon_incident_opened_timestamp_seconds{job="netmon", instance="n", incident="i"}': "60x60",
    'netmon_incident_sites_lost{job="netmon", instance="n", incident="i"}': "1x60",
    'netmon_incident_dependents_lost{job="netmon", instance="n", incident="i"}': "3x60",
    'netmon_ping_requests_total{job="netmon", instance="n", site="s", device="d"}': "0+5x60",
    'netmon_ping_replies_total{job="netmon", instance="n", site="s", device="d"}': "0+4x60",
    'netmon_ping_rtt_seconds{job="netmon", instance="n", site="s", device="d"}': "0.01x60",
    'netmon_radio_snr_decibels{job="netmon", instance="n", site="s", device="d", interface="i"}': (
        "9x60"
    ),
}


def test_every_panel_shows_something_in_an_outage(tmp_path: Path) -> None:
    _answers(tmp_path, _OUTAGE, [(f"count({query}) > bool 0", 1.0) for query in _queries()])


def test_every_tile_shows_0_in_a_quiet_network_and_nothing_without_netmon(tmp_path: Path) -> None:
    tiles = [
        panel["targets"][0]["expr"]
        for panel in _panels()
        if panel["type"] == "stat" and panel["title"] != "Data age"
    ]
    quiet = {
        'netmon_sites{job="netmon", instance="n"}': "24x60",
        'netmon_site_reachable{job="netmon", instance="n", site="s"}': "1x60",
        'netmon_link_condition{link="l", netmon_link_condition="down"}': "0x60",
        'netmon_link_condition{link="l", netmon_link_condition="degraded"}': "0x60",
    }
    _answers(tmp_path, quiet, [(tile, 0.0) for tile in tiles])
    _answers(tmp_path, {}, [(tile, None) for tile in tiles])


def _answers(folder: Path, series: dict[str, str], asked: list[tuple[str, float | None]]) -> None:
    """Let promtool evaluate each expression after 9 minutes of the series."""
    test = {
        "interval": "10s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": "9m",
                "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
            }
            for expression, value in asked
        ],
    }
    rules = [str(path) for path in (PROMETHEUS / "rules").glob("*.yaml")]
    path = folder / "answers.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(
            {"rule_files": rules, "evaluation_interval": "10s", "tests": [test]}, file
        )
    _promtool("test", "rules", str(path))


def _promtool(*words: str) -> None:
    done = subprocess.run(
        [require("promtool"), *words], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_grafana_is_given_what_prometheus_has() -> None:
    sources = read(ROOT / "grafana" / "provisioning" / "datasources" / "netmon.yaml")
    prometheus = sources["datasources"][0]
    interval = read(PROMETHEUS / "prometheus.yml")["global"]["scrape_interval"]
    assert prometheus["jsonData"]["timeInterval"] == interval
    assert prometheus["editable"] is False
    providers = read(ROOT / "grafana" / "provisioning" / "dashboards" / "netmon.yaml")
    assert providers["providers"][0]["allowUiUpdates"] is False
