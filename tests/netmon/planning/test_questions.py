"""What planners ask, and what they are told; on networks small enough to be seen through."""

import json
from itertools import pairwise

import pytest

from netmon.planning.answer import Answer, Plan, document, geojson
from netmon.planning.options import PlanningError
from netmon.planning.questions import QUESTIONS, Asked, ask
from tests.builders import make_network
from topology.model import LinkId, SiteId
from topology.resilience.snapshot import Elements

# A ring of four sites with the core in it, and a tail of two behind c.
RING = make_network("hq-b", "b-c", "c-d", "d-hq", "c-t", "t-u", srlgs={"duct": ["b-c", "c-d"]})
PLAN = Plan(network=RING)


def told(name: str, plan: Plan = PLAN, **given: list[str]) -> Answer:
    return ask(name, plan, given)


def test_single_points_are_told_worst_first_with_what_they_take() -> None:
    answer = told("spof", kind=["link"])
    assert [row[:3] for row in answer.table.rows] == [("link", "c-t", 2), ("link", "t-u", 1)]
    assert answer.figure == 2.0
    assert "c-t, takes 2 sites" in answer.summary


def test_what_is_down_now_counts_as_failed() -> None:
    broken = Plan(network=RING, base="live", failed=Elements(links=frozenset({LinkId("d-hq")})))
    lost = {row[1]: row[2] for row in told("spof", broken, kind=["link"]).table.rows}
    assert lost == {"hq-b": 5, "b-c": 4, "c-t": 2, "c-d": 1, "t-u": 1}


def test_any_two_links_of_the_ring_cut_somebody_off() -> None:
    answer = told("n2")
    assert answer.table.total == 1
    assert set(str(answer.table.rows[0][0]).split(", ")) == {"hq-b", "b-c", "c-d", "d-hq"}
    assert answer.figure == 6.0  # pairs of four links


def test_sites_on_one_way_come_first() -> None:
    rows = told("site").table.rows
    assert [row[0] for row in rows[:2]] == ["t", "u"]
    assert {row[0]: row[1] for row in rows} == {"t": 1, "u": 1, "b": 2, "c": 2, "d": 2}


def test_two_ways_around_the_ring_and_none_to_the_tail() -> None:
    ring = told("paths", source=["c"], k=["2"])
    assert {row[1] for row in ring.table.rows} == {"c b hq", "c d hq"}
    assert ring.figure == 0.0
    tail = told("paths", source=["u"], k=["2"])
    assert tail.figure == 2.0
    assert "share" in tail.summary
    assert "c-t" in tail.summary


def test_the_duct_takes_both_ways_to_c() -> None:
    answer = told("whatif", down=["srlg:duct"])
    assert {row[1] for row in answer.table.rows if row[0] == "cut off"} == {"c", "t", "u"}
    assert answer.figure == 3.0
    assert "3 dependents lost" in answer.summary


def test_several_causes_are_told_each_alone_and_together() -> None:
    answer = told("whatif", cause=["flood=link:hq-b", "works=link:d-hq", "works=link:t-u"])
    rows = {row[0]: row[1:] for row in answer.table.rows if row[0] not in {"cut off"}}
    assert rows["by flood alone"] == ("0 sites", "")
    assert rows["by works alone"] == ("1 site", "u")
    assert rows["only by all together"] == ("4 sites", "b, c, d, t")
    assert answer.figure == 5.0


def test_a_disc_can_be_one_of_several_causes() -> None:
    place = RING.sites[RING.site_of(RING.device_of(RING.links[LinkId("t-u")].b))].position
    disc = f"{place.latitude_deg},{place.longitude_deg},0.5,site"
    answer = told("whatif", cause=[f"flood=disc:{disc}", "works=link:c-t"])
    assert ("by flood alone", "1 site", "u") in answer.table.rows
    assert ("by works alone", "2 sites", "t, u") in answer.table.rows


def test_the_impact_of_one_element_is_the_what_if_of_it() -> None:
    answer = told("impact", element=["device:c-r"])
    assert [row[:2] for row in answer.table.rows] == [
        ("cut off", "c"), ("cut off", "t"), ("cut off", "u"),
        ("left on one way", "b"), ("left on one way", "d"),
    ]  # fmt: skip
    assert answer.body.isolated == told("whatif", down=["device:c-r"]).body.isolated  # type: ignore[attr-defined]


