"""A network namespace of our own, with loopback up and a TUN device in it (Linux, root).

Everything in it dies with the process; the host's interfaces, routes and sysctls are not touched.
A namespace belongs to a thread, and new threads inherit it: enter it from the main thread before
there are others. Sockets opened before stay in the host's network: so the web page stays reachable.
"""

import ctypes
import fcntl
import os
import socket
import struct
import threading
from ipaddress import IPv4Address, IPv4Network
from typing import Final

CLONE_NEWNET: Final = 0x40000000  # <linux/sched.h>
TUNSETIFF: Final = 0x400454CA  # <linux/if_tun.h>
IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000  # no four octets before each packet
SIOCGIFFLAGS: Final = 0x8913  # <linux/sockios.h>
SIOCSIFFLAGS: Final = 0x8914
SIOCSIFADDR: Final = 0x8916
SIOCSIFNETMASK: Final = 0x891C
SIOCSIFTXQLEN: Final = 0x8943
IFF_UP: Final = 0x1
TUN_FILE: Final = "/dev/net/tun"
QUEUE_PACKETS: Final = 1000

# struct ifreq: 16 octets of name, then a union of 24
_ifreq_flags = struct.Struct("16sH22x")
_ifreq_number = struct.Struct("16si20x")
_ifreq_address = struct.Struct("16sHH4s16x")


class NamespaceUnavailable(Exception):  # noqa: N818 - it says what is not there, as PingUnavailable
    """No namespace or no TUN device can be had; the text says what is missing."""


def enter_namespace() -> None:
    """Leave the host's network for an empty one of this process's own; loopback is up in it."""
    if threading.active_count() > 1 or threading.current_thread() is not threading.main_thread():
        raise NamespaceUnavailable(
            "a network namespace must be entered from the main thread, before there are others"
        )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise NamespaceUnavailable(
            f"cannot make a network namespace: {os.strerror(number)};"
            " it needs root (CAP_SYS_ADMIN), or leave --tun away"
        )
    _bring_up("lo")


def open_tun(name: str, address: IPv4Address, network: IPv4Network) -> int:
    """Return the file descriptor of a new TUN device that is up and carries the network."""
    try:
        descriptor = os.open(TUN_FILE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NamespaceUnavailable(
            f"cannot open {TUN_FILE}: {error.strerror}; the kernel module tun is needed"
        ) from error
    try:
        request = _ifreq_flags.pack(name.encode(), IFF_TUN | IFF_NO_PI)
        fcntl.ioctl(descriptor, TUNSETIFF, request)
        _set_address(name, SIOCSIFADDR, address)
        _set_address(name, SIOCSIFNETMASK, network.netmask)
        _control(SIOCSIFTXQLEN, _ifreq_number.pack(name.encode(), QUEUE_PACKETS))
        _bring_up(name)
    except OSError as error:
        os.close(descriptor)
        raise NamespaceUnavailable(
            f"cannot set up the TUN device {name}: {error.strerror};"
            " it needs root (CAP_NET_ADMIN) in this namespace"
        ) from error
    return descriptor


def _bring_up(name: str) -> None:
    answer = _control(SIOCGIFFLAGS, _ifreq_flags.pack(name.encode(), 0))
    _, flags = _ifreq_flags.unpack(answer)
    _control(SIOCSIFFLAGS, _ifreq_flags.pack(name.encode(), flags | IFF_UP))


def _set_address(name: str, request: int, address: IPv4Address) -> None:
    _control(request, _ifreq_address.pack(name.encode(), socket.AF_INET, 0, address.packed))


def _control(request: int, argument: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        return fcntl.ioctl(control, request, argument)
