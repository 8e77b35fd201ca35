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
from tests.grafana.outage import DEVICE, NETMON, OUTAGE, SITE, condition, gauges
from tests.grafana.panels import CODES
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


# What Grafana puts in for its variables, in the network of these tests.
_GIVEN = {
    "$__rate_interval": "1m",
    "$__range_s": "540",
    "$__range": "9m",
    "$__interval": "30s",
    "$country": ".*",
    "$site": "s|t",
    "$device": "d",
    "$link": "l",
}


def _asked(expression: str) -> str:
    for name, value in _GIVEN.items():
        expression = expression.replace(name, value)
    return expression


def _queries() -> list[str]:
    return [_asked(target["expr"]) for panel in _panels() for target in panel["targets"]]


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
    known |= {f"{name}_bucket" for name in FAMILIES}
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


def test_every_panel_shows_something_in_an_outage(tmp_path: Path) -> None:
    _answers(tmp_path, OUTAGE, [(f"count({query}) > bool 0", 1.0) for query in _queries()])


def test_a_graph_has_no_link_to_a_site_it_does_not_show(tmp_path: Path) -> None:
    """An edge without its node crashes the panel (grafana#81434)."""
    edges = [
        _asked(target["expr"])
        for panel in _panels()
        if panel["type"] == "nodeGraph"
        for target in panel["targets"]
        if target["refId"] == "edges"
    ]
    assert edges
    gone = {name: values for name, values in OUTAGE.items() if 'site="t", name' not in name}
    _answers(tmp_path, OUTAGE, [(f"count({edge})", 1.0) for edge in edges])
    _answers(tmp_path, gone, [(f"count({edge})", None) for edge in edges])


def test_every_tile_shows_0_in_a_quiet_network_and_nothing_without_netmon(tmp_path: Path) -> None:
    tiles = [
        _asked(panel["targets"][0]["expr"])
        for panel in _panels()
        if panel["type"] == "stat" and " or 0 * " in panel["targets"][0]["expr"]
    ]
    assert len(tiles) > 10
    quiet = {
        f"netmon_sites{{{NETMON}}}": "24x60",
        f"netmon_site_reachable{{{SITE}}}": "1x60",
        f'netmon_site_info{{{SITE}, name="S", country="LT"}}': "1x60",
        **condition("link", "l", Condition.HEALTHY),
        **gauges(DEVICE, gnss_jamming=0, gnss_spoofing=0, clock_holdover=0),
    }
    _answers(tmp_path, quiet, [(tile, 0.0) for tile in tiles])
    _answers(tmp_path, {}, [(tile, None) for tile in tiles])


def test_links_between_boards_lead_to_boards() -> None:
    known = {_board(path)["uid"] for path in BOARDS}
    led = set(re.findall(r"/d/(netmon-[a-z-]+)", "".join(p.read_text("utf-8") for p in BOARDS)))
    assert led == known - {"netmon-interference", "netmon-resilience", "netmon-availability",
                           "netmon-monitoring"}  # fmt: skip


def test_the_codes_of_the_rules_are_those_of_the_boards() -> None:
    rules = {rule["record"]: rule["expr"] for rule in every_rule() if "record" in rule}
    for kind in ("site", "device", "link"):
        said = dict(
            re.findall(
                r'_condition="(\w+)"} \* (\d)', rules[f"{kind}:netmon_{kind}_condition:code"]
            )
        )
        assert said == {condition.value: str(code) for condition, (code, _) in CODES.items()}


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
