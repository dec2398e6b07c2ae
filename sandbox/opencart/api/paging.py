"""Which records a page holds: by time, behind an id, or by a list of ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.shop.signed.parameters import GREATEST_ID, Parameters

_FIRST, _LAST = "1000-01-01 00:00:00", "9999-12-31 23:59:59"


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as lists know it; `hidden` ones are given by their ids only."""

    id: int
    placed: str
    changed: str
    hidden: bool = False


def page(
    asked: Parameters, records: Iterable[Listed], sortings: Sequence[str]
) -> tuple[list[int], bool]:
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
    behind = (_FIRST, 0)
    if asked.has("after"):
        inner = asked.inner("after")
        behind = inner.moment("moment"), inner.number("id", 0, GREATEST_ID)
        inner.nothing_else()
    keys = sorted(key for key in _between(asked, shown, sortings) if key > behind)
    return [number for _, number in keys[:limit]], len(keys) > limit


def count(asked: Parameters, records: Iterable[Listed], sortings: Sequence[str]) -> int:
    shown = [one for one in records if not one.hidden]
    return len(_between(asked, shown, sortings))


def _between(
    asked: Parameters, records: Iterable[Listed], sortings: Sequence[str]
) -> list[tuple[str, int]]:
    """Moment and id of what is between two moments, both included."""
    by = asked.choice("by", sortings)
    since, until = asked.moment("since", _FIRST), asked.moment("until", _LAST)
    asked.nothing_else()
    keys = [(one.placed if by == "placed" else one.changed, one.id) for one in records]
    return [key for key in keys if since <= key[0] <= until]
