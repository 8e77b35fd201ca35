"""Files that are hostile, broken or not YAML at all."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netmon.config.load import load
from netmon.config.problem import ConfigurationError, Problem
from netmon.config.syntax import NODES, PLAIN_OCTETS
from tests.netmon.config.writing import MACHINE, NETWORK, problems, read, the_problem, write


def test_an_alias_bomb_is_refused_at_its_first_alias(tmp_path: Path) -> None:
    text = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n"
    found = the_problem(tmp_path, text)
    assert (found.line, found.column) == (2, 8)
    assert "aliases" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "sites: !!python/object/apply:os.system ['true']",
        "sites: !!python/name:os.system",
        "sites: !mine x",
        "!!set {a, b}",
        "sites: !!str x",
    ],
)
def test_tags_are_refused(tmp_path: Path, text: str) -> None:
    assert "tags" in the_problem(tmp_path, text).message


def test_a_duplicate_key_names_the_first(tmp_path: Path) -> None:
    text = NETWORK.replace("intervals:\n", "intervals:\n  backbone: 20s\n")
    found = the_problem(tmp_path, text)
    assert (found.line, found.column) == (5, 3)
    assert "duplicate key 'backbone'; it stands in line 4 already" in found.message


def test_every_duplicate_key_is_told(tmp_path: Path) -> None:
    text = NETWORK.replace("country: EE", "country: EE, country: EE")
    assert len(problems(tmp_path, text)) == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("sites:\n  - [a, b\n", 3, "syntax"),
        ("sites:\n\t- a\n", 2, "syntax"),
        ("sites: 'a\n", 2, "syntax"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("- a\n- b\n", 1, "mapping of sections"),
        ("hello\n", 1, "mapping of sections"),
        ("sites: a\x00b\n", 1, "control character"),
        ("? [a, b]\n: c\n", 1, "a key must be a word"),
        ("sites: " + "[" * 40, 1, "nested deeper"),
    ],
    ids=["open", "tab", "quote", "documents", "list", "word", "nul", "key", "deep"],
)
def test_what_is_not_yaml_or_not_ours_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    found = the_problem(tmp_path, text)
    assert words in found.message
    assert found.line == line


def test_a_megabyte_needs_to_be_allowed(tmp_path: Path) -> None:
    text = NETWORK + "#" * PLAIN_OCTETS
    assert "--large" in the_problem(tmp_path, text).message
    assert read(tmp_path, text, large=True).network.sites


def test_a_hundred_thousand_values_need_to_be_allowed(tmp_path: Path) -> None:
    text = f"sites: [{', '.join('1' * NODES)}]\n"
    (first, *_) = problems(tmp_path, text)
    assert "--large" in first.message


def test_text_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    file.write_bytes(b"sites:\n  - \xff\n")
    with pytest.raises(ConfigurationError, match=r"network.yaml:2:5: is not UTF-8"):
        load([file], machine=MACHINE)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    file.write_bytes(b"\xef\xbb\xbf" + NETWORK.encode())
    assert load([file], environ={}, machine=MACHINE).network.sites


@pytest.mark.parametrize("name", ["", "a\0b"], ids=["directory", "nul"])
def test_what_is_no_file_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load([tmp_path / name], machine=MACHINE)


def test_nothing_in_a_message_can_steer_a_terminal(tmp_path: Path) -> None:
    text = NETWORK.replace("id: narva-tartu", '"id": "\\e[2J\\u202Ex", "k\\e[1m": 1')
    for found in problems(tmp_path, text):
        assert str(found).isprintable()


def load_or_refuse(file: Path) -> None:
    """Fail for whatever is neither a configuration nor a list of its mistakes."""
    found: tuple[Problem, ...] = ()
    try:
        load([file], environ={}, machine=MACHINE)
    except ConfigurationError as error:
        found = error.problems
    assert all(str(problem).isprintable() for problem in found)


PIECES = st.one_of(
    st.sampled_from(
        [
            *"abN07-:#,[]{}'\"&*!|>%@~?.=/ \n\t\\é\0\x85\u2028\ufeff",
            *("sites:\n", "settings:\n", "devices: [", "links:\n- ", "credentials: {", "}", "]"),
            *(
                "id: ",
                "ends: ",
                "snmp: ",
                "intervals: ",
                "!!int ",
                "&a ",
                "*a",
                "<<: ",
                "? ",
                "|\n",
            ),
            *(
                "%YAML 1.1\n---\n",
                "---",
                "...",
                "!<tag:yaml.org,2002:str> ",
                "\\x",
                '"\\u12"',
                ">9\n",
            ),
        ]
    ),
    st.text(max_size=4),
)


@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text()))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_loaded_or_refused_and_nothing_else(tmp_path: Path, text: str) -> None:
    file = tmp_path / "any.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    load_or_refuse(file)


SCALARS = st.one_of(
    st.sampled_from(
        ["narva", "10s", "1 GHz", "-1", "nan", "1e400", "''", "null", "a:b", "EE", "true"]
    ),
    st.text("abc:.-/01% é", max_size=6).map(lambda text: f'"{text}"'),
)
FLOWS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "site",
                    "country",
                    "position",
                    "lat",
                    "lon",
                    "role",
                    "address",
                    "ends",
                    "medium",
                    "frequency",
                    "width",
                    "snmp",
                    "ping",
                    "interfaces",
                    "name",
                    "class",
                    "credentials",
                    "dependents",
                    "systemd",
                    "community_file",
                    "detection",
                ]
            ),
            inner,
            max_size=5,
        ).map(lambda items: "{" + ", ".join(f"{k}: {v}" for k, v in items.items()) + "}"),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["settings", "credentials", "intervals", "profiles", "sites", "devices", "links"]
        ),
        st.one_of(FLOWS, st.lists(FLOWS, max_size=3).map(lambda items: f"[{', '.join(items)}]")),
    )
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_values_in_any_section_are_loaded_or_refused(
    tmp_path: Path, sections: dict[str, str]
) -> None:
    text = "".join(f"{name}: {value}\n" for name, value in sections.items())
    file = tmp_path / "any.yaml"
    file.write_text(text, encoding="utf-8")
    load_or_refuse(file)


def test_a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigurationError) as caught:
        load([pipe])
    assert f"{pipe}: is a pipe; give a file, which a reload can read again" in str(caught.value)
