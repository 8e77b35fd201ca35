"""`netmon discover` against agents on loopback, from the command line to the proposed file."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from collectors.snmp.ber import Oid
from collectors.snmp.discovery import tables
from collectors.snmp.message import Value
from netmon import cli
from tests.netmon.config.writing import write
from tests.servers import free_port
from tests.wire.agent import Agent, running_agent
from tests.wire.speaker import hear, number, speaker, text

NOTHING = """\
credentials:
  field: {community_file: backbone.secret}
settings:
  discovery: {pdus_per_second: 500, timeout_seconds: 0.4, retries: 0}
"""
HOSTS = ("127.0.0.33", "127.0.0.34", "127.0.0.35")
Objects = dict[Oid, Value]


def meet(one: tuple[Objects, bytes], other: tuple[Objects, bytes]) -> None:
    """Let two ports hear each other."""
    for (near, at), (far, port) in ((one, other), (other, one)):
        hear(near, at, name=name_of(far), mac=mac_of(far), port=port)


def name_of(objects: Objects) -> bytes:
    return octets(objects, (1, 3, 6, 1, 2, 1, 1, 5, 0))


def mac_of(objects: Objects) -> int:
    return octets(objects, (*tables.LLDP_CHASSIS, 0))[4]


def octets(objects: Objects, oid: Oid) -> bytes:
    content = objects[oid].content
    assert isinstance(content, bytes)
    return content


def ring() -> list[Objects]:
    """Return three routers in a ring, two of them joined twice."""
    r1 = speaker(b"r1", {7: b"ge0", 8: b"ge1", 9: b"ge2"}, mac=1)
    r2 = speaker(b"r2", {7: b"ge0", 8: b"ge1", 9: b"ge2"}, mac=2)
    r3 = speaker(b"r3", {7: b"ge0", 8: b"ge1"}, mac=3)
    meet((r1, b"ge0"), (r2, b"ge0"))
    meet((r1, b"ge2"), (r2, b"ge2"))
    meet((r2, b"ge1"), (r3, b"ge0"))
    meet((r3, b"ge1"), (r1, b"ge1"))
    return [r1, r2, r3]


def discover(
    served: list[Objects],
    arguments: list[str],
    *,
    asked: list[Agent] | None = None,
    port: int | None = None,
) -> int:
    """Run the command while agents serve; return its exit code."""
    port = port or free_port(socket.SOCK_DGRAM)

    async def story() -> int:
        async with AsyncExitStack() as stack:
            for host, objects in zip(HOSTS, served, strict=False):
                agent = await stack.enter_async_context(
                    running_agent(objects, host=host, port=port)
                )
                if asked is not None:
                    asked.append(agent)
            command = ["discover", *arguments, "--port", str(port)]
            return await asyncio.to_thread(cli.main, command)

    return asyncio.run(story())


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(write(tmp_path, NOTHING))


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def ends(found: dict[str, Any]) -> dict[str, bool]:
    return {" ".join(each["ends"]): each["confirmed"] for each in found["links"]}


def kinds(found: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in found["findings"]]


def test_a_ring_with_a_parallel_link_is_proposed_link_by_link(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert discover(ring(), ["127.0.0.32/29", "--config", config, "--json"]) == 0
    found = document(capsys)
    assert ends(found) == {
        "r1:ge0 r2:ge0": True,
        "r1:ge2 r2:ge2": True,
        "r2:ge1 r3:ge0": True,
        "r1:ge1 r3:ge1": True,
    }
    assert not kinds(found)
    assert found["links"][0]["sources"] == ["lldp"]
    assert found["links"][0]["age_seconds"] == 3580.0


def test_the_proposal_is_an_inventory_once_it_is_filled_in(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proposed = tmp_path / "found.yaml"
    port = free_port(socket.SOCK_DGRAM)
    arguments = [*HOSTS, "--config", config, "-o", str(proposed)]
    assert discover(ring(), arguments, port=port) == 0
    told = capsys.readouterr().out
    assert "3 answer SNMP" in told
    assert "new           r1: 127.0.0.33" in told
    assert cli.main(["check", config, str(proposed)]) == 2
    refused = capsys.readouterr().err
    assert "FILL-IN" in refused
    assert "sites[0].position.lat" in refused
    assert "links[0].medium" in refused
    complete(proposed)
    assert cli.main(["check", config, str(proposed)]) == 0
    assert "1 site, 3 devices, 4 links; 3 polled" in capsys.readouterr().out
    # And then nothing is left to propose.
    both_files = [*HOSTS, "--config", config, str(proposed), "--json"]
    assert discover(ring(), both_files, port=port) == 0
    again = document(capsys)
    assert {each["mark"] for each in again["difference"]["links"]} == {"confirmed"}
    assert len(again["difference"]["links"]) == 4
    assert not again["difference"]["devices"]
    assert "Nothing: all that answered is in the inventory" in again["proposal"]


def complete(proposed: Path) -> None:
    """Fill in what the file asks for."""
    filled = proposed.read_text("utf-8")
    for blank, value in (
        ("country: FILL-IN", "country: EE"),
        ("lat: FILL-IN", "lat: 59.4"),
        ("lon: FILL-IN", "lon: 28.2"),
        ("medium: FILL-IN", "medium: fibre"),
    ):
        assert blank in filled
        filled = filled.replace(blank, value)
    proposed.write_text(filled, encoding="utf-8")


HOSTILE = (
    b'r"1\n- id: evil', b"r1 #: {[x", "r1\u202e\u2028\u0085y".encode(), b"\x1b[2Jr1", b"\xff\xfe",
    b"null", b"1e3", b"x" * 300,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=[repr(each)[:20] for each in HOSTILE])
def test_hs23_no_text_of_a_device_leaves_its_place_in_the_file(
    name: bytes, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = speaker(name, {7: name}, mac=1) | {
        (1, 3, 6, 1, 2, 1, 1, 6, 0): text(name),
        (*tables.ENTITY_CLASS, 1): number(3),
        (*tables.ENTITY_SERIAL, 1): text(name),
    }
    second = speaker(b"r2", {7: b"ge0"}, mac=2)
    meet((first, name), (second, b"ge0"))
    proposed = tmp_path / "found.yaml"
    assert discover([first, second], [*HOSTS[:2], "--config", config, "-o", str(proposed)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    complete(proposed)
    assert cli.main(["check", config, str(proposed)]) == 0, capsys.readouterr().err
    assert "1 site, 2 devices" in capsys.readouterr().out


def test_who_is_heard_is_never_asked(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The neighbour's management address is known, and was not named."""
    r1, r2, _ = ring()
    hear(r1, b"ge0", name=b"r2", mac=2, port=b"ge0", address=HOSTS[1])
    asked: list[Agent] = []
    assert discover([r1, r2], [HOSTS[0], "--config", config, "--json"], asked=asked) == 0
    assert asked[0].requests
    assert not asked[1].requests
    assert {"unknown_neighbour"} == set(kinds(document(capsys)))