def test_a_jammer_beside_a_mast_takes_its_links_and_no_others() -> None:
    place = RING.sites[RING.site_of(RING.device_of(RING.links[LinkId("t-u")].b))].position
    given = {
        "lat": [str(place.latitude_deg)],
        "lon": [str(place.longitude_deg)],
        "low_mhz": ["22990"],
        "high_mhz": ["23010"],
    }
    answer = told("jammer", PLAN, eirp_dbm=["60"], **given)
    assert ("t-u", "lost") in {(row[0], row[7]) for row in answer.table.rows}
    assert answer.table.rows[0][0] == "t-u"  # the worst off first
    assert answer.body["whatif"].isolated.sites == ("u",)  # type: ignore[index]
    assert "1 site cut off" in answer.summary
    faint = told("jammer", PLAN, eirp_dbm=["-50"], **given)
    assert faint.summary.startswith("0 of 6 links in the band are lost")
    assert faint.figure == 0.0
    elsewhere = told(
        "jammer", PLAN, eirp_dbm=["60"], **given | {"low_mhz": ["1"], "high_mhz": ["2"]}
    )
    assert elsewhere.summary.startswith("0 of 0 links in the band are lost")


def test_a_jammer_needs_to_know_where_the_masts_are() -> None:
    with pytest.raises(PlanningError, match="1 sites have no position, 'u' among them"):
        ask("jammer", Plan(network=RING, unplaced=frozenset({SiteId("u")})), _SOME["jammer"])


def test_what_is_down_already_is_not_counted_again() -> None:
    answer = told("impact", element=["link:c-d"], without=["link:c-t", "link:b-c"])
    assert [row[:2] for row in answer.table.rows] == [("cut off", "c")]
    lost = {row[1]: row[2] for row in told("spof", kind=["link"], without=["link:d-hq"]).table.rows}
    assert lost == {"hq-b": 5, "b-c": 4, "c-t": 2, "c-d": 1, "t-u": 1}


def test_what_costs_most_comes_first() -> None:
    answer = told("rank", kind=["link"], link=["0.999"], device=["1"], power=["1"])
    minutes = {row[1]: row[3:6] for row in answer.table.rows}
    year = 0.001 * 365.25 * 24 * 60
    assert answer.table.rows[0][1] == "c-t"
    assert minutes["c-t"] == (round(2 * year, 1), 0.0, 2)
    assert minutes["t-u"] == (round(year, 1), 0.0, 1)
    assert minutes["hq-b"][0] == 0.0  # costs only together with another of the ring
    assert minutes["hq-b"][1] == round((1 + 4 + 5) * 1e-6 * 365.25 * 24 * 60, 1)
    assert answer.figure == pytest.approx(2 * year)


def test_more_samples_than_are_affordable_are_refused() -> None:
    hurried = Plan(network=RING, most_samples=2.12e7)
    answer = told("availability", hurried, method=["monte_carlo"], samples=["100000"])
    assert answer.table.total == 6
    with pytest.raises(PlanningError, match="samples must be at most 100000 here"):
        told("availability", hurried, method=["monte_carlo"], samples=["100001"])


def test_a_disc_hits_what_lies_in_it() -> None:
    place = RING.sites[RING.site_of(RING.device_of(RING.links[LinkId("t-u")].b))].position
    disc = f"{place.latitude_deg},{place.longitude_deg},0.5,site"
    answer = told("whatif", disc=[disc])
    assert [row[:2] for row in answer.table.rows] == [("cut off", "u")]
    worst = told("region", radius_km=["0.5"], mode=["site"], spare_cores=["yes"])
    assert worst.figure >= 1.0


def test_capacity_is_told_in_every_failure() -> None:
    answer = told("capacity", demand_mbps=["100"])
    assert answer.figure == pytest.approx(0.0)  # 500 Mbit/s over two links of 400
    lost = {(row[0], row[1]): row[2] for row in answer.table.rows}
    assert lost["link", "c-t"] == 300.0
    assert told("capacity", source=["u"]).body["served"].served_bps == pytest.approx(400e6)  # type: ignore[index]


def test_availability_is_exact_with_what_nobody_told_assumed() -> None:
    answer = told("availability", site=["t", "u"], link=["0.9"], device=["1"], power=["1"])
    figures = {row[0]: float(str(row[1])) for row in answer.table.rows}
    ring = 1 - (1 - 0.9**2) ** 2  # two ways of two links each to c
    assert figures["t"] == pytest.approx(0.9 * ring, abs=1e-6)
    assert figures["u"] == pytest.approx(0.81 * ring, abs=1e-6)
    assert answer.table.rows[0][0] == "u"  # the worst first


def test_the_best_new_link_makes_the_tail_a_ring() -> None:
    answer = told("augment", hop_km=["200"], price=["microwave=1000+10"], objective=["minutes"])
    (row,) = answer.table.rows
    assert "u" in row[:2]
    assert float(str(row[4])) > 0
    assert answer.figure < answer.body.before  # type: ignore[attr-defined]
    shown = geojson(answer, RING)
    assert [f["properties"]["new"] for f in shown["features"] if "new" in f["properties"]] == [True]


