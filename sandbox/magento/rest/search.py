"""`searchCriteria` as Magento's REST reads it: filters, sorting, paging, `fields`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = Mapping[str, Any]
Test = Callable[[Any], bool]
Compare = Callable[[Any, Any], bool]

_FILTER = re.compile(
    r"searchCriteria\[(?:filter_groups|filterGroups)\]\[(\w+)\]\[filters\]\[(\w+)\]"
    r"\[(field|value|condition_type|conditionType)\]"
)
_SORT = re.compile(r"searchCriteria\[(?:sortOrders|sort_orders)\]\[(\w+)\]\[(field|direction)\]")
_PAGING = re.compile(r"searchCriteria\[(pageSize|page_size|currentPage|current_page)\]")


class CriteriaMissing(Exception):
    """The list was asked for without any searchCriteria."""


class UnknownField(Exception):
    """A filter or sort names a column that does not exist: a database error in Magento."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `condition` is eq where the request gave none."""

    field: str
    value: str = ""
    condition: str = "eq"


@dataclass(slots=True)
class Criteria:
    """A parsed searchCriteria: groups are joined by AND, the filters of a group by OR."""

    groups: list[list[Filter]] = field(default_factory=list)
    sorts: list[tuple[str, str]] = field(default_factory=list)
    page_size: int | None = None
    page: int | None = None

    def echo(self) -> dict[str, Any]:
        """`search_criteria` of the answer."""
        answer: dict[str, Any] = {
            "filter_groups": [
                {
                    "filters": [
                        {"field": f.field, "value": f.value, "condition_type": f.condition}
                        for f in group
                    ]
                }
                for group in self.groups
            ]
        }
        if self.sorts:
            answer["sort_orders"] = [{"field": f, "direction": d} for f, d in self.sorts]
        if self.page_size is not None:
            answer["page_size"] = self.page_size
        if self.page is not None:
            answer["current_page"] = self.page
        return answer


def parse(query: Sequence[tuple[str, str]]) -> Criteria:
    """Read decoded query parameters. Raises `CriteriaMissing`."""
    if not any(name.startswith("searchCriteria") for name, _ in query):
        raise CriteriaMissing
    criteria = Criteria()
    groups: dict[str, dict[str, dict[str, str]]] = {}
    sorts: dict[str, dict[str, str]] = {}
    for name, value in query:
        if match := _FILTER.fullmatch(name):
            group, position, part = match.groups()
            part = "condition_type" if part == "conditionType" else part
            groups.setdefault(group, {}).setdefault(position, {})[part] = value
        elif match := _SORT.fullmatch(name):
            sorts.setdefault(match[1], {})[match[2]] = value
        elif match := _PAGING.fullmatch(name):
            number = int(value) if value.isdigit() and int(value) else None
            if match[1] in ("pageSize", "page_size"):
                criteria.page_size = number
            else:
                criteria.page = number
    for filters in groups.values():
        rows = [
            Filter(one.get("field", ""), one.get("value", ""), one.get("condition_type") or "eq")
            for one in filters.values()
        ]
        criteria.groups.append(rows)
    for sort in sorts.values():
        # Anything but ASC sorts downwards, a missing direction too.
        up = sort.get("direction", "").upper() == "ASC"
        criteria.sorts.append((sort.get("field", ""), "ASC" if up else "DESC"))
    return criteria


def select(
    records: Collection[Record], criteria: Criteria, *, columns: Collection[str], key: str
) -> list[Record]:
    """All records that match, sorted. Raises `UnknownField` for a name not in `columns`."""
    for name in [f.field for group in criteria.groups for f in group] + [
        name for name, _ in criteria.sorts
    ]:
        if name not in columns:
            raise UnknownField(name)
    found = list(records)
    for group in criteria.groups:
        tests = [(f.field, _test(f)) for f in group]
        if len(tests) == 1:
            name, test = tests[0]
            found = [record for record in found if test(record.get(name))]
        else:
            found = [r for r in found if any(test(r.get(name)) for name, test in tests)]
    found.sort(key=lambda record: record[key])
    for name, direction in reversed(criteria.sorts):
        found.sort(key=_sort_key(name), reverse=direction == "DESC")
    return found


