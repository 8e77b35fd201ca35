"""Fake agents: thousands of SNMP devices on 127.x addresses, served by one fast process.

One socket serves all addresses (IP_PKTINFO tells which one was asked). An answer is built once by
the general codec and kept by the bytes of its request, so that the agents are never what a bench
measures. The values move once a second as those of healthy devices do, unless `--frozen`. SNMPv3 is
answered too (bench/secure.py), by an engine of its own for every device.

    python bench/agents.py --devices 2000 --port 16161
"""

import argparse
import bisect
import contextlib
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.secure import SecureSide  # noqa: E402
from collectors.errors import DecodeError  # noqa: E402
from collectors.snmp.ber import Oid, Tag, encode_integer, encode_tlv, parse_oid  # noqa: E402
from collectors.snmp.message import (  # noqa: E402
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_varbind,
)
from collectors.snmp.secure import is_secure  # noqa: E402

COMMUNITY = b"public"
VARIANTS = 16  # devices differ by their number modulo this
STEPS = 600  # seconds; then it starts again, which looks like a reboot
UPTIME_SECONDS = 100_000  # at the first step
COUNTER32, COUNTER64 = 2**32, 2**64
MAX_ANSWER_OCTETS = 1472
SPINS = 2000
IP_PKTINFO = 8  # linux/in.h; named by socket from Python 3.14 on
_PKTINFO = struct.Struct("=I4s4s")


def address(device: int) -> str:
    """Return the address of a device's number."""
    return f"127.{20 + device // 62_500}.{device // 250 % 250}.{1 + device % 250}"


def number(ip: bytes) -> int:
    """Return the number of the device that has an address."""
    return (ip[1] - 20) * 62_500 + ip[2] * 250 + ip[3] - 1


