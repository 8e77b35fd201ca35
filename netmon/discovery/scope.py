"""Scope: which addresses are asked – those that were named, and no other, whatever devices tell."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

from netmon.config.addresses import Machine, fault_of

MOST_ADDRESSES: Final = 4_096
MOST_AT_ALL: Final = 65_536  # with --large

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ScopeError(Exception):
    """What was named cannot be asked; the text says what would be right."""


def addresses_of(words: Sequence[str], machine: Machine, *, large: bool = False) -> tuple[str, ...]:
    """Return the addresses that hosts and networks name, each once; raise ScopeError."""
    networks = [_network(word, machine) for word in words]
    total = sum(each.num_addresses for each in networks)
    most = MOST_AT_ALL if large else MOST_ADDRESSES
    if total > most:
        advice = "name fewer" if large else f"name fewer, or give --large for up to {MOST_AT_ALL}"
        raise ScopeError(f"{total} addresses are too many, {most} may be asked at once: {advice}")
    found = dict.fromkeys(address for each in networks for address in _hosts(each, machine))
    if not found:
        raise ScopeError("there is no address to ask in what was named")
    return tuple(found)


def _network(word: str, machine: Machine) -> Network:
    if "/" not in word:
        return _host(word, machine)
    try:
        return ipaddress.ip_network(word)
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(word, strict=False)
    except ValueError:
        message = f"{word!r} is neither a numeric address nor a network such as 10.20.0.0/24"
        raise ScopeError(message) from None
    raise ScopeError(f"{word} is an address inside a network; write {meant} for all of it")


def _host(word: str, machine: Machine) -> Network:
    try:
        address = ipaddress.ip_address(word)
    except ValueError:
        message = f"{word!r} is no numeric address; names are not looked up"
        raise ScopeError(message) from None
    if fault := fault_of(str(address), machine):
        raise ScopeError(f"{word} {fault}")
    return ipaddress.ip_network(address)


def _hosts(network: Network, machine: Machine) -> Iterator[str]:
    """Yield the addresses of a network that a device can have."""
    for address in network.hosts():
        text = str(address)
        if not fault_of(text, machine):
            yield text