def test_one_sided_stale_and_mac_only_neighbours_are_told(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    r1 = speaker(b"r1", {7: b"ge0", 8: b"ge1", 9: b"ge2"}, mac=1)
    r2 = speaker(b"r2", {7: b"ge0", 8: b"ge1", 9: b"ge2"}, mac=2)
    hear(r1, b"ge0", name=b"r2", mac=2, port=b"ge0")  # and r2 does not hear it
    hear(r1, b"ge1", name=b"r2", mac=2, port=b"ge1")
    r1[(*tables.IF_OPER_STATUS, 8)] = number(2)  # down
    hear(r1, b"ge2", name=b"", mac=2, port=bytes((2, 0, 0, 0, 2, 9)), kind=3)  # unnamed, by MAC
    assert discover([r1, r2], [*HOSTS[:2], "--config", config, "--json"]) == 0
    found = document(capsys)
    assert ends(found) == {"r1:ge0 r2:ge0": False, "r1:ge2 r2:ge2": False}
    assert kinds(found) == ["one_sided", "stale", "one_sided"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["10.0.0.0/8"], "16777216 addresses are too many, 4096 may be asked at once"),
        (["--large", "10.64.0.0/12"], "65536 may be asked at once: name fewer"),
        (["::/0"], "too many"),
        (["10.0.0.5/24"], "write 10.0.0.0/24 for all of it"),
        (["router.example"], "names are not looked up"),
        (["224.0.0.1"], "is a multicast address"),
        (["0.0.0.0"], "is the unspecified address"),
        (["127.0.0.1", "--credentials", "secret-community"], "the files define field"),
        (["127.0.0.1", "--port", "0"], "--port must be 1 to 65535"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_asked_is_refused_before_anything_is(
    given: list[str], words: str, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["discover", *given, "--config", config]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert "secret-community" not in told.err
    assert not told.out


def test_no_file_is_ever_overwritten(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path(config).read_text("utf-8")
    assert cli.main(["discover", "127.0.0.1", "--config", config, "--output", config]) == 2
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert Path(config).read_text("utf-8") == before


def test_where_nobody_answers_it_says_so(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert discover([], [HOSTS[0], "--config", config]) == 1
    assert "0 answer SNMP" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_ctrl_c_ends_it_cleanly(number: signal.Signals, config: str, tmp_path: Path) -> None:
    proposed = tmp_path / "found.yaml"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:  # never answers
        mute.bind(("127.0.0.33", 0))
        port = mute.getsockname()[1]
        mute.settimeout(30)
        program = subprocess.Popen(
            [sys.executable, "-c", "import signal, runpy\n"
             "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
             "runpy.run_module('netmon', run_name='__main__', alter_sys=True)",
             "discover", "127.0.0.33", "--port", str(port), "--config", config,
             "-o", str(proposed)],
            env={**os.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        mute.recv(2000)  # it is asking
        program.send_signal(number)
        began = time.monotonic()
        _, told = program.communicate(timeout=30)
    assert "Traceback" not in told, told
    assert "interrupted; nothing was written" in told
    assert program.returncode == 130
    assert not proposed.exists()
    assert time.monotonic() - began < 20
