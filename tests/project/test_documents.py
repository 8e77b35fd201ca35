"""What is written agrees with what is built: metrics, alerts, settings, links, benches."""

import dataclasses
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon.config.assembly import GROUPS
from netmon.exposition.families import TABLE
from netmon.exposition.family import Type
from tests.project.files import ROOT, files, name

RULES = ROOT / "prometheus/rules/netmon.yaml"
METRIC = re.compile(r"(?<![\w:./-])netmon_[a-z0-9_]+(?![\w/*-])")
RECORDED = re.compile(r"\b(?:[a-z]+:netmon_[a-z0-9_]+|netmon:[a-z]+):[a-z0-9_]+")
HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")
LINK = re.compile(r"\]\(([^)\s]+)\)")


PAGES = files("*.md")
MENTIONS = files("*.md", "grafana/dashboards/*.json", "prometheus/*.yml",
                 "prometheus/rules/*.yaml", "prometheus/rules/tests/*.yaml", "docker-compose.yml",
                 "examples/*")  # fmt: skip


def sample_names() -> set[str]:
    """Return every name a sample of ours may have."""
    names = set()
    for family in TABLE:
        names.add(family.name)
        if family.type is Type.HISTOGRAM:
            names |= {family.name + suffix for suffix in HISTOGRAM_SUFFIXES}
    return names


@pytest.mark.parametrize("path", MENTIONS, ids=name)
def test_every_metric_that_is_spoken_of_is_exported(path: Path) -> None:
    known = sample_names()
    text = RECORDED.sub("", path.read_text("utf-8"))
    unknown = {word for word in METRIC.findall(text) if word not in known}
    assert not unknown


def test_the_boards_and_rules_do_speak_of_metrics() -> None:
    """The search above finds them where they are known to be."""
    for path in (ROOT / "grafana/dashboards/noc-wall.json", RULES):
        assert len(set(METRIC.findall(RECORDED.sub("", path.read_text("utf-8"))))) >= 5


def test_every_recorded_series_that_is_read_is_recorded() -> None:
    recorded = set(re.findall(r"record: (\S+)", RULES.read_text("utf-8")))
    assert recorded
    for path in MENTIONS:
        for read in RECORDED.findall(path.read_text("utf-8")):
            assert read in recorded, f"{name(path)}: {read}"


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))
    books = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs/runbooks").glob("*.md")}
    assert len(alerts) == len(set(alerts))
    assert set(alerts) == set(books)
    for alert, text in books.items():
        assert text.startswith(f"# {alert}"), alert
        assert "## First check" in text, alert
    for linked in re.findall(r"runbook_url: (\S+)", RULES.read_text("utf-8")):
        assert Path(linked.strip("\"'")).stem in books


def keys(group: type[Any], before: str) -> Iterator[tuple[str, str]]:
    hints = typing.get_type_hints(group)
    for member in dataclasses.fields(group):
        hint = hints[member.name]
        if dataclasses.is_dataclass(hint):
            yield from keys(typing.cast("type[Any]", hint), f"{before}.{member.name}")
        else:
            yield before, member.name


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_setting_is_explained_in_its_own_table(group: str) -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    for chapter, key in keys(GROUPS[group], f"settings.{group}"):
        title = re.search(rf"^#+ `?{re.escape(chapter)}`?$", page, re.MULTILINE)
        assert title is not None, chapter
        table = re.split(r"^#", page[title.end() :], maxsplit=1, flags=re.MULTILINE)[0]
        assert f"| `{key}` |" in table, f"{chapter}.{key}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(_without_code(path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        if anchor:
            assert anchor in _anchors(there), target


def test_every_page_that_the_code_names_exists() -> None:
    for path in files("*.py", "*.yaml", "*.yml", "Makefile", "Dockerfile"):
        if path.is_relative_to(ROOT / "tests"):
            continue
        for named in re.findall(r"docs/[a-z0-9/_-]+\.md", path.read_text("utf-8")):
            assert (ROOT / named).is_file(), f"{name(path)}: {named}"


def test_every_bench_keeps_a_promise_that_is_written_down() -> None:
    page = (ROOT / "docs/performance.md").read_text("utf-8")
    promised = set(re.findall(r"^\| (P\d+) \|", page, re.MULTILINE))
    scripts = sorted((ROOT / "bench").glob("p*_*.py"))
    benches = {path.name.partition("_")[0].upper(): path for path in scripts}
    assert len(benches) == len(scripts)
    assert set(benches) <= promised
    for promise, path in benches.items():
        text = path.read_text("utf-8")
        assert f"{promise} ours=" in text or f'"{promise}"' in text, f"{name(path)}: its last line"
    assert {"P1", "P2", "P4", "P5", "P8"} <= set(benches)


def _without_code(text: str) -> str:
    return re.sub(
        r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
