"""What the API answers, asked over a real socket."""

import dataclasses

import pytest

from netmon.api.server import ApiSettings
from tests.netmon.api.asking import get
from tests.netmon.api.story import make_incident, make_network, make_readings, make_source
from topology.model import LinkId

PATHS = (
    "/",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/api/v1/links",
    "/api/v1/links/mw-tartu-mustvee",
    "/api/v1/incidents",
    "/api/v1/sites",
    "/static/netmon.css",
    "/static/netmon.js",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_address_answers_get_and_head(path: str) -> None:
    full, head = get(make_source(), path), get(make_source(), path, method="HEAD")
    assert (full.status, head.status) == (200, 200)
    assert full.body
    assert not head.body
    assert head.headers["content-length"] == str(len(full.body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [*PATHS, "/nothing"])
def test_nothing_can_be_changed(path: str, method: str) -> None:
    reply = get(make_source(), path, method=method)
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/api/v1/links/nobody"])
def test_every_answer_is_protected(path: str) -> None:
    headers = get(make_source(), path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["server"] == "netmon"
    if not path.startswith("/static"):
        assert headers["cache-control"] == "no-store"


def test_a_link_is_told_with_both_ends_and_units_in_names() -> None:
    link = get(make_source(), "/api/v1/links/s6-narva-mast").json
    assert link["condition"] == "degraded"
    assert link["cause"] == "jamming_like"
    assert link["since"] == "2026-11-23T23:47:26.000Z"
    assert link["at"] == "2026-11-24T00:00:00.000Z"
    assert link["data_age_seconds"] == 3.0
    assert link["a"]["device"] == "narva-r1"
    assert link["b"]["snr_db"] == 9.7
    assert link["a"]["rsl_dbm"] is None  # its device is silent: unknown, never 0
    assert link["incidents"] == ["i-1"]
    assert link["contact"] == "<b>duty desk</b>, Jõhvi"


def test_a_link_that_nobody_is_named_for_says_so() -> None:
    links = get(make_source(), "/api/v1/links").json["links"]
    assert [link["contact"] for link in links if link["id"] != "s6-narva-mast"] == [None] * (
        len(links) - 1
    )
    assert len(links) > 1


def test_links_come_in_pages_and_say_where_to_go_on() -> None:
    first = get(make_source(), "/api/v1/links?limit=4").json
    rest = get(make_source(), f"/api/v1/links?after={first['next_after']}").json
    assert first["total"] == rest["total"] == 9
    assert [one["id"] for one in first["links"] + rest["links"]] == list(make_network().links)
    assert rest["next_after"] is None


def test_open_incidents_are_all_that_are_not_closed_the_worst_first() -> None:
    found = get(make_source(), "/api/v1/incidents?phase=open").json["incidents"]
    assert [one["id"] for one in found] == ["i-2", "i-1", "i-3"]
    assert found[0]["sites_lost"] == ["vasknarva", "narva"]
    assert found[0]["first_check"].startswith("Call whoever")
    assert [
        one["id"] for one in get(make_source(), "/api/v1/incidents?phase=closed").json["incidents"]
    ] == ["i-4"]
    assert get(make_source(), "/api/v1/incidents").json["total"] == 4


def test_sites_are_told_with_what_they_carry() -> None:
    sites = get(make_source(), "/api/v1/sites").json["sites"]
    narva = next(site for site in sites if site["id"] == "narva")
    assert narva["condition"] == "unreachable"
    assert [one["kind"] for one in narva["dependents"]] == ["camera_mast", "radar", "sensor"]
    assert narva["links"] == ["mw-vasknarva-narva", "s6-narva-mast"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/api/v1/links/nobody", 404),
        ("/api/v1/links?limit=0", 400),
        ("/api/v1/links?limit=-1", 400),
        ("/api/v1/links?limit=501", 400),
        ("/api/v1/links?limit=%D9%A1", 400),  # an Arabic-Indic one
        ("/api/v1/links?limit=99999999999999999999", 400),
        ("/api/v1/links?limit=1&limit=2", 400),
        ("/api/v1/links?after=nobody", 404),
        ("/api/v1/links?start=0", 400),
        ("/api/v1/incidents?phase=ended", 400),
        ("/static/..%2fserver.py", 404),
        ("/static/%2e%2e/server.py", 404),
        ("/static/netmon.css%00", 404),
        ("/?x=1", 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem_document(path: str, status: int) -> None:
    reply = get(make_source(), path)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["status"] == status
    assert reply.json["detail"]


def test_an_error_repeats_nothing_of_the_request() -> None:
    for path in ("/<script>MARK", "/api/v1/links/MARK", "/api/v1/incidents?phase=MARK"):
        reply = get(make_source(), path, headers="X-Forwarded-Host: MARK\r\n")
        assert b"MARK" not in reply.body
        assert not any("MARK" in value for value in reply.headers.values())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:9877", "[::1]:9877", "localhost:9877", "LOCALHOST", "10.0.0.7", ""],
)
def test_we_are_asked_by_address_or_as_localhost(host: str) -> None:
    assert get(make_source(), "/-/healthy", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil", "a b"]
)
def test_a_name_pointed_at_us_is_refused(host: str) -> None:
    reply = get(make_source(), "/api/v1/sites", host=host)
    assert reply.status in (400, 421)
    assert b"evil" not in reply.body


def test_a_name_we_were_given_is_answered() -> None:
    settings = ApiSettings(port=0, allowed_hosts=("netmon",))
    assert get(make_source(), "/metrics", host="netmon:9877", settings=settings).status == 200


def test_not_ready_until_the_first_judgement() -> None:
    reply = get(make_source(judgement=None), "/-/ready")
    assert reply.status == 503
    assert b"not judged yet" in reply.body
    reply = get(make_source(reasons_unready=("the store is locked",)), "/-/ready")
    assert (reply.status, b"- the store is locked" in reply.body) == (503, True)


def test_unhealthy_says_why() -> None:
    reply = get(make_source(reasons_unhealthy=("the pipeline ended",)), "/-/healthy")
    assert (reply.status, reply.body) == (503, b"not healthy:\n- the pipeline ended\n")


def test_a_scrape_gets_what_it_asked_for() -> None:
    source = make_source()
    reply = get(
        source,
        "/metrics",
        headers="Accept: application/openmetrics-text\r\nAccept-Encoding: gzip\r\n",
    )
    assert source.asked == [("application/openmetrics-text", "gzip")]
    assert reply.body == b"netmon_link_up 1\n"
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert reply.headers["vary"] == "Accept"


def test_a_fault_inside_is_a_500_without_our_inside(caplog: pytest.LogCaptureFixture) -> None:
    reply = get(make_source(network=None), "/api/v1/links")
    assert reply.status == 500
    assert b"NoneType" not in reply.body
    assert b"Traceback" not in reply.body
    assert "an answer failed" in caplog.text


def test_nothing_known_is_null_in_json_not_nan() -> None:
    reply = get(make_source(readings=None, judgement=None, data_age_seconds=None), "/api/v1/links")
    assert b"NaN" not in reply.body
    link = reply.json["links"][0]
    assert link["condition"] == "unknown"
    assert link["because"] == "not judged yet"
    assert link["a"]["rtt_seconds"] is None


def test_odds_without_end_are_null() -> None:
    certain = dataclasses.replace(make_incident(), odds=float("inf"))
    reply = get(make_source(incidents=(certain,)), "/api/v1/incidents")
    assert reply.json["incidents"][0]["odds"] is None


def test_an_end_that_its_device_has_not_is_said_in_words() -> None:
    network = make_network()
    end = network.links[LinkId("s6-narva-mast")].b
    source = make_source(readings=make_readings(network, missing=(end,)))
    known = network.interfaces[end]
    words = f"not read: {known.device} has no interface {known.name}"
    link = get(source, "/api/v1/links/s6-narva-mast").json
    assert link["a"]["not_read"] is None
    assert link["b"]["not_read"] == words
    assert words in get(source, "/").body.decode()
