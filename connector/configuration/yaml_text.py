"""YAML 1.2's core schema with numbers kept as text, on PyYAML's parser.

Only the core schema's spellings of true, false and null mean those; everything else plain
is text with the digits and letters that were written: 090, 1e3, 0x1F, yes, off, NO,
2026-01-01. What is quoted is text. There are no merge keys, no timestamps, no other tags,
and keys are always text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from connector.lib.schema import dotted

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 40
# Aliases repeat what they name: without a bound a few lines could stand for billions.
_MAX_VALUES = 100_000
_TAG = "tag:yaml.org,2002:"
_NULL, _BOOL = f"{_TAG}null", f"{_TAG}bool"
_TEXTS = frozenset({f"{_TAG}str", f"{_TAG}int", f"{_TAG}float"})
_NULL_WORDS = re.compile(r"~|null|Null|NULL|")
_BOOL_WORDS = re.compile(r"true|True|TRUE|false|False|FALSE")
# No database stores these, and no setting needs them.
UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Path = tuple[int | str, ...]


class NotYaml(ValueError):
    """The text is not a YAML document; one line that says where."""


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML up to nodes, with the core schema's words and a bound on nesting."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            mark = self.peek_event().start_mark
            raise NotYaml(f"{_place(mark)}: nested more than {_MAX_DEPTH} levels deep")
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


_Loader.add_implicit_resolver(_NULL, re.compile(f"(?:{_NULL_WORDS.pattern})$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_BOOL, re.compile(f"(?:{_BOOL_WORDS.pattern})$"), list("tTfF"))


def read_yaml(text: str) -> tuple[Any, list[str]]:
    """The document as str, bool, None, list and dict; and a line for each fault in it.

    Raises Unreadable for text that has no document to speak of.
    """
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(f"{_place(mark)}: {said}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYaml(f"line {line}: a character that YAML does not allow") from None
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split())) from None
    document = _Document()
    value = None if root is None else document.value(root, ())
    return value, document.problems


class _Document:
    """Nodes → values; faults that leave the rest readable are collected."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._values = 0

    def value(self, node: Node, path: Path) -> Any:
        self._values += 1
        if self._values > _MAX_VALUES:
            raise NotYaml(f"more than {_MAX_VALUES} values, aliases counted each time")
        if len(path) > _MAX_DEPTH:
            raise NotYaml(f"{_place(node.start_mark)}: an alias that contains itself")
        if isinstance(node, SequenceNode):
            self._check_tag(node, "seq", path)
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, MappingNode):
            self._check_tag(node, "map", path)
            return self._mapping(node, path)
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._report(path, f"a key must be a text (line {key_node.start_mark.line + 1})")
                continue
            key = key_node.value
            if key in found:
                line = key_node.start_mark.line + 1
                self._report((*path, key), f"given twice, again on line {line}")
                continue
            self._check_text(key, (*path, key), key_node)
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: ScalarNode, path: Path) -> str | bool | None:
        text: str = node.value
        if node.tag == _NULL and _NULL_WORDS.fullmatch(text):
            return None
        if node.tag == _BOOL and _BOOL_WORDS.fullmatch(text):
            return text.lower() == "true"
        if node.tag not in _TEXTS:
            self._report(path, f"the tag {_short(node.tag)} is not supported")
        self._check_text(text, path, node)
        return text

    def _check_text(self, text: str, path: Path, node: Node) -> None:
        if UNUSABLE.search(text):
            line = node.start_mark.line + 1
            self._report(path, f"contains a control character (line {line})")

    def _check_tag(self, node: Node, expected: str, path: Path) -> None:
        if node.tag != f"{_TAG}{expected}":
            self._report(path, f"the tag {_short(node.tag)} is not supported")

    def _report(self, path: Path, what: str) -> None:
        readable = tuple(UNUSABLE.sub("?", p) if isinstance(p, str) else p for p in path)
        self.problems.append(f"{dotted(readable) or 'file'}: {what}")


def _place(mark: yaml.Mark | None) -> str:
    return "file" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


def _short(tag: str) -> str:
    return tag.replace(_TAG, "!!")
