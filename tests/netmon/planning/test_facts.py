"""Facts come from a spreadsheet; a wrong cell is named with file, line and what would be right."""

from pathlib import Path

import pytest

from netmon.planning.facts import facts_of
from netmon.planning.options import PlanningError


def written(folder: Path, text: str) -> Path:
    path = folder / "facts.csv"
    path.write_text(text, "utf-8")
    return path


def test_availability_or_both_hours_and_users(tmp_path: Path) -> None:
    facts = facts_of(
        written(
            tmp_path,
            "kind,id,availability,users,mtbf_hours,mttr_hours\n"
            "link,a-b,0.999,,,\n"
            "device,a-r,,,8760,4\n"
            "site,a,,120,,\n"
            "srlg,duct,0.9999,,87600,\n",
        )
    )
    assert {link: told.availability for link, told in facts.links.items()} == {"a-b": 0.999}
    (device,) = facts.devices.values()
    assert device.availability == pytest.approx(8760 / 8764)
    assert dict(facts.users) == {"a": 120.0}
    assert facts.srlgs["duct"].mtbf_hours == 87600.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind,id\nroad,a\n", "facts.csv:2: kind must be one of link, device, site, srlg"),
        ("kind,id\nlink,\n", "facts.csv:2: id must be given"),
        ("kind,id,availability\nlink,a,1.2\n", "facts.csv:2: availability 1.2 is outside 0 … 1"),
        ("kind,id,availability\nlink,a,x\n", "facts.csv:2: availability must be a number"),
        ("kind,id,availability\nlink,a,1\nlink,a,1\n", "facts.csv:3: link a is told of twice"),
        ("kind,id,mtbf_hours\nlink,a,10\n", "mtbf_hours and mttr_hours go together"),
        ("kind,id,users\nlink,a,10\n", "users must be 0 or more, and are of sites only"),
        ("kind,id,users\nsite,a,nan\n", "facts.csv:2: users must be a number"),
        ("kind,colour\nlink,red\n", "facts.csv:1: the columns must be of kind, id"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PlanningError) as refused:
        facts_of(written(tmp_path, text))
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlanningError, match="cannot be read"):
        facts_of(tmp_path / "none.csv")


def test_a_spreadsheet_may_begin_its_file_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    facts = facts_of(written(tmp_path, "\ufeffkind,id,availability\nlink,a-b,0.999\n"))
    assert {link: told.availability for link, told in facts.links.items()} == {"a-b": 0.999}
