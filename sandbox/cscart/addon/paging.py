"""Which records a page holds: by time, behind an id, or by a list of ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.shop.signed.parameters import GREATEST_ID, Parameters

_LAST = 99_999_999_999
_BY = ("changed", "placed")


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as lists know it, moments in Unix seconds; `hidden` ones are given by their ids
    only."""

    id: int
    placed: int
    changed: int
    hidden: bool = False


def page(asked: Parameters, records: Iterable[Listed]) -> tuple[list[int], bool]:
    """The ids of a page in its order, and whether there are more."""
    limit = asked.limit()
    if asked.has("ids"):
        wanted = set(asked.ids("ids"))
        asked.nothing_else()
        return sorted(one.id for one in records if one.id in wanted), False
    shown = [one for one in records if not one.hidden]
    if asked.has("after_id"):
        after = asked.number("after_id", 0, GREATEST_ID)
        asked.nothing_else()
        found = sorted(one.id for one in shown if one.id > after)
        return found[:limit], len(found) > limit
    behind = (-1, 0)
    if asked.has("after"):
        inner = asked.inner("after")
        behind = inner.number("moment", 0, _LAST), inner.number("id", 0, GREATEST_ID)
        inner.nothing_else()
    keys = sorted(key for key in _between(asked, shown) if key > behind)
    return [number for _, number in keys[:limit]], len(keys) > limit


def count(asked: Parameters, records: Iterable[Listed]) -> int:
    return len(_between(asked, [one for one in records if not one.hidden]))


def _between(asked: Parameters, records: Iterable[Listed]) -> list[tuple[int, int]]:
    """Moment and id of what is between two moments, both included."""
    by = asked.choice("by", _BY)
    since, until = asked.number("since", 0, _LAST, 0), asked.number("until", 0, _LAST, _LAST)
    asked.nothing_else()
    keys = [(one.placed if by == "placed" else one.changed, one.id) for one in records]
    return [key for key in keys if since <= key[0] <= until]
