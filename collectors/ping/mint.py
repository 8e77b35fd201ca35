"""Mint: echo requests, each with the one reply to it, struck many at a time.

The data of an echo are a 64-bit random nonce, a word that compensates for it, and padding. The
word makes the checksum of every request the same, and that of every reply (the sum is linear,
RFC 1624): nothing is summed up when an echo is sent. The constant is neither 0 nor 0xFFFF, which
some devices take for each other (the flaw of RFC 1141 that RFC 1624 tells).
"""

import os
import struct
from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Final

from collectors.ping import packet

_STRUCK_AT_ONCE: Final = 512  # a system call for the randomness of each would cost as much as it
_SEQUENCES: Final = 0x1_0000
_STRUCT: Final = "!HHQH"  # identifier, sequence, nonce, compensation
_COMPENSATION_OCTETS: Final = 2

# What identifier, sequence, nonce and compensation of every echo add up to, modulo 2¹⁶ - 1.
_SUM: Final = 0x7FFF
_V4_HEADS: Final = (
    struct.pack("!BBH", packet.V4_ECHO_REQUEST, 0, 0xFFFF - _SUM - 0x0800),
    struct.pack("!BBH", packet.V4_ECHO_REPLY, 0, 0xFFFF - _SUM),
)
# The kernel writes and checks ICMPv6 checksums: it knows the addresses they cover.
_V6_HEADS: Final = (
    struct.pack("!BBH", packet.V6_ECHO_REQUEST, 0, 0),
    struct.pack("!BBH", packet.V6_ECHO_REPLY, 0, 0),
)


class Mint:
    """Makes the echoes of one identifier; sequences follow each other."""

    __slots__ = (
        "_entropy",
        "_nonces",
        "_pack",
        "_replies",
        "_reply_head",
        "_request_head",
        "_requests",
        "_sequence",
        "identifier",
    )

    def __init__(
        self,
        identifier: int,
        *,
        ipv6: bool,
        payload_octets: int,
        first_sequence: int,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        padding = payload_octets - packet.NONCE_OCTETS - _COMPENSATION_OCTETS
        self.identifier = identifier
        self._request_head, self._reply_head = _V6_HEADS if ipv6 else _V4_HEADS
        self._pack = struct.Struct(f"{_STRUCT}{padding}x").pack
        self._sequence = first_sequence
        self._entropy = entropy
        self._nonces = array("Q", bytes(8 * _SEQUENCES))  # the latest of each sequence
        self._requests: list[bytes] = []  # in stock; the next one is the last
        self._replies: list[bytes] = []

    def strike(self) -> tuple[bytes, bytes]:
        """Return the next request and the one reply to it."""
        if not self._requests:
            self._strike_many()
        return self._requests.pop(), self._replies.pop()

    def reply(self, sequence: int, nonce: bytes = b"") -> bytes:
        """Return the one reply to the request with this sequence, and this nonce or the latest."""
        number = int.from_bytes(nonce, "big") if nonce else self._nonces[sequence]
        return self._reply_head + self._bodies((sequence,), (number,))[0]

    def _strike_many(self) -> None:
        first = self._sequence
        end = min(first + _STRUCK_AT_ONCE, _SEQUENCES)
        self._sequence = end % _SEQUENCES
        count = end - first
        nonces = struct.unpack(f"!{count}Q", self._entropy(count * packet.NONCE_OCTETS))
        self._nonces[first:end] = array("Q", nonces)
        bodies = self._bodies(range(first, end), nonces)
        bodies.reverse()  # the stock is taken from its end
        request_head, reply_head = self._request_head, self._reply_head
        self._requests = [request_head + body for body in bodies]
        self._replies = [reply_head + body for body in bodies]

    def _bodies(self, sequences: Sequence[int], nonces: Sequence[int]) -> list[bytes]:
        """Return all but the first four octets of echoes.

        A sum of 16-bit words with end-around carry is the remainder modulo 2¹⁶ - 1 of the octets
        as one number, because 2¹⁶ ≡ 1.
        """
        rest = _SUM - self.identifier
        compensations = [
            (rest - sequence - nonce) % 0xFFFF
            for sequence, nonce in zip(sequences, nonces, strict=True)
        ]
        return [*map(self._pack, repeat(self.identifier), sequences, nonces, compensations)]
