"""The parameters of a call, each asked for by name and kind; what else there is, is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from sandbox.shop.signed.keys import Refused

GREATEST_ID, MOST = 2**31 - 1, 100
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)")
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)


def bad(field: str, message: str) -> Refused:
    return Refused(422, "bad_parameter", message, field=field)


class Parameters:
    """`path` stands before the names of fields in refusals: `items.3.`."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values, self._path = values, path
        self._asked: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self._values

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number, also as text."""
        if default is not None and name not in self._values:
            return default
        value = self._take(name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = int(value)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not least <= value <= most:
            raise self._refusal(name, f"a whole number from {least} to {most}")
        return int(value)

    def id(self, name: str) -> int:
        return self.number(name, 1, GREATEST_ID)

    def limit(self, most: int = MOST) -> int:
        return self.number("limit", 1, most, most)

    def text(self, name: str, longest: int, default: str | None = None) -> str:
        if default is not None and name not in self._values:
            return default
        value = self._take(name)
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise self._refusal(name, f"text of at most {longest} characters")
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        value = self._take(name)
        if value not in choices:
            raise self._refusal(name, f"one of {', '.join(choices)}")
        return str(value)

    def truth(self, name: str, *, default: bool) -> bool:
        if name not in self._values:
            return default
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._refusal(name, "true or false")
        return value

    def moment(self, name: str, default: str | None = None) -> str:
        """A moment of the shop's own clock."""
        if default is not None and name not in self._values:
            return default
        value = self._take(name)
        try:
            if not isinstance(value, str) or not _MOMENT.fullmatch(value):
                raise ValueError
            datetime.fromisoformat(value)
        except ValueError:
            raise self._refusal(name, "a moment like 2026-11-30 18:05:00") from None
        return value

    def instant(self, name: str) -> str:
        value = self.text(name, 40)
        if not _INSTANT.fullmatch(value):
            raise self._refusal(name, "a moment like 2026-11-30T18:05:00Z")
        return value

    def address(self, name: str, *, optional: bool = False) -> str:
        value = self.text(name, 500, "" if optional else None)
        if (value or not optional) and not _ADDRESS.fullmatch(value):
            raise self._refusal(name, "an address that begins with http:// or https://")
        return value

    def ids(self, name: str) -> list[int]:
        members, path = self._members(name), f"{self._path}{name}."
        inner = [Parameters({str(at): one}, path) for at, one in enumerate(members)]
        found = [one.id(str(at)) for at, one in enumerate(inner)]
        return list(dict.fromkeys(found))

    def texts(self, name: str, longest: int) -> list[str]:
        members, path = self._members(name), f"{self._path}{name}."
        inner = [Parameters({str(at): one}, path) for at, one in enumerate(members)]
        return list(dict.fromkeys(one.text(str(at), longest) for at, one in enumerate(inner)))

    def items(self, name: str) -> list[Parameters]:
        """Objects in a list; ask each for `nothing_else`."""
        members = self._members(name)
        for at, one in enumerate(members):
            if not isinstance(one, dict):
                raise bad(f"{self._path}{name}.{at}", f"The parameter {name}.{at} is no object.")
        return [Parameters(one, f"{self._path}{name}.{at}.") for at, one in enumerate(members)]

    def inner(self, name: str) -> Parameters:
        value = self._take(name)
        if not isinstance(value, dict):
            raise self._refusal(name, "an object")
        return Parameters(value, f"{self._path}{name}.")

    def nothing_else(self) -> Self:
        for name in self._values:
            if name not in self._asked:
                raise bad(
                    f"{self._path}{name}", "The call has a parameter that the shop does not know."
                )
        return self

    def _members(self, name: str) -> list[Any]:
        value = self._take(name)
        if not isinstance(value, list) or not 1 <= len(value) <= MOST:
            raise self._refusal(name, f"a list of 1 to {MOST}")
        return value

    def _take(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._values:
            field = f"{self._path}{name}"
            raise bad(field, f"The call lacks the parameter {field}.")
        return self._values[name]

    def _refusal(self, name: str, wanted: str) -> Refused:
        field = f"{self._path}{name}"
        return bad(field, f"The parameter {field} must be {wanted}.")
