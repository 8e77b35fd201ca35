"""Mailbox: reads datagrams many at a time, each with its source and the kernel's time on it.

One recvmmsg(2) instead of a recvmsg(2) each: Python's `socket` has no name for it, so it is called
in the C library. Sources, stamps, headers and messages lie in arrays of their own, which `struct`
then takes apart in one go.
"""

import ctypes
import os
import socket
import struct
import sys
from typing import Final

from collectors.ping.packet import IPV4_HEADER_OCTETS

Arrivals = tuple[list[str], list[bytes], list[int | None]]
"""Source addresses, ICMP messages without IP header, CLOCK_REALTIME of their arrivals (ns)."""

CAPACITY: Final = 128  # datagrams of one call
LONGEST_OCTETS: Final = 2048  # an echo of at most 1,400 octets, or an error that quotes one

_NAME_OCTETS: Final = 32  # a sockaddr_in6 has 28
# struct cmsghdr, then the struct timespec of SO_TIMESTAMPNS; the kernel is asked for nothing else.
_STAMP: Final = f"{struct.calcsize('@Nii')}x2l"
_V4_NAME: Final = "4x4s24x"  # struct sockaddr_in: the address
_V6_NAME: Final = "8x20s4x"  # struct sockaddr_in6: the address and its zone
_NO_OPTIONS: Final = 0x45  # first octet of an IPv4 header of 20 octets


class _Vector(ctypes.Structure):
    """One struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("octets", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """One struct mmsghdr, its struct msghdr written out."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_octets", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_octets", ctypes.c_size_t),
        ("flags", ctypes.c_size_t),  # an int and its padding
        ("length", ctypes.c_uint),
    )


class Names(dict[bytes, str]):
    """Source addresses by their octets (IPv6: and their zone), those expected already written."""

    def __missing__(self, octets: bytes) -> str:
        """Write an address nobody asked."""
        if len(octets) == 4:
            return socket.inet_ntop(socket.AF_INET, octets)
        zone = int.from_bytes(octets[16:], sys.byteorder)
        host = socket.inet_ntop(socket.AF_INET6, octets[:16])
        return f"{host}%{zone}" if zone else host


_recvmmsg: Final = ctypes.CDLL(None, use_errno=True).recvmmsg
_recvmmsg.argtypes = (
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_void_p,
)


class Mailbox:
    """The buffers of one socket; most messages are expected to have `message_octets`."""

    def __init__(
        self, opened: socket.socket, *, ipv6: bool, raw: bool, message_octets: int, names: Names
    ) -> None:
        self._descriptor = opened.fileno()
        self._names = names
        # A raw IPv4 socket gives the IP header too.
        self._prefix = IPV4_HEADER_OCTETS if raw and not ipv6 else 0
        self._expected = self._prefix + message_octets
        self._message_octets = message_octets
        self._rest_octets = LONGEST_OCTETS - message_octets
        self._note = struct.Struct("@" + (_V6_NAME if ipv6 else _V4_NAME) + _STAMP)
        self._message = struct.Struct(f"{message_octets}s")
        self._prefixes = bytearray(self._prefix * CAPACITY)
        self._messages = bytearray(message_octets * CAPACITY)
        self._rests = bytearray(self._rest_octets * CAPACITY)
        self._notes = bytearray(self._note.size * CAPACITY)
        self._vectors = (_Vector * (3 * CAPACITY))()
        self._headers = (_Header * CAPACITY)()
        self._tie()
        self._address = ctypes.addressof(self._headers)
        self._fresh_headers = bytes(self._headers)
        self._fresh_notes = bytes(self._notes)
        self._header_view = memoryview(self._headers).cast("B")
        words = self._header_view.cast("I")
        of_word = ctypes.sizeof(ctypes.c_uint)
        first, each = _Header.length.offset // of_word, ctypes.sizeof(_Header) // of_word
        self._lengths = words[first::each]
        self._message_view = memoryview(self._messages)
        self._note_view = memoryview(self._notes)

    def read(self) -> Arrivals:
        """Take at most CAPACITY datagrams; raise OSError: BlockingIOError if there is none."""
        count = _recvmmsg(self._descriptor, self._address, CAPACITY, socket.MSG_DONTWAIT, None)
        if count < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        headers = self._header_view[: count * ctypes.sizeof(_Header)]
        lengths = self._lengths[:count].tolist()
        headers[:] = self._fresh_headers[: len(headers)]  # the kernel wrote into them
        messages = [
            message
            for (message,) in self._message.iter_unpack(
                self._message_view[: count * self._message_octets]
            )
        ]
        first_octets = self._prefixes[: count * self._prefix : self._prefix or 1]
        if (
            lengths.count(self._expected) != count
            or first_octets.count(_NO_OPTIONS) * self._prefix != count * self._prefix
        ):
            messages = [self._odd(index, length) for index, length in enumerate(lengths)]
        notes = self._note_view[: count * self._note.size]
        names, sources, stamps = self._names, list[str](), list[int | None]()
        for source, seconds, nanoseconds in self._note.iter_unpack(notes):
            sources.append(names[source])
            stamps.append(seconds * 1_000_000_000 + nanoseconds or None)
        notes[:] = self._fresh_notes[: len(notes)]  # a stamp left out is none, not the last one
        return sources, messages, stamps

    def _odd(self, index: int, length: int) -> bytes:
        """Return a message of any length behind an IP header of any length."""
        prefix, message = self._prefix, self._message_octets
        whole = (
            self._prefixes[index * prefix : (index + 1) * prefix]
            + self._messages[index * message : (index + 1) * message]
            + self._rests[index * self._rest_octets : (index + 1) * self._rest_octets]
        )
        start = (whole[0] & 0x0F) * 4 if prefix else 0
        return bytes(whole[start:length])

    def _tie(self) -> None:
        """Point the kernel's structures at the arrays; both live as long as the mailbox."""
        parts = (
            (self._prefixes, self._prefix),
            (self._messages, self._message_octets),
            (self._rests, self._rest_octets),
        )
        notes = _address(self._notes)
        for index, header in enumerate(self._headers):
            for part, (array, octets) in enumerate(parts):
                vector = self._vectors[3 * index + part]
                vector.base, vector.octets = _address(array) + index * octets, octets
            note = notes + index * self._note.size
            header.name, header.name_octets = note, _NAME_OCTETS
            header.vectors, header.vector_count = ctypes.addressof(self._vectors[3 * index]), 3
            header.control = note + _NAME_OCTETS
            header.control_octets = self._note.size - _NAME_OCTETS


def _address(array: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(array)).from_buffer(array)) if array else 0
