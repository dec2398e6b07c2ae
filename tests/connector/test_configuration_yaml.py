"""YAML 1.2's core schema with numbers as text, and how settings are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.configuration.yaml_text import NotYaml, read_yaml
from connector.configuration.yaml_writer import Number, Reference, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("090", "090"),
        ("0o17", "0o17"),
        ("1e3", "1e3"),
        ("200", "200"),
        ("-1.50", "-1.50"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("tRue", "tRue"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ('"true"', "true"),
        ("'false'", "false"),
        ("!!str true", "true"),
        ("!!int 090", "090"),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("", None),
        ('"~"', "~"),
        ('""', ""),
        ("nULL", "nULL"),
        ("=", "="),
    ],
)
def test_only_the_core_schemas_words_are_more_than_text(text, expected):
    assert read_yaml(f"key: {text}\n") == ({"key": expected}, [])


def test_keys_are_text_and_there_are_no_merge_keys():
    value, problems = read_yaml("base: &b {200: x}\ntrue: 1\n~: 2\n<<: *b\n")
    assert value == {"base": {"200": "x"}, "true": "1", "~": "2", "<<": {"200": "x"}}
    assert problems == []


def test_a_key_given_twice_is_named_with_its_line():
    value, problems = read_yaml(
        "stores:\n  - posting:\n      mode: a\n      mode: b\n    'mode': 1\n"
    )
    assert problems == ["stores[0].posting.mode: given twice, again on line 4"]
    assert value["stores"][0]["posting"] == {"mode": "a"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "a: [1\nb: 2\n",
            "line 2, column 2: while parsing a flow sequence, expected ',' or ']', but got ':'",
        ),
        ("a: *nowhere\n", "line 1, column 4: found undefined alias 'nowhere'"),
        (
            "a: 1\n---\nb: 2\n",
            "line 2, column 1: expected a single document in the stream, "
            "but found another document",
        ),
        ("a: \x07\n", "line 1: a character that YAML does not allow"),
        ("a: " + "[" * 60, "line 1, column 43: nested more than 40 levels deep"),
        ("a: &a [*a]\n", "line 1, column 4: an alias that contains itself"),
    ],
)
def test_text_that_is_no_document_gives_one_line(text, line):
    with pytest.raises(NotYaml) as caught:
        read_yaml(text)
    assert str(caught.value) == line


def test_aliases_are_bounded():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(NotYaml, match="more than 100000 values"):
        read_yaml("\n".join(lines))


def test_an_alias_repeats_a_value():
    assert read_yaml("a: &x [1, 2]\nb: *x\n")[0] == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: !!python/name:os.system x\n", "a: the tag !!python/name:os.system is not supported"),
        ("a: !own {b: 1}\n", "a: the tag !own is not supported"),
        ("a: [!!binary aGk=]\n", "a[0]: the tag !!binary is not supported"),
        ('a: "\\0"\n', "a: contains a control character (line 1)"),
        ('a: "\\uD800"\n', "a: contains a control character (line 1)"),
        ("? [1, 2]\n: x\n", "file: a key must be a text (line 1)"),
    ],
)
def test_what_no_setting_can_be_is_a_problem(text, problem):
    assert read_yaml(text)[1] == [problem]


_words = st.sampled_from(
    ["true", "no", "off", "~", "null", "", "090", "1e3", "0o7", "0x1F", "1_0", "2026-01-01", "=",
     "<<", "*", "- a", "a: b", "#", " x ", "'", '"', "{a}", "@", "%", "3:00", "é€", "\u2028", "😀"]
)  # fmt: skip
_texts = _words | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)
_values = st.recursive(
    st.booleans() | _texts | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_texts, _values, min_size=1, max_size=5))
def test_what_is_written_is_read_back(value):
    assert read_yaml(written(value)) == (value, [])


def test_numbers_are_plain_codes_are_quoted_and_references_too():
    text = written(
        {"due_days": Number("30"), "sales": "200", "off": "off", "key": Reference("A_B")}
    )
    assert text == "due_days: 30\nsales: '200'\n'off': 'off'\nkey: \"${A_B}\"\n"
