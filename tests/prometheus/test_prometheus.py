"""Prometheus and Alertmanager take what we ship, and the rules say what they should."""

import re
import subprocess
from pathlib import Path

import pytest

from netmon.exposition.families import FAMILIES
from netmon.exposition.family import Type
from netmon.verdict import Condition
from tests.prometheus.rules import FOLDER, ROOT, alerts, every_rule, read
from tests.servers import require

ALERTS = [rule["alert"] for rule in alerts()]


def _run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration() -> None:
    _run(require("promtool"), "check", "config", FOLDER / "prometheus.yml")


def test_prometheus_takes_the_rules() -> None:
    _run(require("promtool"), "check", "rules", "--lint=all", *(FOLDER / "rules").glob("*.yaml"))


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    tests = sorted((FOLDER / "rules" / "tests").glob("*.yaml"))
    assert tests
    _run(require("promtool"), "test", "rules", *tests)


def test_alertmanager_takes_its_configuration() -> None:
    _run(require("amtool"), "check-config", FOLDER / "alertmanager.yml")


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=NetmonSiteLost severity=critical category=availability incident=i", "oncall"),
        ("alertname=NetmonJammingLike severity=critical category=rf incident=i", "spectrum,oncall"),
        ("alertname=NetmonLinkDown severity=warning category=availability incident=i", "noc"),
        ("alertname=NetmonLinkDown severity=info category=availability cause=rain", "board"),
        ("alertname=NetmonLinkDegraded severity=info category=quality cause=multipath", "board"),
        ("alertname=NetmonCutOff severity=critical category=availability", "oncall"),
        ("alertname=NetmonAbsent severity=critical category=monitoring", "oncall"),
        ("alertname=NetmonConfigReloadFailed severity=warning category=monitoring", "noc"),
        ("alertname=NetmonRedundancyLost severity=warning category=resilience site=s", "noc"),
        ("alertname=NetmonNewSinglePointOfFailure severity=info category=resilience", "board"),
        ("alertname=Watchdog severity=none category=monitoring", "deadman"),
        ("alertname=NetmonSiteLost severity=critical category=availability drill=true", "board"),
        ("alertname=NetmonJammingLike severity=critical category=rf drill=true", "board"),
    ],
)
def test_each_alert_reaches_whom_it_should(labels: str, receivers: str) -> None:
    _run(
        require("amtool"),
        "config",
        "routes",
        "test",
        f"--config.file={FOLDER / 'alertmanager.yml'}",
        f"--verify.receivers={receivers}",
        *labels.split(),
    )


@pytest.mark.parametrize("rule", alerts(), ids=ALERTS)
def test_every_alert_says_what_whom_and_where_to_read_on(rule: dict[str, dict[str, str]]) -> None:
    assert {"severity", "category"} <= rule["labels"].keys()
    assert {"summary", "description", "runbook_url"} <= rule["annotations"].keys()
    runbook = rule["annotations"]["runbook_url"].rsplit("/", 1)[1]
    assert runbook == f"{rule['alert']}.md"
    words = (ROOT / "docs" / "runbooks" / runbook).read_text("utf-8")
    for part in ("## Means", "## First check", "## Then", "## Not"):
        assert part in words, part


def test_every_runbook_has_its_alert() -> None:
    assert {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")} == set(ALERTS)


def test_every_alert_has_its_test() -> None:
    tests = "".join(p.read_text("utf-8") for p in (FOLDER / "rules" / "tests").glob("*.yaml"))
    assert [name for name in ALERTS if name not in tests] == []


def _expressions() -> str:
    queries = [query for rule in alerts() for query in _queries(rule["annotations"])]
    return " ".join([*(rule["expr"] for rule in every_rule()), *queries])


def _queries(annotations: dict[str, str]) -> list[str]:
    return [q for text in annotations.values() for q in re.findall(r'printf "([^"]*)"', text)]


def test_every_metric_of_the_rules_exists() -> None:
    recorded = {rule["record"] for rule in every_rule() if "record" in rule}
    used = set(re.findall(r"\b[a-z_:]*netmon[a-z0-9_:]*", _expressions()))
    used = {name for name in used if name != "netmon"}
    assert "netmon_incident_open" in used
    assert used - recorded - FAMILIES.keys() == set()


def test_every_label_of_the_rules_exists() -> None:
    for name, selector in re.findall(r"\b(netmon_\w+)\{([^}]*)\}", _expressions()):
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
        assert labels <= set(FAMILIES[name].labels), name


def test_every_condition_of_the_rules_exists() -> None:
    for name in (name for name, family in FAMILIES.items() if family.type is Type.STATESET):
        for condition in re.findall(rf'{name}="(\w+)"', _expressions()):
            assert condition in set(Condition)


def test_a_counter_is_never_read_without_its_increase() -> None:
    text = _expressions()
    for name in set(re.findall(r"\bnetmon_\w+_total\b", text)):
        selected = rf"{name}(?:\{{[^}}]*\}})?"
        assert re.findall(rf"(\w+)\({selected}\[", text)
        assert len(re.findall(rf"\b{name}\b", text)) == len(
            re.findall(rf"(?:rate|increase)\({selected}\[", text)
        )


def test_repeats_are_multiples_of_their_group_interval() -> None:
    minutes = {"s": 1 / 60, "m": 1.0, "h": 60.0}

    def value(text: str) -> float:
        return float(text[:-1]) * minutes[text[-1]]

    routes = [read(FOLDER / "alertmanager.yml")["route"]]
    while routes:
        route = routes.pop()
        routes.extend(route.get("routes", []))
        if "repeat_interval" in route:
            ratio = value(route["repeat_interval"]) / value(route["group_interval"])
            assert ratio == int(ratio)
