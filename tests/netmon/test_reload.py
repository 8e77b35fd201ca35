"""A reload of a running app: what is refused, and what waits for a restart."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from netmon import loop
from netmon.app import App, Surroundings
from netmon.config import load
from tests.netmon.config.writing import NETWORK, write

SETTINGS = (
    "settings: {collector_site: tartu, api: {port: 0}, pipeline: {judge_interval_seconds: 1}}\n"
)
FAST = SETTINGS.replace("judge_interval_seconds: 1", "judge_interval_seconds: 2")
LONG = NETWORK[: NETWORK.index("devices:")]  # sites, and no device


def reloaded(path: Path, *texts: str, look: Callable[[App], None] = lambda _: None) -> App:
    """Start with the file as it is, then write and reload each text in turn."""

    async def story() -> App:
        app = App(load.load([path]), Surroundings(paths=(path,)))
        for text in texts:
            write(path.parent, text)
            await app.reload()
            look(app)
        await app.native.close()
        return app

    return loop.run(story())


@pytest.mark.parametrize("text", ["", "# all gone\n", SETTINGS + LONG], ids=str.split)
def test_files_that_leave_no_device_are_refused_like_broken_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    app = reloaded(write(tmp_path, SETTINGS + NETWORK), text)
    assert not app.vitals.reload_successful
    assert list(app.pipeline.network.devices) == ["narva-r1", "tartu-r1"]
    assert len(app.configuration.targets) == 2
    assert "the files name no device any more, and 2 devices would be dropped" in caplog.text


def test_after_a_refusal_a_good_file_is_taken(tmp_path: Path) -> None:
    app = reloaded(write(tmp_path, SETTINGS + NETWORK), "", SETTINGS + NETWORK)
    assert app.vitals.reload_successful


def test_a_network_that_had_no_device_yet_may_go_on_having_none(tmp_path: Path) -> None:
    app = reloaded(write(tmp_path, SETTINGS + LONG), SETTINGS + LONG)
    assert app.vitals.reload_successful


def test_the_site_where_netmon_stands_may_not_leave(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moved = (SETTINGS + NETWORK).replace("tartu", "viljandi")
    app = reloaded(write(tmp_path, SETTINGS + NETWORK), moved)
    assert not app.vitals.reload_successful
    assert "tartu-r1" in app.pipeline.network.devices
    assert "the files have no site tartu any more, where netmon stands" in caplog.text


def test_settings_that_wait_for_a_restart_are_told_at_every_reload_until_they_are_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, after = SETTINGS + NETWORK, FAST + NETWORK
    told: list[tuple[bool, int]] = []

    def look(app: App) -> None:
        text = app.exposition.health.samples()["netmon_config_restart_needed"]
        said = caplog.text.count("changed settings are taken at the next start")
        told.append((text == [({}, 1.0)], said))

    with caplog.at_level(logging.INFO):
        reloaded(write(tmp_path, before), after, after, before, look=look)
    assert told == [(True, 1), (True, 2), (False, 2)]
    assert "nothing changed" in caplog.text


def test_settings_at_work_stay_those_of_the_start(tmp_path: Path) -> None:
    app = reloaded(write(tmp_path, SETTINGS + NETWORK), FAST + NETWORK)
    assert app.configuration.settings.pipeline.judge_interval_seconds == 1


WINDOW = """\
maintenance:
  - {id: mast, sites: [narva], when: [{start: 2020-01-01T00:00:00Z, end: 2090-01-01T00:00:00Z}]}
"""


def test_plans_that_are_written_while_netmon_runs_hold_after_the_next_reload(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[str, ...]] = []

    def look(app: App) -> None:
        app.pipeline.judge(1_795_000_000.0, 0.0)
        samples = app.exposition.health.samples().get("netmon_maintenance_active", [])
        told.append(tuple(labels["window"] for labels, _ in samples))

    before = SETTINGS + NETWORK
    with caplog.at_level(logging.INFO):
        reloaded(write(tmp_path, before), before, before + WINDOW, before, look=look)
    assert told == [(), ("mast",), ()]
    assert caplog.text.count("reloaded: plans changed") == 2
