"""Which addresses are asked: those named, as far as a device can have them."""

import pytest

from netmon.config.addresses import Machine
from netmon.discovery.scope import ScopeError, addresses_of

NOBODY = Machine()


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        (["10.0.0.0/30"], ("10.0.0.1", "10.0.0.2")),
        (["10.0.0.0/31"], ("10.0.0.0", "10.0.0.1")),
        (["10.0.0.7/32", "10.0.0.7"], ("10.0.0.7",)),
        (["10.0.0.9", "10.0.0.8/30"], ("10.0.0.9", "10.0.0.10")),
        (["fd00::/126"], ("fd00::1", "fd00::2", "fd00::3")),
        (["fe80::1%eth0"], ("fe80::1%eth0",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_networks_and_hosts_become_addresses(words: list[str], addresses: tuple[str, ...]) -> None:
    assert addresses_of(words, NOBODY) == addresses


def test_addresses_no_device_has_are_left_out_of_networks() -> None:
    machine = Machine(own=frozenset({"10.0.0.1"}), broadcasts=frozenset({"10.0.0.3"}))
    assert addresses_of(["10.0.0.0/29"], machine) == (
        "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6",
    )  # fmt: skip
    with pytest.raises(ScopeError, match="this machine's own address"):
        addresses_of(["10.0.0.1"], machine)
    with pytest.raises(ScopeError, match="no address to ask"):
        addresses_of(["10.0.0.1/32"], machine)


def test_more_than_4096_must_be_meant() -> None:
    assert len(addresses_of(["10.0.0.0/20"], NOBODY)) == 4094
    with pytest.raises(ScopeError, match="give --large for up to 65536"):
        addresses_of(["10.0.0.0/20", "10.1.0.0/32"], NOBODY)
    assert len(addresses_of(["10.0.0.0/16"], NOBODY, large=True)) == 65_534
