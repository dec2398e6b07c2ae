"""What changes between two states of a section, in plain words: pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.lib.schema import Section


def differences(before: Any, after: Any, path: str) -> Iterator[str]:
    """`stores.au.posting.due_days: 0 → 30`, one line for each value that differs.

    Both are JSON values. Mappings are compared key by key, lists of mappings entry by entry.
    """
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(before.get(key), after.get(key), f"{path}.{key}")
    elif _of_mappings(before) and _of_mappings(after):
        yield from _entries(before, after, path)
    else:
        yield f"{path}: {shown(before)} → {shown(after)}"


def between(before: Section, after: Section, path: str) -> list[str]:
    """The same, of two sections."""
    return list(differences(values_of(before), values_of(after), path))


def values_of(section: Section) -> dict[str, Any]:
    values: dict[str, Any] = section.model_dump(mode="json", by_alias=True)
    return values


def secret_change(before: str, after: str) -> str:
    """Never the values."""
    if not before:
        return "set"
    return "changed" if after else "removed"


def shown(value: Any) -> str:
    """A value as a person writes it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        parts = (f"{key}: {shown(item)}" for key, item in value.items() if item is not None)
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    text = " ".join(str(value).split())
    return text or '""'


def _of_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _entries(before: list[Any], after: list[Any], path: str) -> Iterator[str]:
    for index in range(max(len(before), len(after))):
        place = f"{path}[{index}]"
        if index >= len(before):
            yield f"{place}: added {shown(after[index])}"
        elif index >= len(after):
            yield f"{place}: removed {shown(before[index])}"
        elif before[index] != after[index]:
            yield f"{place}: {shown(before[index])} → {shown(after[index])}"
