"""One order as the shop shows it one time after the other, and what stands in Xero after each.

A case is a JSON file in `<platform>/versions/`: `proves`, `store` and `context` as in
`test_golden.py`, `order` (the first record), `versions` (what is different in each later one) and
`books` (what stands after each, by name). `GOLDEN_WRITE=1` writes `books` anew, to be read with
care before they are committed.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import Stream
from tests.accounting.one_order import OneOrder
from tests.golden.test_golden import FOLDER, books_of

CASES = sorted(FOLDER.glob("*/versions/*.json"))


def seen(case: dict[str, Any], platform: str) -> list[dict[str, str]]:
    """What stands after each version, the reasons of what is held under `held`."""
    books, facts = books_of(case, platform)
    reader, one = registry.reader(platform), OneOrder(books)
    record, found = case["order"], []
    for changes in ({}, *case["versions"]):
        record = record | changes
        order = reader.parse(Stream.ORDERS, record, facts)
        assert isinstance(order, Order)
        stands = dict(one.see(order).books_of)
        if one.reasons:
            stands["reasons"] = ", ".join(reason.code for reason in one.reasons)
        found.append(stands)
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_versions(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    found = seen(case, path.parts[-3])
    if os.environ.get("GOLDEN_WRITE"):
        whole = json.loads(path.read_text(encoding="utf-8")) | {"books": found}
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == case["books"]


def test_each_case_says_what_it_proves() -> None:
    assert CASES
    for path in CASES:
        case = json.loads(path.read_text(encoding="utf-8"))
        assert case["proves"], path.name
        assert len(case["books"]) == 1 + len(case["versions"]), path.name
