"""Two demos run on one machine: the second takes other ports."""

import socket

from netmon.config.load import Configuration
from netmon.simulation.addresses import on_other_ports
from netmon.simulation.agents import ports_away


def test_a_port_that_is_taken_moves_all_agents(border: Configuration) -> None:
    targets = border.targets
    away = ports_away(targets.values())
    snmp = next(each.snmp for each in targets.values() if each.snmp is not None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((snmp.address, snmp.port + away))
        further = ports_away(targets.values())
    assert further > away
    moved = on_other_ports(targets, further)
    for device, target in targets.items():
        before, after = target.snmp, moved[device].snmp
        if before is None or after is None:
            assert before is after
            continue
        assert (after.address, after.port) == (before.address, before.port + further)
        assert moved[device].ping == target.ping
