"""Mint: echo requests, each with the one reply to it, struck many at a time.

The data of an echo are a 64-bit random nonce, a word that compensates for it, and padding. The
word makes the checksum of every request the same, and that of every reply (the sum is linear,
RFC 1624): nothing is summed up when an echo is sent. The constant is neither 0 nor 0xFFFF, which
some devices take for each other (the flaw of RFC 1141 that RFC 1624 tells).
"""

import os
import struct
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from collectors.ping import packet

_STRUCK_AT_ONCE: Final = 512
_NONCE_WORDS: Final = packet.NONCE_OCTETS // 2
_WORDS_END: Final = packet.HEADER_OCTETS + packet.NONCE_OCTETS + 2

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
        "_heads",
        "_nonces",
        "_octets",
        "_replies",
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
        self.identifier = identifier
        self._nonces = np.zeros((0x1_0000, _NONCE_WORDS), ">u2")  # the latest of each sequence
        self._requests: list[bytes] = []  # in stock; the next one is the last
        self._replies: list[bytes] = []
        self._heads = _V6_HEADS if ipv6 else _V4_HEADS
        self._octets = packet.HEADER_OCTETS + payload_octets
        self._sequence = first_sequence
        self._entropy = entropy

    def strike(self) -> tuple[bytes, bytes]:
        """Return the next request and the one reply to it."""
        if not self._requests:
            self._strike_many()
        return self._requests.pop(), self._replies.pop()

    def reply(self, sequence: int, nonce: bytes = b"") -> bytes:
        """Return the one reply to the request with this sequence, and this nonce or the latest."""
        latest = self._nonces[[sequence]]
        nonces = np.frombuffer(nonce, ">u2").reshape(1, _NONCE_WORDS) if nonce else latest
        return self._echoes(np.array([sequence]), nonces)[1][0]

    def _strike_many(self) -> None:
        # The stock is taken from its end: the first sequence stands last.
        sequences = np.arange(self._sequence, self._sequence + _STRUCK_AT_ONCE)[::-1] & 0xFFFF
        self._sequence = (self._sequence + _STRUCK_AT_ONCE) & 0xFFFF
        drawn = self._entropy(_STRUCK_AT_ONCE * packet.NONCE_OCTETS)
        nonces = np.frombuffer(drawn, ">u2").reshape(_STRUCK_AT_ONCE, _NONCE_WORDS)
        self._nonces[sequences] = nonces
        self._requests, self._replies = self._echoes(sequences, nonces)

    def _echoes(
        self, sequences: npt.NDArray[np.int_], nonces: npt.NDArray[np.uint16]
    ) -> tuple[list[bytes], list[bytes]]:
        """Return requests and replies, one per row."""
        words = np.empty((len(sequences), (_WORDS_END - 4) // 2), ">u2")
        words[:, 0] = self.identifier
        words[:, 1] = sequences
        words[:, 2:-1] = nonces
        words[:, -1] = (_SUM - words[:, :-1].sum(axis=1, dtype=np.int64)) % 0xFFFF
        rows = np.zeros((len(sequences), self._octets), np.uint8)
        rows[:, 4:_WORDS_END] = words.view(np.uint8)
        request, reply = (self._rows(rows, head) for head in self._heads)
        return request, reply

    def _rows(self, rows: npt.NDArray[np.uint8], head: bytes) -> list[bytes]:
        rows[:, :4] = np.frombuffer(head, np.uint8)
        whole: list[bytes] = rows.view(f"V{self._octets}").ravel().tolist()
        return whole
