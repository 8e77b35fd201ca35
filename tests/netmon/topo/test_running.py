"""`netmon topo --url`: the same questions to a running netmon, over a real socket."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from netmon import cli
from netmon.api.server import RunningServer
from tests.netmon.api.asking import served
from tests.netmon.api.story import make_source


def topo(question: str, *words: str) -> int:
    """Ask the network of the story, of which one link is down."""

    async def ask(server: RunningServer) -> int:
        host, port = server.address[:2]
        words_: Sequence[str] = ["topo", question, "--url", f"http://{host}:{port}", *words]
        return await asyncio.to_thread(cli.main, words_)

    return served(make_source(), ask)


def test_the_network_is_asked_as_it_is_now_or_as_it_was_drawn(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert topo("site", "--json", "--site", "mustvee") == 0
    live = json.loads(capsys.readouterr().out)
    assert topo("site", "--json", "--site", "mustvee", "--base", "design") == 0
    design = json.loads(capsys.readouterr().out)
    ways = [told["answer"]["levels"][0]["any_core"]["by_link"] for told in (live, design)]
    assert ways == [0, 1]


def test_people_read_a_sentence_and_a_pipeline_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("impact", "--element", "site:mustvee", "--base", "design", "--fail-if", "0") == 2
    told = capsys.readouterr()
    assert told.out.startswith("design: ")
    assert "sites cut off: " in told.err


def test_a_map_is_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert topo("site", "--geojson") == 0
    assert json.loads(capsys.readouterr().out)["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("paths",), ": 422: source must be given"),
        (("spof", "--csv"), "--url takes the question's own options"),
        (("spof", "--core", "x"), "--core goes with --from"),
        (("spof", "--geojson", "--fail-if", "1"), "--fail-if needs a figure"),
    ],
)
def test_what_is_refused_says_why(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert topo(*words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://", "http://u:p@127.0.0.1/"])
def test_only_the_address_of_a_netmon_is_asked(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["topo", "spof", "--url", url]) == 2
    assert "--url must be that of a netmon" in capsys.readouterr().err


def test_nobody_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["topo", "spof", "--url", "http://127.0.0.1:1"]) == 2
    assert "http://127.0.0.1:1: no answer of a netmon" in capsys.readouterr().err
