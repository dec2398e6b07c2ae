"""Whatever stands in a field: an order is read, or refused by the field. Nothing else happens."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.opencart.records.parse import parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.opencart.opencart_records import PLACES, Shop, opencart_order, returned

ODD = [None, "", [], "x", "-1", "1e999", Decimal("NaN"), ["x", None]]
MONEY = {
    "order_product": ("price", "quantity", "total", "tax"),
    "order_total": ("value",),
    "order_voucher": ("amount",),
    "return": ("quantity",),
}


def whole() -> dict[str, Any]:
    """An order with something of everything."""
    record = opencart_order(
        [("100", 2, "eco"), ("50", 1, "taxed")], coupon=("10", "P"), vouchers=[("V", "25")],
        voucher=("Z", "3"), credit="5", fees={"handling": ("2", "taxed")},
        shop=Shop(places={**PLACES, "handling": 4}), currency=("EUR", "0.78460002"),
    )  # fmt: skip
    return returned(record, (1, 1, "1")) | {
        "x_custom_fields": [{"name": "VAT", "value": "GB123", "location": "account"}],
        "x_vouchers_redeemed": [{"code": "Z", "amount": "3", "voucher_order_id": "1"}],
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*path, key)
        if isinstance(one, dict | list):
            yield from places(one, (*path, key))


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    record = copy.deepcopy(whole())
    at: Any = record
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return record


def test_every_field_may_hold_anything() -> None:
    facts = ParseFacts(base_currency="GBP")
    assert isinstance(parse_order(whole(), facts), Order)
    unnamed = []
    for path in places(whole()):
        for value in ODD:
            try:
                parse_order(changed(path, value), facts)
            except ParseError as error:
                unnamed += [] if error.field else [(path, value)]
    assert unnamed == []


@pytest.mark.parametrize("odd", ["x", "12,50", "", Decimal("NaN"), True, None])
@pytest.mark.parametrize(
    ("table", "column"), [(t, c) for t, columns in MONEY.items() for c in columns]
)
def test_an_amount_that_is_none_is_refused_where_it_stands(
    table: str, column: str, odd: object
) -> None:
    if column == "tax" and odd is None:
        pytest.skip("the tax of a piece may be unstated")
    for row in range(len(whole()[table])):
        with pytest.raises(ParseError) as refused:
            parse_order(changed((table, row, column), odd), ParseFacts(base_currency="GBP"))
        assert refused.value.field == f"{table}[{row}].{column}"
