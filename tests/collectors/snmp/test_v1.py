"""SNMPv1: no GETBULK, no Counter64, and one missing object spoils an answer."""

import asyncio

import pytest
import uvloop

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.message import Message, PduType, Value, encode_message
from collectors.target import Community, SnmpTarget, Version
from tests.collectors.snmp.snmpd import COMMUNITY
from tests.wire.agent import IN_ERRORS, Agent, device_objects, running_agent
from tests.wire.engines import ENGINES, value
from topology.model import DeviceId

IF_TABLE, IF_X_TABLE = parse_oid("1.3.6.1.2.1.2.2.1"), parse_oid("1.3.6.1.2.1.31.1.1.1")
OPER_STATUS = parse_oid("1.3.6.1.2.1.2.2.1.8")


def v1(agent: Agent) -> SnmpTarget:
    return agent.target(credential=Community(name="old", secret=b"public", version=Version.V1))


@pytest.mark.parametrize("engine_name", ENGINES)
def test_v1_device_is_walked_by_getnext_and_polled(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent(device_objects({1: b"eth0", 2: b"eth1"})) as agent:
            observation = await engine.collect(v1(agent))
            kinds = {request.pdu.type for request in agent.requests}
            versions = {request.version for request in agent.requests}
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert value(observation, "in_errors", "router:eth1") == 7
        assert value(observation, "speed_bps", "router:eth0") == 1e9
        assert kinds == {PduType.GET, PduType.GETNEXT}
        assert versions == {0}

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_traffic_of_a_v1_device_is_read_in_32_bits_and_counter64_is_never_asked(
    engine_name: str,
) -> None:
    narrow = {10: 2**32 - 5, 11: 70, 16: 9000}  # ifInOctets, ifInUcastPkts, ifOutOctets

    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            for column, count in narrow.items():
                agent.objects[(*IF_TABLE, column, 1)] = Value(Tag.COUNTER32, count)
            old, new = await engine.collect(v1(agent)), await engine.collect(agent.target())
            asked = {v.oid[:-1] for r in agent.requests if not r.version for v in r.pdu.varbinds}
        await engine.close()
        assert value(old, "in_octets") == 2**32 - 5
        assert value(old, "in_unicast_packets") == 70
        assert value(old, "out_octets") == 9000
        assert old.layout is not None
        assert {cell.quantity for cell in old.layout.narrow} == {
            "in_octets",
            "in_unicast_packets",
            "out_octets",
        }
        assert not asked & {(*IF_X_TABLE, column) for column in (6, 7, 10)}
        assert value(new, "in_octets") == 2**64 - 1
        assert new.layout is not None
        assert not new.layout.narrow

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_object_a_v1_device_has_not_costs_its_own_value_only(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        objects = device_objects({1: b"eth0", 2: b"eth1", 3: b"eth2"})
        for missing in ((*IN_ERRORS, 2), (*OPER_STATUS, 1), (*OPER_STATUS, 3)):
            del objects[missing]
        async with running_agent(objects) as agent:
            first = await engine.collect(v1(agent))
            asked = len(agent.requests)
            second = await engine.collect(v1(agent))
            again = len(agent.requests) - asked
        await engine.close()
        for observation in (first, second):
            assert observation.outcome is Outcome.OK, observation.detail
            assert value(observation, "in_errors", "router:eth0") == 7
            assert value(observation, "in_errors", "router:eth1") is None
            assert value(observation, "in_errors", "router:eth2") == 7
            assert value(observation, "oper_status", "router:eth0") is None
            assert value(observation, "oper_status", "router:eth1") == 1
            assert value(observation, "oper_status", "router:eth2") is None
            assert value(observation, "out_errors", "router:eth2") == 300
        assert again == 1, "what is missing was asked for again"

    uvloop.run(story())


def test_missing_object_is_found_by_halving_where_the_index_lies() -> None:
    def lie(request: Message, answer: Message) -> list[bytes]:
        if answer.pdu.error_status:
            answer = answer._replace(pdu=answer.pdu._replace(error_index=99))
        return [encode_message(answer)]

    async def story() -> None:
        engine = ENGINES["native"]()
        objects = device_objects({1: b"eth0", 2: b"eth1"})
        del objects[*IN_ERRORS, 1]
        async with running_agent(objects) as agent:
            agent.trick = lie
            observation = await engine.collect(v1(agent))
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert value(observation, "in_errors", "router:eth0") is None
        assert value(observation, "in_errors", "router:eth1") == 7
        assert value(observation, "oper_status", "router:eth1") == 1

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_v2c_answer_to_a_v1_question_is_ignored(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            agent.trick = lambda _, answer: [encode_message(answer._replace(version=1))]
            observation = await engine.collect(v1(agent))
        await engine.close()
        assert observation.outcome is Outcome.TIMEOUT
        assert engine.statistics.rejected["version"] == 1

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_real_snmpd_is_polled_by_v1(snmpd_port: int, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        target = SnmpTarget(
            device=DeviceId("server"),
            address="127.0.0.1",
            port=snmpd_port,
            credential=Community(name="old", secret=COMMUNITY, version=Version.V1),
        )
        for _ in range(50):  # it may still be starting
            observation = await engine.collect(target)
            if observation.outcome is not Outcome.REFUSED:
                break
            await asyncio.sleep(0.1)
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert value(observation, "oper_status", "server:lo") == 1
        assert value(observation, "in_errors", "server:lo") is not None

    uvloop.run(story())
