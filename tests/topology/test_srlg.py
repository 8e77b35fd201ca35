from tests.topology.builders import make_network
from topology.model import LinkId
from topology.srlg import srlgs_failed

NETWORK = make_network(
    {"a": "s1", "b": "s2"},
    {"x": ("a", "b"), "y": ("a", "b"), "z": ("a", "b"), "w": ("a", "b")},
    srlgs={
        "x": ["duct-7", "mast-4", "alone"],
        "y": ["duct-7"],
        "z": ["duct-7", "mast-4"],
    },
)


def failed(*links: str) -> tuple[tuple[str, tuple[LinkId, ...]], ...]:
    return srlgs_failed(NETWORK, [LinkId(link) for link in links])


def test_a_group_failed_when_all_its_links_are_down() -> None:
    assert failed("x", "z") == (("mast-4", ("x", "z")),)


def test_the_group_that_explains_most_comes_first() -> None:
    assert failed("x", "y", "z", "w") == (("duct-7", ("x", "y", "z")), ("mast-4", ("x", "z")))


def test_a_group_with_a_link_still_up_did_not_fail() -> None:
    assert failed("x", "y") == ()


def test_a_group_of_one_link_says_nothing() -> None:
    assert failed("x") == ()


def test_without_failures_no_group_failed() -> None:
    assert failed() == ()