def table(variant: int, step: int, interfaces: int) -> dict[Oid, Value]:
    """Return the objects of a device, as it is at a step of time."""
    rng = Random(variant)  # the same start in every step
    found = {
        parse_oid("1.3.6.1.2.1.1.1.0"): Value(Tag.OCTET_STRING, b"bench router"),
        parse_oid("1.3.6.1.2.1.1.2.0"): Value(Tag.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.0")),
        parse_oid("1.3.6.1.2.1.1.3.0"): Value(Tag.TIMETICKS, 100 * (UPTIME_SECONDS + step)),
    }
    for index in range(1, interfaces + 1):
        speed_mbps = rng.choice((100, 1000, 10_000))
        rows = {
            "1.3.6.1.2.1.2.2.1.2": Value(Tag.OCTET_STRING, b"port %d" % index),
            "1.3.6.1.2.1.2.2.1.7": Value(Tag.INTEGER, 1),
            "1.3.6.1.2.1.2.2.1.8": Value(Tag.INTEGER, rng.choice((1, 1, 1, 2))),
            "1.3.6.1.2.1.31.1.1.1.1": Value(Tag.OCTET_STRING, b"eth%d" % index),
            "1.3.6.1.2.1.31.1.1.1.15": Value(Tag.GAUGE32, speed_mbps),
        }
        for column in (13, 14, 19, 20):  # discards and errors: seldom any
            count = int(2 ** rng.uniform(4, 26)) + step * rng.choice((0, 0, 0, 1))
            rows[f"1.3.6.1.2.1.2.2.1.{column}"] = Value(Tag.COUNTER32, count % COUNTER32)
        octets = int(speed_mbps * 125_000 * rng.uniform(0.05, 0.6))  # a second
        for column, growth in ((6, octets), (10, octets // 2), (7, octets // 700)):
            count = (UPTIME_SECONDS + step) * growth
            rows[f"1.3.6.1.2.1.31.1.1.1.{column}"] = Value(Tag.COUNTER64, count % COUNTER64)
        for column_oid, value in rows.items():
            found[(*parse_oid(column_oid), index)] = value
    return found


class Agents:
    """All devices."""

    def __init__(self, interfaces: int, *, is_frozen: bool) -> None:
        self._interfaces = interfaces
        self._is_frozen = is_frozen
        self._tables: dict[int, tuple[dict[Oid, Value], list[Oid]]] = {}
        self._answers: dict[tuple[int, bytes], tuple[bytes, bytes]] = {}
        self._step = 0
        self._secure = SecureSide()

    def step_to(self, now: float) -> None:
        """Let the values move: so many seconds after the start."""
        step = 0 if self._is_frozen else int(now) % STEPS
        if step != self._step:
            self._step = step
            self._tables.clear()
            self._answers.clear()

    def answer(self, device: int, request: bytes) -> bytes | None:
        """Return the answer to a request, or None if it is none."""
        variant = device % VARIANTS * STEPS + self._step
        if is_secure(request):
            return self._secure.answer(device, request, lambda open_: self.answer(device, open_))
        # SEQUENCE length version community PDU length 02 04 id: the id is cut out where it stands
        at = _id_at(request)
        if at is None:
            return self._build(variant, request)
        key = (variant, request[:at] + request[at + 4 :])
        kept = self._answers.get(key)
        if kept is None:
            whole = self._build(variant, request)
            if whole is None:
                return None
            place = _id_at(whole)
            if place is None:
                return whole
            kept = self._answers[key] = (whole[:place], whole[place + 4 :])
        return kept[0] + request[at : at + 4] + kept[1]

    def _build(self, variant: int, request: bytes) -> bytes | None:
        try:
            message = decode_message(request)
        except DecodeError:
            return None
        pdu = message.pdu
        if message.community != COMMUNITY or message.version != 1:
            return None
        if variant not in self._tables:
            made = table(variant // STEPS, variant % STEPS, self._interfaces)
            self._tables[variant] = made, sorted(made)
        objects, order = self._tables[variant]
        if pdu.type == PduType.GET:
            found = [Varbind(v.oid, objects.get(v.oid, NO_SUCH_INSTANCE)) for v in pdu.varbinds]
        elif pdu.type == PduType.GETNEXT:
            found = [_next(objects, order, v.oid) for v in pdu.varbinds]
        elif pdu.type == PduType.GETBULK:
            found = _bulk(objects, order, pdu.varbinds, pdu.error_status, pdu.error_index)
        else:
            return None
        return _response(pdu.request_id, found, is_bulk=pdu.type == PduType.GETBULK)


def _id_at(data: bytes) -> int | None:
    """Return where a request-id of four octets starts; None if this has another shape."""
    start = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    start += 3 + 2 + data[start + 4]
    start += 2 if data[start + 1] < 0x80 else 2 + (data[start + 1] & 0x7F)
    return start + 2 if data[start : start + 2] == b"\x02\x04" else None


def _next(objects: dict[Oid, Value], order: list[Oid], oid: Oid) -> Varbind:
    position = bisect.bisect_right(order, oid)
    if position == len(order):
        return Varbind(oid, END_OF_MIB_VIEW)
    return Varbind(order[position], objects[order[position]])


def _bulk(
    objects: dict[Oid, Value],
    order: list[Oid],
    asked: tuple[Varbind, ...],
    non_repeaters: int,
    repetitions: int,
) -> list[Varbind]:
    found = [_next(objects, order, varbind.oid) for varbind in asked[:non_repeaters]]
    last = [varbind.oid for varbind in asked[non_repeaters:]]
    for _ in range(repetitions):
        row = [_next(objects, order, oid) for oid in last]
        found += row
        last = [varbind.oid for varbind in row]
    return found


def _response(request_id: int, varbinds: list[Varbind], *, is_bulk: bool) -> bytes:
    encoded = [encode_varbind(varbind) for varbind in varbinds]
    while is_bulk and len(encoded) > 1 and sum(map(len, encoded)) > MAX_ANSWER_OCTETS - 60:
        encoded.pop()
    content = encode_integer(request_id) + b"\x02\x01\x00\x02\x01\x00"
    content += encode_tlv(Tag.SEQUENCE, b"".join(encoded))
    frame = encode_integer(1) + encode_tlv(Tag.OCTET_STRING, COMMUNITY)
    return encode_tlv(Tag.SEQUENCE, frame + encode_tlv(PduType.RESPONSE, content))


def serve(port: int, agents: Agents) -> None:
    """Answer for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        sock.bind(("0.0.0.0", port))  # noqa: S104 - all of 127/8; packets to others are dropped
        print("ready", flush=True)
        started = time.monotonic()
        while True:
            request, ancillary, _, source = _receive(sock)
            agents.step_to(time.monotonic() - started)
            _, local, _ = _PKTINFO.unpack(ancillary[0][2][: _PKTINFO.size])
            if local[0] != 127 or source[0][:4] != "127.":
                continue
            answer = agents.answer(number(local), request)
            if answer is not None:
                reply_from = _PKTINFO.pack(0, local, b"\0\0\0\0")
                packet_info = [(socket.IPPROTO_IP, IP_PKTINFO, reply_from)]
                sock.sendmsg([answer], packet_info, 0, source)


def _receive(
    sock: socket.socket,
) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]:
    """Return the next request; spin a little first: waking us would cost the one who asks."""
    for _ in range(SPINS):
        with contextlib.suppress(BlockingIOError):
            return sock.recvmsg(4096, 64, socket.MSG_DONTWAIT)
    return sock.recvmsg(4096, 64)


@contextlib.contextmanager
def running_agents(port: int, *, interfaces: int = 8, is_frozen: bool = False) -> Iterator[int]:
    """Run the agents in a process of their own; yield its pid."""
    command = [sys.executable, __file__, "--port", str(port), "--interfaces", str(interfaces)]
    if is_frozen:
        command.append("--frozen")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"ready\n":
                raise SystemExit("the fake agents did not start")
            yield process.pid
        finally:
            process.terminate()


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=16161)
    parser.add_argument("--interfaces", type=int, default=8)
    parser.add_argument("--frozen", action="store_true", help="values stand still")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        serve(options.port, Agents(options.interfaces, is_frozen=options.frozen))


if __name__ == "__main__":
    main()
