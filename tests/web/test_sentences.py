"""What the core, the adapters and the shell tell a person is said by a template and its values
(`connector.lib.texts.said`): no sentence is glued from parts, which nobody could translate."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("accounting", "accounts_mapping", "stores", "sync", "xero")
# Which argument of a call is read by a person.
TOLD = {
    "Reason": 1, "Hold": 1, "Unmapped": 1, "ParseError": 2, "refusal": 1,
    "at_field": 1, "_report": 1,
}  # fmt: skip
MAKERS = {"said": 1, "said_of": 2, "marked": 1}  # and how many of their arguments are templates
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


# What a configuration may say, and what it is told otherwise.
SCHEMAS = [
    *(ROOT / "accounts_mapping" / "rules").glob("*.py"), ROOT / "stores/settings.py",
    ROOT / "connector/lib/schema.py", ROOT / "connector/configuration/schema.py",
    ROOT / "connector/configuration/crosschecks.py",
]  # fmt: skip


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def glued(node: ast.expr, function: ast.AST) -> Iterator[ast.expr]:
    """The parts of an expression that make a sentence otherwise than by a template."""
    if isinstance(node, ast.IfExp):
        yield from glued(node.body, function)
        yield from glued(node.orelse, function)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from glued(value, function)
    elif isinstance(node, ast.Subscript):
        yield from glued(node.value, function)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and re.search("[a-z]", node.value):
            yield node
    elif isinstance(node, ast.JoinedStr):
        # Without a word it is no sentence: an error's own words, with its hint behind them.
        words = "".join(one.value for one in node.values if isinstance(one, ast.Constant))
        if re.search("[a-zA-Z]", words):
            yield node
    elif isinstance(node, ast.BinOp):
        yield node
    elif isinstance(node, ast.Name):
        for one in ast.walk(function):
            if isinstance(one, ast.AugAssign) and _names(one.target, node.id):
                yield one.value
            if isinstance(one, ast.Assign) and any(_names(to, node.id) for to in one.targets):
                yield from (() if _names(one.value, node.id) else glued(one.value, function))


def _names(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def sentences(tree: ast.Module, told: Mapping[str, int] = TOLD) -> Iterator[ast.expr]:
    """What is wrong with each sentence of a module."""
    outer: dict[ast.AST, ast.AST] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            outer |= dict.fromkeys(ast.walk(function), function)
    for node in ast.walk(tree):
        place = told.get(called(node))
        if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
            yield from glued(node.args[place], outer.get(node, tree))


def without_their_values(tree: ast.Module) -> Iterator[ast.Call]:
    """Templates that are no literals, or whose places and values are not the same."""
    for node in ast.walk(tree):
        templates = node.args[: MAKERS[called(node)]] if called(node) in MAKERS else []
        for template in templates:
            if not (isinstance(template, ast.Constant) and isinstance(template.value, str)):
                if not isinstance(template, ast.Name | ast.Subscript):  # one of a table of them
                    yield node
                continue
            given = {one.arg for one in node.keywords}
            places = set(re.findall(r"%\((\w+)\)s", template.value.replace("%%", "")))
            places -= {"count"} if called(node) == "said_of" else set()
            if called(node) != "marked" and None not in given and places != given:
                yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_sentence_is_a_template_and_its_values(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [f"{one.lineno}: {ast.unparse(one)[:80]}" for one in sentences(tree)] == []
    assert [one.lineno for one in without_their_values(tree)] == []


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_schema_refuses_is_said_too(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = sentences(tree, {"ValueError": 0, "at_field": 1})

    assert [f"{one.lineno}: {ast.unparse(one)[:80]}" for one in found] == []
    assert [one.lineno for one in without_their_values(tree)] == []
    yielded = (node.value for node in ast.walk(tree) if isinstance(node, ast.Yield))
    lines = (one for one in yielded if isinstance(one, ast.JoinedStr))
    assert [one.lineno for one in lines if ": " in ast.unparse(one)] == []


@pytest.mark.parametrize(
    "line",
    [
        'raise Hold("x", f"The total is {total}.")',
        'text = f"The total is {total}."; raise Hold("x", text)',
        'text = said("One."); text += "Two."; raise Hold("x", text)',
        'return Reason("x", said("One.") if a else "Two of it.")',
        'raise raw.refusal("x", "not a number", "y")',
        'raise ParseError("x", 1, "It is " + str(value))',
    ],
)
def test_what_is_glued_is_found(line: str) -> None:
    assert len(list(sentences(ast.parse(f"def f():\n    {line}")))) == 1


@pytest.mark.parametrize(
    "line", ['said(f"{x} more")', 'said("%(a)s of %(b)s", a=1)', 'said_of("%(count)s", "%(n)s", 2)']
)
def test_so_is_a_template_without_its_values(line: str) -> None:
    assert list(without_their_values(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        'raise Hold("x", said("The total is %(total)s.", total=total))',
        'raise Hold("x", f"{error} {error.hint}"[:500])',
        'raise Hold("x", reason.message)',
    ],
)
def test_what_is_said_is_not(line: str) -> None:
    tree = ast.parse(f"def f():\n    {line}")
    assert not list(sentences(tree))
    assert not list(without_their_values(tree))
