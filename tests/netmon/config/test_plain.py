"""The fast reader answers as the YAML parser does, or not at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.config import plain, syntax
from netmon.config.problem import Report
from netmon.config.tree import Mapping, Sequence, Value

FILE = Path("x.yaml")
PIECES = st.sampled_from(
    [
        *"abN07-:#,[]{}'\"&*!|>%@~?.=/ \n\t\\é",
        *("\n", "\n  ", "\n    ", "\n- ", "\n  - ", "a: ", "b: ", "b:", "c: [", "]", "{a: ", "}"),
        *("null", "- a: b", "  ", " # c", "---", "...", "\n---\n", "<<: ", "'x'", '"y"', "1.5 GHz"),
        *(
            "\r",
            "\u2028",
            "\x85",
            "\ufeff",
            "\xa0",
            "a:b",
            ": ",
            "- ",
            "-",
            "''",
            "''''",
            "[]",
            "{}",
        ),
    ]
)
KEYS = st.sampled_from(["a", "b", "c-d", "e_f", "g.h", "NO", "null", "1"])
WORDS = st.sampled_from(
    [
        "NO",
        "23.1 GHz",
        "a:b",
        "x, y",
        "-1.5",
        "~",
        "null",
        "'q # r'",
        '"s: t"',
        "",
        "Kodeń",
        "10:20",
    ]
)


def slow(text: str) -> tuple[Value, bool]:
    """What the YAML parser makes of a text, and whether it complained."""
    report = Report()
    root = syntax.parse_whole(text, FILE, nodes=None, report=report).root
    return root, bool(report.problems)


def same(a: Value, b: Value) -> bool:
    if type(a) is not type(b) or a != b:
        return False
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.places == b.places and all(same(a[key], b[key]) for key in a)
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return a.places == b.places and all(same(x, y) for x, y in zip(a, b, strict=True))
    return True


def agree(text: str) -> bool:
    read = plain.read(text)
    if read is None:
        return False
    tree, _ = read
    expected, complained = slow(text)
    assert not complained
    assert same(tree, expected), text
    return True


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_as_the_yaml_parser_reads_it_or_left_to_it(text: str) -> None:
    agree(text)


def values(depth: int) -> st.SearchStrategy[list[str]]:
    """Lines of a block value: mappings and sequences, with comments and one-line lists between."""
    flow = st.recursive(
        WORDS.filter(lambda word: word not in ("x, y", "")),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
            st.dictionaries(KEYS, inner, max_size=2).map(
                lambda items: "{" + ", ".join(f"{k}: {v}" for k, v in items.items()) + "}"
            ),
        ),
        max_leaves=4,
    )
    line = st.tuples(KEYS, st.one_of(WORDS, flow), st.sampled_from(["", "  # why", "  "])).map(
        lambda parts: [f"{parts[0]}: {parts[1]}{parts[2]}"]
    )
    if depth == 0:
        return line
    nested = st.tuples(
        KEYS, st.sampled_from([0, 1, 2, 4]), st.lists(values(depth - 1), min_size=1, max_size=3)
    ).map(lambda parts: [f"{parts[0]}:", *(" " * parts[1] + each for b in parts[2] for each in b)])
    item = values(depth - 1).map(lambda b: [f"- {b[0]}", *("  " + each for each in b[1:])])
    return st.one_of(line, nested, item, st.just(["# a comment", ""]))


@given(st.lists(values(2), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_inventory_like_text_is_read_as_the_yaml_parser_reads_it(
    blocks: list[list[str]],
) -> None:
    agree("\n".join(line for block in blocks for line in block))


@pytest.mark.parametrize(
    "text",
    [
        "sites:\n- {id: a, position: {lat: 1, lon: 2}}\n- id: b\n  country: NO\n",
        "---\n# all of it\nlinks:\n  - id: x   # why\n    ends: [a:b, 'c d']\n    length: 1.4 km\n",
        "a:\n  b:\n    c: 1\n  d:\ne: {}\nf: []\n",
    ],
    ids=["compact", "commented", "nested"],
)
def test_what_inventories_are_made_of_is_read_the_fast_way(text: str) -> None:
    assert agree(text)


def test_the_shipped_examples_are_read_the_fast_way() -> None:
    for file in Path("examples").glob("*.yaml"):
        assert agree(file.read_text("utf-8")), file
