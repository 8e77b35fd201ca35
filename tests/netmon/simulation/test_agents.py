"""The simulated agents speak SNMP v2c as real ones do, and are as deaf to the rest."""

import asyncio
import dataclasses
import random
import socket
import subprocess

import numpy as np
import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.library import load_profile
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    ErrorStatus,
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_message,
)
from collectors.target import Target
from netmon.config.load import Configuration
from netmon.simulation.agent import NOT_WRITABLE, SET, Agent
from netmon.simulation.agents import Agents, AgentsError
from netmon.simulation.past import observations
from netmon.simulation.world import World
from tests.netmon.simulation.conftest import COMMUNITY, MakeWorld
from tests.servers import free_port, require
from topology.model import DeviceId

SYS_NAME = parse_oid("1.3.6.1.2.1.1.5.0")
SYS_UPTIME = parse_oid("1.3.6.1.2.1.1.3.0")
IF_NAME = parse_oid("1.3.6.1.2.1.31.1.1.1.1")
RSL = parse_oid("1.3.6.1.4.1.2281.10.5.1.1.2")  # ceragon
CALM, DARK = 3.0, 75.0


@pytest.fixture
def targets(border: Configuration) -> dict[DeviceId, Target]:
    """The demo's devices on a port that is free now: a demo may be running beside the tests."""
    port = free_port(socket.SOCK_DGRAM, "127.20.9.1")
    return {
        device: dataclasses.replace(target, snmp=dataclasses.replace(target.snmp, port=port))
        for device, target in border.targets.items()
        if target.snmp is not None
    }


@pytest.fixture
def agent(world: World) -> Agent:
    return Agent(world, DeviceId("terespol-mw1"), load_profile("ceragon"), COMMUNITY.encode())


def ask(
    agent: Agent,
    *oids: Oid,
    type_: int = PduType.GET,
    time: float = CALM,
    status: int = 0,
    index: int = 0,
) -> Pdu:
    pdu = Pdu(type_, 4711, tuple(map(Varbind, oids)), status, index)
    answer = agent.answer(encode_message(Message(1, COMMUNITY.encode(), pdu)), time)
    assert answer is not None
    decoded = decode_message(answer)
    assert decoded.community == COMMUNITY.encode()
    assert decoded.pdu.request_id == 4711
    assert decoded.pdu.type == PduType.RESPONSE
    return decoded.pdu


def test_get_answers_what_was_asked_in_order(agent: Agent) -> None:
    pdu = ask(agent, SYS_NAME, SYS_UPTIME)
    assert [varbind.oid for varbind in pdu.varbinds] == [SYS_NAME, SYS_UPTIME]
    assert pdu.varbinds[0].value == Value(Tag.OCTET_STRING, b"terespol-mw1")
    assert pdu.varbinds[1].value.tag == Tag.TIMETICKS


def test_get_of_nothing_says_which_kind_of_nothing(agent: Agent) -> None:
    pdu = ask(agent, (*IF_NAME, 99), (1, 3, 6, 1, 9, 9, 0))
    assert [varbind.value for varbind in pdu.varbinds] == [NO_SUCH_INSTANCE, NO_SUCH_OBJECT]


def test_a_radio_value_is_served_as_its_profile_reads_it(agent: Agent, world: World) -> None:
    pdu = ask(agent, (*IF_NAME, 2), (*RSL, 2))
    assert pdu.varbinds[0].value.content == b"radio1"
    content = pdu.varbinds[1].value.content
    sample = world.now(CALM)
    expected = sample.interfaces["rsl_dbm"][0, world.interface_rows["terespol-mw1:radio1"]]  # type: ignore[index]
    assert isinstance(content, int)
    assert content == round(float(expected))


def test_an_interface_without_a_radio_says_the_sentinel(agent: Agent) -> None:
    pdu = ask(agent, (*RSL, 1))
    assert pdu.varbinds[0].value.content in (-99, -100)


def test_getnext_walks_the_whole_mib_in_order_and_ends(agent: Agent) -> None:
    oid: Oid = (1, 3)
    walked: list[Oid] = []
    while True:
        (varbind,) = ask(agent, oid, type_=PduType.GETNEXT).varbinds
        if varbind.value == END_OF_MIB_VIEW:
            assert varbind.oid == oid
            break
        walked.append(varbind.oid)
        oid = varbind.oid
    assert walked == sorted(set(walked))
    assert len(walked) > 100


def test_getbulk_returns_what_repeated_getnext_does(agent: Agent) -> None:
    bulk = ask(agent, SYS_NAME, IF_NAME, type_=PduType.GETBULK, status=1, index=3)
    assert [varbind.value.content for varbind in bulk.varbinds[1:]] == [
        b"eth1", b"radio1", b"radio2",
    ]  # fmt: skip


def test_getbulk_is_cut_to_what_fits(agent: Agent) -> None:
    pdu = Pdu(PduType.GETBULK, 1, (Varbind((1, 3)),), 0, 10_000)
    answer = agent.answer(encode_message(Message(1, COMMUNITY.encode(), pdu)), CALM)
    assert answer is not None
    assert 1000 < len(answer) <= 1472


