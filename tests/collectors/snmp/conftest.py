"""One real agent for the session."""

from collections.abc import Iterator

import pytest

from tests.collectors.snmp.snmpd import running_snmpd


@pytest.fixture(scope="session")
def snmpd_port() -> Iterator[int]:
    with running_snmpd() as port:
        yield port
