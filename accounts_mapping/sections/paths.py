"""Subjects of a store's section: the smallest parts that two people edit apart. Pure.

A subject is a setting (`posting.due_days`), an entry of a mapping (`payment_accounts.checkmo`,
`lookups.region.NSW`) or a whole list (`tax.rules`). Paths are tuples: a shop's codes have dots.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

from accounts_mapping.sections.section import SECRETS, Document, StoreSection
from connector.lib.schema import Section, dotted

Path = tuple[str, ...]
Subjects = dict[Path, Any]


@cache
def depths() -> Mapping[Path, int]:
    """The settings of a section, and how many keys further down their subjects stand: 0 for a
    setting of its own, 1 for a mapping, 2 for a mapping of mappings. In the documented order."""
    return dict(_depths(StoreSection, ()))


def _depths(model: type[Section], above: Path) -> Iterator[tuple[Path, int]]:
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        if path[0] in SECRETS:
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _depths(kind, path)
        else:
            yield path, _levels(kind)


def _levels(kind: Any) -> int:
    return 1 + _levels(get_args(kind)[1]) if get_origin(kind) is dict else 0


def subjects(document: Document) -> Subjects:
    """Each subject that the document has a value of. What the schema does not know stays one."""
    return dict(_subjects(document, ()))


def _subjects(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and _is_above(path):
        for key, item in value.items():
            yield from _subjects(item, (*path, key))
    elif path:
        yield path, value


@cache
def _is_above(path: Path) -> bool:
    """Whether what stands here is made of subjects, and is none."""
    for setting, levels in depths().items():
        if path == setting[: len(path)] and len(path) < len(setting):
            return True
        if setting == path[: len(setting)]:
            return len(path) < len(setting) + levels
    return not path


def within(found: Subjects, path: Path) -> Subjects:
    """Those at a path or under it."""
    return {one: value for one, value in found.items() if one[: len(path)] == path}


def value_at(document: Document, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    value: Any = document
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def put(document: Document, path: Path, value: Any) -> Document:
    """The document with another value at a path; None takes away what stands there."""
    key, *rest = path
    changed = dict(document)
    if rest:
        inner = document.get(key)
        value = put(inner if isinstance(inner, dict) else {}, tuple(rest), value)
    if value is None:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def seen(found: Subjects) -> str:
    """What a form showed of these subjects, to be sent back with it: short, and not the values."""
    return json.dumps([[*path, _digest(value)] for path, value in sorted(found.items())])


def read_seen(text: str) -> dict[Path, str]:
    """The digest of each subject that a form showed. Raises ValueError where it is no such text."""
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise ValueError("not a list")
    read = {}
    for row in rows:
        if not isinstance(row, list) or not row or not all(isinstance(one, str) for one in row):
            raise ValueError("not a list of texts")
        read[tuple(row[:-1])] = row[-1]
    return read


def same(value: Any, digest: str | None) -> bool:
    """Whether a subject is as a form showed it; None is one that had no value."""
    return (None if value is None else _digest(value)) == digest


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def name_of(path: tuple[int | str, ...]) -> str:
    """`posting.due_days`."""
    return dotted(path)