def test_a_new_link_is_compared_with_what_is() -> None:
    answer = told("diff", add=["u,hq"])
    changes = {row[0]: row[3] for row in answer.table.rows}
    assert changes["single points link"] == "-2.0 better"
    assert answer.figure == 0.0
    assert "resolved" in answer.summary


def test_another_plan_is_compared_with_this_one() -> None:
    without = make_network("hq-b", "b-c", "c-d", "c-t", "t-u")
    answer = told("diff", Plan(network=RING, against=Plan(network=without)))
    assert answer.body.removed_links == ("d-hq",)  # type: ignore[attr-defined]
    assert answer.figure > 0  # the ring is open now


def test_silence_is_explained_by_what_is_nearest_to_the_cores() -> None:
    answer = told("explain", silent=["t-r", "u-r"])
    assert {row[2] for row in answer.table.rows} <= {"c-t", "t-r", "t"}
    assert answer.figure == 1.0


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("paths", {}, "source must be given"),
        ("paths", {"source": ["nowhere"]}, "there is no site 'nowhere'"),
        ("paths", {"source": ["c"], "k": ["0"]}, "k must be a whole number from 1 to 16"),
        ("spof", {"kind": ["road"]}, "kind must be one of link, device, site, srlg"),
        ("spof", {"colour": ["red"]}, "unknown option; known here: kind, limit, without"),
        ("region", {"lat": ["1"]}, "lat and lon go together"),
        ("region", {"radius_km": ["nan"]}, "radius_km must be a number from 0.001 to 2000"),
        ("whatif", {}, "down, disc or cause must be given"),
        ("whatif", {"down": ["link:"]}, "down must be one of link:ID, device:ID, site:ID, srlg:ID"),
        ("whatif", {"disc": ["north"]}, "disc must be LATITUDE,LONGITUDE,RADIUS_KM"),
        ("whatif", {"down": ["site:\x1b[31m"]}, "printable"),
        ("whatif", {"cause": ["flood"]}, "cause must be NAME=link:ID"),
        ("whatif", {"cause": ["flood=disc:1,2"]}, "disc must be LATITUDE"),
        ("whatif", {"cause": ["flood=site:atlantis"]}, "there is no site 'atlantis'"),
        ("impact", {}, "element must be given"),
        ("impact", {"element": ["site:"]}, "element must be one of link:ID"),
        ("impact", {"element": ["device:x"]}, "there is no device 'x'"),
        ("jammer", {}, "lat must be given; lon must be given; low_mhz must be given"),
        (
            "jammer",
            {"lat": ["1"], "lon": ["2"], "low_mhz": ["9"], "high_mhz": ["8"]},
            "a band from 9e+06 to 8e+06 Hz is none",
        ),
        ("spof", {"without": ["site:"]}, "without must be one of link:ID"),
        ("rank", {"link": ["2"]}, "link must be a number from 0 to 1"),
        ("augment", {"price": ["gold=1"]}, "price must be MEDIUM=FIXED"),
        ("augment", {"per": ["euro"]}, "has no cost"),
        ("diff", {}, "add must be given"),
        ("diff", {"add": ["c"]}, "a pair of sites must be SITE,SITE"),
        ("diff", {"add": ["c,nowhere"]}, "there is no site 'nowhere'"),
        ("explain", {}, "silent must be given"),
        ("weather", {}, "there is no such question"),
    ],
)
def test_what_cannot_be_answered_says_what_would_be_right(
    name: str, given: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(PlanningError) as refused:
        ask(name, PLAN, given)
    assert said in str(refused.value)


_SOME = {
    "jammer": {"lat": ["59.4"], "lon": ["28.2"], "low_mhz": ["22000"], "high_mhz": ["24000"]},
    "paths": {"source": ["c"]},
    "impact": {"element": ["link:c-t"]},
    "whatif": {"down": ["link:c-t"]},
    "augment": {"hop_km": ["200"]},
    "diff": {"add": ["u,hq"]},
    "explain": {"silent": ["u-r"]},
}


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.name)
def test_every_answer_is_json_and_geojson(asked: Asked) -> None:
    name = asked.name
    answer = ask(name, PLAN, _SOME.get(name, {}))
    assert json.loads(json.dumps(document(answer), allow_nan=False))["question"] == name
    shown = json.loads(json.dumps(geojson(answer, RING), allow_nan=False))
    assert shown["type"] == "FeatureCollection"
    for feature in shown["features"]:
        if feature["geometry"]["type"] != "Polygon":
            continue
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0  # RFC 7946 §3.1.6


def test_equal_networks_have_equal_digests() -> None:
    assert told("spof").digest == told("n2").digest
    broken = Plan(network=RING, failed=Elements(links=frozenset({LinkId("c-t")})))
    assert told("spof", broken).digest != told("spof").digest
