"""The guard against SNMP SETs bites, whoever sends one, and lets everything else pass."""

import secrets
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from collectors.snmp.ber import Tag, encode_integer, encode_tlv
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Varbind,
    encode_message,
    frame_message,
    frame_pdu,
)
from collectors.snmp.secure import encode_secure
from tests.capture import community_of_set
from tests.set_guard import REFUSED, CaptureGuard, SocketGuard

SET = PduType.RESPONSE + 1
SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
NOBODY = b"nobody is allowed"


def a_set(community: bytes, version: int = 1, request_id: int = 7) -> bytes:
    return frame_message(community, frame_pdu(SET, request_id, b""), version=version)


def a_v3_set() -> bytes:
    scoped = encode_tlv(Tag.SEQUENCE, b"\x04\x00\x04\x00" + frame_pdu(SET, 7, b""))
    return encode_secure(
        message_id=1, flags=0, max_size=1400, engine_id=b"engine", boots=1, time=1, user=b"u",
        digest_octets=0, salt=b"", body=scoped,
    )[0]  # fmt: skip


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("community", [b"", b"public", b"c" * 200, b"\xa3\xa3"])
def test_a_set_is_known_by_its_pdu(community: bytes, version: int) -> None:
    assert community_of_set(a_set(community, version)) == community
    assert community_of_set(a_v3_set()) == b""


@pytest.mark.parametrize("pdu", PduType)
def test_nothing_else_is_taken_for_a_set(pdu: PduType) -> None:
    message = Message(1, b"\xa3\x03", Pdu(pdu, 0xA3A3, (Varbind(SYS_NAME),)))
    assert community_of_set(encode_message(message)) is None
    for octets in (b"", b"0", b"\xa3" * 50, encode_integer(0xA3), a_set(b"public")[:9]):
        assert community_of_set(octets) is None


SENDER = """
import socket, sys
with socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET,
                   socket.SOCK_DGRAM) as sock:
    sock.sendto(bytes.fromhex(sys.argv[3]), (sys.argv[1], int(sys.argv[2])))
"""


@pytest.mark.root
@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1"])
def test_capture_sees_the_set_of_a_process_we_started(host: str) -> None:
    try:
        guard = CaptureGuard(NOBODY)
    except AssertionError:
        pytest.skip("a capture needs root")
    octets = a_set(REFUSED, request_id=secrets.randbits(31))  # others may test here too
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind((host, 0))
        port = str(receiver.getsockname()[1])
        subprocess.run([sys.executable, "-c", SENDER, host, port, octets.hex()], check=True)
        receiver.recv(4096)
    (line,) = [line for line in guard.finish() if octets.hex() in line]
    assert line.startswith("port ")
    assert guard.seen >= 1


def test_watch_on_our_own_sockets_sees_a_set() -> None:
    guard = SocketGuard(NOBODY)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.sendto(encode_message(Message(1, b"x", Pdu(PduType.GET, 1, ()))), sock.getsockname())
        sock.sendto(a_set(REFUSED), sock.getsockname())
    assert guard.finish() == [f"sent {a_set(REFUSED).hex()}"]
    assert "sendto" not in vars(socket.socket)


def test_a_session_in_which_a_set_left_fails(tmp_path: Path) -> None:
    """Played by a session of its own, in which the refusal is not asked for."""
    (tmp_path / "conftest.py").write_text(
        "from tests import set_guard\n"
        f"set_guard.CaptureGuard.__init__.__defaults__ = ({NOBODY!r},)\n"
        f"set_guard.SocketGuard.__init__.__defaults__ = ({NOBODY!r},)\n"
        "from tests.conftest import *\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import socket\n"
        "def test_it() -> None:\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:\n"
        "        sock.bind(('127.0.0.1', 0))\n"
        f"        sock.sendto({a_set(REFUSED)!r}, sock.getsockname())\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout
    assert f"sent {a_set(REFUSED).hex()}" in ended.stdout
