"""The planners' questions over HTTP: the same answers as `netmon topo`, on the network as it is."""

import asyncio

import pytest

from netmon.api.server import ApiSettings
from netmon.api.topology import MOST_SITES, MOST_WAITING, BusyError, Planner, TooLargeError
from netmon.planning.answer import Plan, document
from netmon.planning.questions import QUESTIONS, ask
from tests.builders import make_network as make_large
from tests.netmon.api.asking import get
from tests.netmon.api.story import make_network, make_source


def test_the_questions_are_listed_with_their_options() -> None:
    told = get(make_source(), "/api/v1/topology").json
    assert [one["name"] for one in told["questions"]] == [asked.name for asked in QUESTIONS]
    paths = next(one for one in told["questions"] if one["name"] == "paths")
    assert {"name": "source", "required": True}.items() <= paths["options"][0].items()


def test_the_design_is_answered_as_on_the_command_line() -> None:
    told = get(make_source(), "/api/v1/topology/spof?base=design&kind=link").json
    own = document(ask("spof", Plan(network=make_network()), {"kind": ["link"]}))
    assert told["answer"] == own["answer"]
    assert told["digest"] == own["digest"]
    assert told["base"] == "design"


def test_live_is_without_what_is_down_now() -> None:
    live = get(make_source(), "/api/v1/topology/site").json
    design = get(make_source(), "/api/v1/topology/site?base=design").json
    ways = {one["site"]: one["any_core"]["by_link"] for one in live["answer"]["levels"]}
    drawn = {one["site"]: one["any_core"]["by_link"] for one in design["answer"]["levels"]}
    assert drawn["mustvee"] == 1
    assert ways["mustvee"] == 0  # mw-tartu-mustvee is down
    assert live["digest"] != design["digest"]


def test_an_instant_is_without_what_incidents_held_down_then() -> None:
    before = get(make_source(), "/api/v1/topology/site?base=2020-01-01T00:00:00Z").json
    design = get(make_source(), "/api/v1/topology/site?base=design").json
    assert before["answer"] == design["answer"]


def test_a_map_gets_geojson() -> None:
    told = get(make_source(), "/api/v1/topology/region?format=geojson&base=design&limit=1").json
    assert told["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("weather", 404, "there is no such question"),
        ("paths", 422, "source must be given"),
        ("paths?source=a&source=b", 422, "source is given at most 1 times"),
        ("spof?base=yesterday", 422, "base must be live, design or a time"),
        ("spof?base=2026-11-24T00:00:00", 422, "base must be live, design or a time"),
        ("spof?format=xml", 422, "format must be one of json, geojson"),
        ("spof?limit=0", 422, "limit must be a whole number"),
        ("whatif?down=link:nobody", 422, "nobody"),
        ("spof?without=link:nobody", 422, "nobody"),
        ("availability?samples=100000000&method=monte_carlo", 422, "samples must be at most"),
    ],
)
def test_what_cannot_be_answered_is_refused(path: str, status: int, said: str) -> None:
    reply = get(make_source(), f"/api/v1/topology/{path}")
    assert reply.status == status
    assert said in reply.json["detail"]
    assert reply.headers["content-type"] == "application/problem+json"


def test_what_takes_too_long_is_told_so_and_keeps_its_turn_until_it_ends() -> None:
    long = {"base": ["design"], "method": ["monte_carlo"], "samples": ["4000000"]}

    async def ask_both() -> list[str]:
        planner = Planner(make_source(), patience_seconds=0.05)
        said = []
        for name, given in (("availability", long), ("spof", {"base": ["design"]})):
            with pytest.raises(BusyError) as busy:
                await planner.answer(name, given)
            said.append(str(busy.value))
        return said

    assert asyncio.run(ask_both()) == [
        "no answer within 0.05 s; narrow the question, or ask `netmon topo`, which waits",
        "an earlier question is still being worked out; ask again",
    ]


def test_a_question_whose_asker_went_away_does_not_keep_the_turn_for_ever() -> None:
    async def leave_and_ask() -> str:
        planner = Planner(make_source())
        given = {"base": ["design"], "method": ["monte_carlo"], "samples": ["4000000"]}
        left = asyncio.create_task(planner.answer("availability", given))
        await asyncio.wait({left}, timeout=0.5)
        left.cancel()
        await asyncio.wait({left})
        return str((await planner.answer("spof", {"base": ["design"]}))["question"])

    assert asyncio.run(leave_and_ask()) == "spof"


def test_a_network_too_large_for_a_monitor_is_for_the_command_line() -> None:
    source = make_source(network=make_large(*(f"s{at}-s{at + 1}" for at in range(MOST_SITES))))
    with pytest.raises(TooLargeError, match="netmon topo"):
        asyncio.run(Planner(source).answer("spof", {"base": ["design"]}))


def test_a_question_may_take_longer_than_any_other_answer() -> None:
    settings = ApiSettings(port=0, exchange_timeout_seconds=0.1)
    path = "/api/v1/topology/availability?base=design&method=monte_carlo&samples=4000000"
    assert get(make_source(), path, settings=settings).status == 200


def test_only_so_many_questions_wait_for_their_turn() -> None:
    long = {"base": ["design"], "method": ["monte_carlo"], "samples": ["4000000"]}

    async def crowd() -> list[str]:
        planner = Planner(make_source(), patience_seconds=0.3)
        asked = [planner.answer("availability", long) for _ in range(MOST_WAITING + 5)]
        return [str(each) for each in await asyncio.gather(*asked, return_exceptions=True)]

    said = asyncio.run(crowd())
    assert 4 <= said.count("too many questions are waiting already; ask again") <= 5