def _sort_key(column: str) -> Callable[[Record], Any]:
    if column.endswith("_at"):
        return lambda record: record.get(column) or ""
    return lambda record: _rank(record.get(column))


def page_of(found: Sequence[Record], criteria: Criteria, *, repeat_last: bool) -> Sequence[Record]:
    """The page asked for; past the end nothing, or the last page again as old versions did."""
    if criteria.page_size is None:
        return found
    page = criteria.page or 1
    last = max(1, -(-len(found) // criteria.page_size))
    if page > last and repeat_last:
        page = last
    return found[(page - 1) * criteria.page_size : page * criteria.page_size]


def _rank(value: Any) -> tuple[int, Any]:
    """Sorts like a database: nulls first, then numbers, then text."""
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, str(value).casefold())


@dataclass(slots=True)
class _Operand:
    """A filter's value, ready to be compared with a column's: as a number or without case."""

    number: float
    text: str
    is_moment: bool

    @classmethod
    def of(cls, value: str, column: str) -> _Operand:
        moment = column.endswith("_at")
        text = value.replace("T", " ") if moment else value.casefold()
        if moment and len(text) == 10:
            text += " 00:00:00"
        try:
            number = float(value)
        except ValueError:
            number = 0.0  # as MySQL reads text that is no number
        return cls(number, text, moment)

    def test(self, compare: Compare) -> Test:
        """A predicate: `compare(column's value, this)`; false for a null."""
        number, text = self.number, self.text
        if self.is_moment:
            return lambda value: value is not None and compare(value, text)
        return lambda value: (
            value is not None
            and (
                compare(value, number)
                if isinstance(value, int | float)
                else compare(str(value).casefold(), text)
            )
        )


def _test(one: Filter) -> Test:
    """A predicate on a column's value; a null matches only `null` and `neq` nothing at all."""
    condition, name = one.condition, one.field
    if condition == "null":
        return lambda value: value is None
    if condition == "notnull":
        return lambda value: value is not None
    if condition in ("in", "nin"):
        parts = [part.strip() for part in one.value.split(",")]
        tests = [_Operand.of(part, name).test(operator.eq) for part in parts]
        wanted = condition == "in"
        return lambda value: value is not None and any(t(value) for t in tests) == wanted
    if condition == "finset":
        return lambda value: value is not None and one.value in str(value).split(",")
    if condition in ("like", "nlike"):
        pattern = _like(one.value)
        return lambda value: (
            value is not None and bool(pattern.fullmatch(str(value))) == (condition == "like")
        )
    compare = _COMPARE.get(condition)
    if compare is None:
        raise UnknownField(condition)
    return _Operand.of(one.value, name).test(compare)


_COMPARE: dict[str, Compare] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "moreq": operator.ge,
    "from": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "to": operator.le,
}


def _like(value: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(c, re.escape(c)) for c in value), re.I | re.S)


Wanted = dict[str, "Wanted | None"]


def parse_fields(text: str) -> Wanted:
    """`items[entity_id,payment[method]],total_count` as a tree; a leaf is None."""
    root: Wanted = {}
    stack = [root]
    name = ""
    for char in text + ",":
        if char == "[":
            inner: Wanted = {}
            stack[-1][name.strip()] = inner
            stack.append(inner)
            name = ""
        elif char in ",]":
            if name.strip():
                stack[-1].setdefault(name.strip(), None)
            name = ""
            if char == "]" and len(stack) > 1:
                stack.pop()
        else:
            name += char
    return root


def trim(value: Any, wanted: Wanted) -> Any:
    """Keep only the wanted fields; an empty list becomes null, as Magento's filter does it."""
    if isinstance(value, list):
        return [trim(one, wanted) for one in value] or None
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, inner in wanted.items():
        if name in value:
            kept[name] = value[name] if inner is None else trim(value[name], inner)
    return kept
