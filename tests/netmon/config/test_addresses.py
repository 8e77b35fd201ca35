"""Which addresses are this machine's own."""

from pathlib import Path

from netmon.config.addresses import fault_of, this_machine

FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 198.51.100.0/24 2 0 2
        |-- 198.51.100.9
           /32 host LOCAL
        |-- 198.51.100.255
           /32 link BROADCAST
"""
IF_INET6 = "20010db8000000000000000000000009 02 40 00 80     eth0\n"


def test_own_addresses_and_broadcasts_are_read_from_the_kernels_tables(tmp_path: Path) -> None:
    (tmp_path / "trie").write_text(FIB_TRIE)
    (tmp_path / "inet6").write_text(IF_INET6)
    machine = this_machine(tmp_path / "trie", tmp_path / "inet6")
    assert machine.own == {"198.51.100.9", "2001:db8::9"}
    assert machine.broadcasts == {"198.51.100.255"}
    assert "own address" in fault_of("2001:db8::9", machine)
    assert "broadcast" in fault_of("198.51.100.255", machine)
    assert fault_of("198.51.100.10", machine) == ""


def test_without_the_kernels_tables_nothing_is_refused_for_them(tmp_path: Path) -> None:
    machine = this_machine(tmp_path / "none", tmp_path / "none")
    assert not machine.own
    assert not machine.broadcasts


def test_this_very_machine_knows_its_loopback() -> None:
    assert "127.0.0.1" in this_machine().own
