"""Addresses: which ones can be no device's, and which are this machine's own."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FIB_TRIE: Final = Path("/proc/net/fib_trie")
IF_INET6: Final = Path("/proc/net/if_inet6")
_LEAF: Final = re.compile(r"\|-- (\S+)")
_INTERFACE: Final = re.compile(r"[A-Za-z0-9._@-]{1,15}")  # IFNAMSIZ of Linux, without its oddities
_BROADCAST: Final = ipaddress.IPv4Address("255.255.255.255")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The addresses of the machine netmon runs on, and the broadcasts of its networks."""

    own: frozenset[str] = frozenset()
    broadcasts: frozenset[str] = frozenset()


def this_machine(fib_trie: Path = FIB_TRIE, if_inet6: Path = IF_INET6) -> Machine:
    """Read the kernel's tables; where they cannot be read nothing is known, and nothing refused."""
    own: set[str] = set()
    broadcasts: set[str] = set()
    leaf = ""
    for line in _lines(fib_trie):
        if match := _LEAF.search(line):
            leaf = match[1]
        elif "host LOCAL" in line:
            own.add(leaf)
        elif "link BROADCAST" in line:
            broadcasts.add(leaf)
    for line in _lines(if_inet6):
        digits = line.split(" ", 1)[0]
        if len(digits) == 32:
            own.add(str(ipaddress.IPv6Address(int(digits, 16))))
    return Machine(own=frozenset(own), broadcasts=frozenset(broadcasts) - own)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("ascii", "replace").splitlines()
    except OSError:
        return []


def fault_of(text: str, machine: Machine) -> str:
    """Return why no device can have this numeric address, or nothing."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return f"is an IPv4 address in IPv6 clothes; write {address.ipv4_mapped}"
        if fault := _scope_fault(address):
            return fault
    elif address == _BROADCAST or text in machine.broadcasts:
        return "is a broadcast address; a device has one of its own"
    if address.is_unspecified:
        return "is the unspecified address; give the device's own"
    if address.is_multicast:
        return "is a multicast address; a device has one of its own"
    if address.is_loopback:  # agents of demo and tests
        return ""
    if isinstance(address, ipaddress.IPv4Address) and (
        address.packed[0] == 0 or address.packed[0] >= 240
    ):
        return "is in a range no device can have (RFC 6890)"
    if text.partition("%")[0] in machine.own:
        return "is this machine's own address; give the device's"
    return ""


def _scope_fault(address: ipaddress.IPv6Address) -> str:
    if not address.is_link_local:
        return "" if address.scope_id is None else "has a %interface, which is for fe80:: alone"
    if address.scope_id is None:
        return "is link-local; say on which interface, such as fe80::1%eth0"
    if not _INTERFACE.fullmatch(address.scope_id):
        return "names no interface after the %; such as fe80::1%eth0"
    return ""
