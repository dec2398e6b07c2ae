"""Stock levels as an outside system states them, in JSON or as a table: pure, all or nothing.

Every fault is told, up to fifty of them, each with where it stands; with one fault nothing is
taken over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.lib import exact_json
from connector.lib.exact_json import is_storable
from connector.lib.money import parse_decimal, round_to
from stores.canonical.product import StockTarget
from stores.canonical.records import Stream

_MOST_TOLD = 50
_LONGEST = 100
_IDS = ("product_id", "variant_id", "location_id")
_MUST = f"must have sku and quantity, and nothing else but {', '.join(_IDS)}"
_COLUMNS = f"the columns must be sku and quantity, and may be {', '.join(_IDS)} beside them"


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a product there are to sell, at most four decimals, never negative."""

    target: StockTarget
    quantity: Decimal


class BadLevels(ValueError):
    """What is wrong, one line each: `levels[2].quantity: "1,5" is not a number`."""

    def __init__(self, lines: Iterable[str]) -> None:
        found = list(lines)
        more = len(found) - _MOST_TOLD
        self.lines = [*found[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("; ".join(self.lines))


def from_json(body: bytes) -> list[Level]:
    """`{"levels": [{"sku": "MUG", "quantity": "12"}]}`; a quantity is text or a number, exact.

    Beside the SKU, or in its place, may stand `product_id`, `variant_id` and `location_id`, as the
    shop calls them.
    """
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
        if isinstance(row, dict) and _fits(row.keys()):
            reading.add(row, at, f"{at}.")
        else:
            reading.lines.append(f"{at}: {_MUST}")
    return reading.levels()


def from_csv(data: bytes) -> list[Level]:
    """A table with the columns sku and quantity, separated by comma, semicolon or tab; ids as in
    JSON are further columns."""
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
        if not _fits(header):
            raise BadLevels([f"line 1: {_COLUMNS}"])
        for row in rows:
            at = f"line {rows.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                reading.lines.append(f"{at}: has {len(row)} columns, not {len(header)}")
                continue
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            reading.add(cells, at, f"{at}, ")
    except csv.Error as error:
        raise BadLevels([f"line {rows.line_num}: {error}"]) from None
    return reading.levels()


class _Reading:
    """Levels and faults, as they are met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._levels: list[Level] = []
        self._places: dict[StockTarget, str] = {}

    def add(self, row: Mapping[str, Any], at: str, before: str) -> None:
        """One row; `at` is where it stands, `before` where a cell's name does."""
        if (target := self._target(row, before)) is None:
            return
        if (earlier := self._places.setdefault(target, at)) != at:
            cell = "sku" if target.sku else "product_id"
            self.lines.append(f"{before}{cell}: {_shown(row[cell])} stands in {earlier} already")
        elif why := _fault(row["quantity"]):
            self.lines.append(f"{before}quantity: {_shown(row['quantity'])} {why}")
        else:
            self._levels.append(Level(target, parse_decimal(row["quantity"])))

    def _target(self, row: Mapping[str, Any], before: str) -> StockTarget | None:
        """Whose level it is; None where a name is none, which is told."""
        named = {name: row[name] for name in ("sku", *_IDS) if name in row}
        # In a table a cell may be empty, as long as another one names the product.
        said = {name: value for name, value in named.items() if value != "" or name == "sku"}
        if said.get("sku") == "" and "product_id" in said:
            del said["sku"]
        bad = [name for name, value in said.items() if not _names(value)]
        for name in bad:
            what = "SKU" if name == "sku" else "id"
            self.lines.append(
                f"{before}{name}: {_shown(said[name])} is no {what}: text of 1 to {_LONGEST} "
                "characters"
            )
        if not bad and not {"sku", "product_id"} & said.keys():
            self.lines.append(f"{before}product_id: names no product, and no SKU does")
            return None
        return None if bad else StockTarget(**{"sku": "", **said})

    def levels(self) -> list[Level]:
        """All of them; BadLevels where a single one is bad."""
        if self.lines:
            raise BadLevels(self.lines)
        return self._levels


def _fits(names: Iterable[str]) -> bool:
    """Whether a row names a product and a quantity, and nothing else."""
    found = list(names)
    known = {"sku", "quantity", *_IDS}
    once = len(set(found)) == len(found) and known.issuperset(found)
    return once and "quantity" in found and ("sku" in found or "product_id" in found)


def _names(value: object) -> bool:
    good = isinstance(value, str) and 0 < len(value) <= _LONGEST and is_storable(value)
    return good and bool(str(value).strip())


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
