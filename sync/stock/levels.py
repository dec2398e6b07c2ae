"""Stock levels as an outside system states them, in JSON or as a table: pure, all or nothing.

Every fault is told, up to fifty of them, each with where it stands; with one fault nothing is
taken over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.lib import exact_json
from connector.lib.exact_json import is_storable
from connector.lib.money import parse_decimal, round_to
from stores.canonical.records import Stream

_MOST_TOLD = 50
_LONGEST_SKU = 100


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a product there are to sell, at most four decimals, never negative."""

    sku: str
    quantity: Decimal


class BadLevels(ValueError):
    """What is wrong, one line each: `levels[2].quantity: "1,5" is not a number`."""

    def __init__(self, lines: Iterable[str]) -> None:
        found = list(lines)
        more = len(found) - _MOST_TOLD
        self.lines = [*found[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("; ".join(self.lines))


def from_json(body: bytes) -> list[Level]:
    """`{"levels": [{"sku": "MUG", "quantity": "12"}]}`; a quantity is text or a number, exact."""
    try:
        said = exact_json.loads(body.decode(), strict=True)
    except ValueError:
        raise BadLevels(["the body is not JSON in UTF-8"]) from None
    rows = said.get("levels") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise BadLevels(['levels: must be a list of {"sku": …, "quantity": …}'])
    if others := [stream.value for stream in Stream if stream.value in said]:
        raise BadLevels([f"{others[0]}: what names records has an address of its own"])
    reading = _Reading()
    for index, row in enumerate(rows):
        at = f"levels[{index}]"
        if isinstance(row, dict) and row.keys() == {"sku", "quantity"}:
            reading.add(row["sku"], row["quantity"], at, f"{at}.sku", f"{at}.quantity")
        else:
            reading.lines.append(f"{at}: must have sku and quantity, and nothing else")
    return reading.levels()


def from_csv(data: bytes) -> list[Level]:
    """A table with the columns sku and quantity, separated by comma, semicolon or tab."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadLevels(["line 1: the file is not in UTF-8"]) from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    reading = _Reading()
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        if sorted(header) != ["quantity", "sku"]:
            raise BadLevels(["line 1: the columns must be sku and quantity"])
        for row in rows:
            at = f"line {rows.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                reading.lines.append(f"{at}: has {len(row)} columns, not {len(header)}")
                continue
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            reading.add(cells["sku"], cells["quantity"], at, f"{at}, sku", f"{at}, quantity")
    except csv.Error as error:
        raise BadLevels([f"line {rows.line_num}: {error}"]) from None
    return reading.levels()


class _Reading:
    """Levels and faults, as they are met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._levels: dict[str, Level] = {}
        self._places: dict[str, str] = {}

    def add(self, sku: Any, quantity: Any, at: str, at_sku: str, at_quantity: str) -> None:
        """One row; `at…` is where it and its cells stand."""
        good = isinstance(sku, str) and 0 < len(sku) <= _LONGEST_SKU and is_storable(sku)
        if not good or not sku.strip():
            self.lines.append(
                f"{at_sku}: {_shown(sku)} is no SKU: text of 1 to {_LONGEST_SKU} characters"
            )
        elif sku in self._places:
            self.lines.append(f"{at_sku}: {_shown(sku)} stands in {self._places[sku]} already")
        else:
            self._places[sku] = at
            if why := _fault(quantity):
                self.lines.append(f"{at_quantity}: {_shown(quantity)} {why}")
            else:
                self._levels[sku] = Level(sku, parse_decimal(quantity))

    def levels(self) -> list[Level]:
        """All of them; BadLevels where a single one is bad."""
        if self.lines:
            raise BadLevels(self.lines)
        return list(self._levels.values())


def _fault(quantity: object) -> str:
    """What is wrong with a quantity; "" if nothing is."""
    try:
        number = parse_decimal(quantity)
    except ValueError:
        return "is not a number such as 12 or 12.5"
    if number < 0:
        return "is negative: say 0 where there is none"
    return "" if number == round_to(number, 4) else "has more than 4 decimals"


def _shown(value: object) -> str:
    text = exact_json.dumps(exact_json.tame(value)[0])
    return text if len(text) <= 60 else f"{text[:57]}…"
