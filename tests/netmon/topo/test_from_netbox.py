"""`netmon topo netbox`: what a NetBox has, written for `--from`."""

from pathlib import Path

import pytest

from netmon import cli
from tests.netmon.test_netbox import netbox, pages_of_two


def test_what_a_netbox_has_is_written_and_can_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n", "utf-8")
    with netbox(pages_of_two) as (url, seen):
        words = ["topo", "netbox", url, "--token-file", str(token), "--core", "hq"]
        assert cli.main(words) == 0
    told = capsys.readouterr()
    assert seen[0]["Authorization"] == "Token s3cret"
    assert "cable 5: is decommissioning" in told.err
    drawn = tmp_path / "netbox.json"
    drawn.write_text(told.out, "utf-8")
    assert cli.main(["topo", "spof", "--from", str(drawn), "--kind", "link"]) == 0
    assert "1 single points of failure; the worst, link LEASED-9" in capsys.readouterr().out


def test_a_token_is_read_from_a_file_and_told_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--token-file", str(tmp_path / "none"), "--core", "hq"]
    assert cli.main(["topo", "netbox", "http://127.0.0.1:1/", *words]) == 2
    assert "none: cannot be read" in capsys.readouterr().err
    (tmp_path / "none").write_text("s3cret", "utf-8")
    assert cli.main(["topo", "netbox", "http://127.0.0.1:1/", *words]) == 2
    said = capsys.readouterr().err
    assert "http://127.0.0.1:1/api/dcim/sites/" in said
    assert "s3cret" not in said
