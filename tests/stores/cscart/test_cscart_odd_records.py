"""Rubbish in CS-Cart's records: refused by field and value, or read as if it were not there; never
an exception of another kind, never a figure that the shop did not state."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sandbox.cscart import DemoShop
from sandbox.cscart.api import records
from sandbox.shop.made_up.demand import Plan
from stores.adapters.cscart.adapter import CSCartAdapter
from stores.adapters.cscart.records import forms
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from tests.stores.cscart.cscart_records import A, B, Json, on, order, parsed, product, tax
from tests.stores.magento.magento_records import charged

FACTS = ParseFacts(base_currency="GBP")
GONE = object()
RUBBISH: list[Any] = [
    GONE, "", None, [], {}, False, True, 0, "0", "N/A", "1e400", "NaN", "Infinity", "12,50",
    Decimal("1e30"), "-5", -5, "&amp;lt;", "١٢", 10**40, {"a": 1}, [[1]], ["x"], "  12.00 ", "\0",
    "99999999999999999999", "2026-11-01", "1772452800000", "Y", "p", Decimal("0.001"), "1_0",
    "0x10", "+5", "5.", {"0": {"1": True}}, "\ud800", "GBP", [{"order_id": "1"}],
]  # fmt: skip


def whole_records() -> list[Json]:
    """The orders of the demo shops that have most in them, in both versions and both ways."""
    found: list[Json] = []
    for way in ("unit_price", "subtotal"):
        for version in ("4.3", "4.18"):
            plan = Plan(profile="uk", inclusive=version == "4.3", coupons=0.5)
            shop = DemoShop(
                orders=60, tax_calculation=way, version=version, plan=plan, with_refunds=True
            )
            made = [json.dumps(records.detail(one, shop.version)) for one in shop.orders]
            found += [
                json.loads(text, parse_float=Decimal)
                for text in sorted(made, key=lambda text: (-len(text), text))[:2]
            ]
    return found


def places(value: Any, behind: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a record."""
    inside = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inside = enumerate(value)
    for key, one in inside:
        yield (*behind, key)
        yield from places(one, (*behind, key))


def with_rubbish(record: Json, path: tuple[Any, ...], value: Any) -> Json:
    broken = copy.deepcopy(record)
    inside: Any = broken
    for key in path[:-1]:
        inside = inside[key]
    if value is GONE:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return broken


def looked_at(record: Json) -> Order | ParseError:
    """Everything that is done with a record before it is an order, and the order."""
    CSCartAdapter.scrub(record)
    forms.told(Stream.ORDERS, record)
    forms.settled(Stream.ORDERS, record)
    forms.is_row(Stream.ORDERS, record)
    forms.with_row(Stream.ORDERS, record, {"invoice_id": "7", "credit_memo_id": None})
    CSCartAdapter.whereabouts(record, FACTS)
    try:
        CSCartAdapter.identify(Stream.ORDERS, record)
        read = CSCartAdapter.parse(Stream.ORDERS, record, FACTS)
    except ParseError as error:
        return error
    assert isinstance(read, Order)
    return read


def test_whatever_stands_in_a_field_the_order_is_refused_by_it_or_is_right() -> None:
    dice, seen = random.Random(4), {"refused": 0, "read": 0}
    for record in whole_records():
        before = looked_at(record)
        assert isinstance(before, Order)
        every = list(places(record))
        for _ in range(120):
            path, value = dice.choice(every), dice.choice(RUBBISH)
            read = looked_at(with_rubbish(record, path, value))
            if isinstance(read, ParseError):
                seen["refused"] += 1
                assert str(read), path
                continue
            seen["read"] += 1
            if not read.divided:
                assert abs(charged(read) - read.total) < Decimal("0.005"), (path, value)
                assert read.total == before.total, (path, value)
    assert min(seen.values()) > 100, seen


@pytest.mark.parametrize("status", [[], {}, None, 5, ["C"]])
def test_a_status_that_is_no_letter_ends_no_order(status: object) -> None:
    assert not forms.settled(Stream.ORDERS, {"order_id": "1", "status": status})


def test_two_lines_of_one_item_are_not_taxed_twice() -> None:
    """The key of `products` tells its items apart; a list has nothing but their own word."""
    vat = tax(20, {"P": 20, "S": 0, "items": on(A)})
    twice = {A: product(A, "120.00")[1], B: product(A, "50.00")[1]}
    read = parsed(order("170.00", products=twice, taxes={"6": vat}))

    assert [(line.id, line.tax) for line in read.lines] == [(A, 20), (B, 0)]
    with pytest.raises(ParseError) as refused:
        parsed(order("170.00", products=list(twice.values()), taxes={"6": vat}))
    assert (refused.value.field, refused.value.value) == ("products[1].item_id", A)


def test_an_id_with_blanks_is_the_id_by_which_the_shop_is_asked() -> None:
    record = order(order_id=" 101 ")

    assert parsed(record).id == CSCartAdapter.identify(Stream.ORDERS, record).id == "101"


@pytest.mark.parametrize("documents", [[], {"I": []}, "x", {"a": 1}])
def test_a_document_that_is_none_does_not_keep_the_page_from_being_read(documents: object) -> None:
    """The record is completed with its row, and refused by its field afterwards."""
    record = order(invoice_id=documents)

    whole = forms.with_row(Stream.ORDERS, record, {"invoice_id": "7"})

    assert whole["invoice_id"] in ("7", documents)


def test_letters_of_statuses_are_told_apart_by_their_case() -> None:
    assert [parsed(order(status=one)).status for one in "Pp"] == ["P", "p"]
    assert not forms.settled(Stream.ORDERS, {"status": "c"})


def test_user_groups_may_come_as_a_list() -> None:
    group = {"usergroup_id": "4", "status": "A"}
    for groups in ({"4": group}, [group], [{"usergroup_id": "3", "status": "D"}, group]):
        read = CSCartAdapter.parse(
            Stream.CUSTOMERS, {"user_id": "7", "email": "a@example.com", "usergroups": groups},
            ParseFacts(customer_groups={"4": "Wholesale"}),
        )  # fmt: skip
        assert read.group == "Wholesale"  # type: ignore[union-attr]