def test_more_than_fits_is_too_big(agent: Agent) -> None:
    pdu = ask(agent, *[SYS_NAME] * 70)
    assert (pdu.error_status, pdu.varbinds) == (ErrorStatus.TOO_BIG, ())


def test_set_is_not_writable(agent: Agent) -> None:
    pdu = ask(agent, SYS_NAME, type_=SET)
    assert (pdu.error_status, pdu.error_index) == (NOT_WRITABLE, 1)


@pytest.mark.parametrize(("version", "community"), [(0, COMMUNITY), (1, "public"), (3, COMMUNITY)])
def test_strangers_hear_nothing(agent: Agent, version: int, community: str) -> None:
    request = Message(version, community.encode(), Pdu(PduType.GET, 1, (Varbind(SYS_NAME),)))
    assert agent.answer(encode_message(request), CALM) is None


@pytest.mark.parametrize("type_", [PduType.RESPONSE, PduType.TRAP, PduType.REPORT])
def test_what_is_no_question_is_not_answered(agent: Agent, type_: PduType) -> None:
    request = Message(1, COMMUNITY.encode(), Pdu(type_, 1, (Varbind(SYS_NAME),)))
    assert agent.answer(encode_message(request), CALM) is None


def test_damaged_requests_never_hurt(agent: Agent) -> None:
    draw = random.Random(20)
    good = encode_message(
        Message(1, COMMUNITY.encode(), Pdu(PduType.GETBULK, 9, (Varbind((1, 3)),), 0, 9))
    )
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            bad[draw.randrange(len(bad))] = draw.randrange(256)
        answer = agent.answer(
            bytes(bad[: draw.randint(0, len(bad))] if draw.random() < 0.3 else bad), CALM
        )
        assert answer is None or len(answer) <= 1472


def test_a_dark_device_does_not_answer(world: World) -> None:
    agent = Agent(world, DeviceId("luhamaa-rt1"), load_profile("if-mib"), COMMUNITY.encode())
    request = encode_message(
        Message(1, COMMUNITY.encode(), Pdu(PduType.GET, 1, (Varbind(SYS_NAME),)))
    )
    assert agent.answer(request, CALM) is not None
    assert agent.answer(request, DARK) is None


def test_the_engine_reads_of_the_agents_what_the_past_would_say(
    targets: dict[DeviceId, Target], world: World
) -> None:
    """The same instant by UDP and by fast-forward: every cell the same."""

    async def poll() -> dict[DeviceId, dict[tuple[str, str | None], float | None]]:
        engine = SnmpEngine()
        try:
            found = await asyncio.gather(
                *(engine.collect(target.snmp) for target in targets.values() if target.snmp)
            )
        finally:
            await engine.close()
        assert {observation.outcome for observation in found} == {Outcome.OK}
        return {
            each.device: {
                (cell.quantity, cell.interface): value
                for cell, value in zip(each.layout.cells, each.values, strict=True)
            }
            for each in found
            if each.layout is not None
        }

    with Agents(world, targets.values(), lambda: CALM):
        polled = asyncio.run(poll())
    for each in observations(world, targets.values(), np.array([CALM]), until=0.0, monotonic=0.0):
        layout = getattr(each, "layout", None)
        if layout is not None:
            for cell, value in zip(layout.cells, each.values, strict=True):  # type: ignore[union-attr]
                # What an agent has no object for is not in the engine's plan at all.
                read = polled[each.device].get((cell.quantity, cell.interface))
                assert read == pytest.approx(value), (each.device, cell)


def test_a_real_manager_walks_a_simulated_device(
    targets: dict[DeviceId, Target], world: World
) -> None:
    walk = require("snmpbulkwalk")
    target = targets[DeviceId("narva-s61")]
    assert target.snmp is not None
    with Agents(world, [target], lambda: CALM):
        command = [walk, "-v2c", f"-c{COMMUNITY}", "-On", "-Cc", "-m", "",
                   f"{target.snmp.address}:{target.snmp.port}", "1.3.6.1"]  # fmt: skip
        walked = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    lines = walked.stdout.splitlines()
    assert '.1.3.6.1.2.1.1.5.0 = STRING: "narva-s61"' in lines
    assert any(line.startswith(".1.3.6.1.4.1.43356.2.1.2.6.1.1.5.1 = INTEGER:") for line in lines)
    assert "No more variables" in lines[-1]


def test_a_taken_address_is_named(targets: dict[DeviceId, Target], world: World) -> None:
    target = targets[DeviceId("narva-rt1")]
    with (
        Agents(world, [target], lambda: CALM),
        pytest.raises(AgentsError, match=r"127\.20\.9\.1 port [0-9]+ .*narva-rt1.*running already"),
    ):
        Agents(world, [target], lambda: CALM).start()


def test_agents_that_stopped_leave_their_addresses_free(
    targets: dict[DeviceId, Target], make_world: MakeWorld
) -> None:
    target = targets[DeviceId("narva-rt1")]
    for _ in range(2):
        with Agents(make_world("quiet"), [target], lambda: CALM):
            pass
