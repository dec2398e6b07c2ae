"""Magento's order JSON in canonical form: what is read, and what is refused by name."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.adapters.magento.records.forms import documents_of, identify
from stores.adapters.magento.records.parse import parse_creditmemo, parse_order
from stores.canonical.order import LineKind, Order, PartKeys
from stores.canonical.records import ParseError, ParseFacts, RecordRef, Stream
from tests.stores.magento.magento_records import (
    address,
    changed,
    charged,
    creditmemo,
    invoice,
    item,
    order,
)

FACTS = ParseFacts()
D = Decimal


def parse(**changes: Any) -> Order:
    return parse_order(order(**changes), FACTS)


BAD = [
    ("grand_total", ..., "grand_total", "missing"),
    ("grand_total", None, "grand_total", "missing"),
    ("grand_total", "", "grand_total", "bad_number"),
    ("grand_total", "N/A", "grand_total", "bad_number"),
    ("grand_total", Decimal("NaN"), "grand_total", "bad_number"),
    ("grand_total", True, "grand_total", "bad_number"),
    ("grand_total", 24.0, "grand_total", "bad_number"),
    ("subtotal", None, "subtotal", "missing"),
    ("subtotal", 21, "subtotal", "lines_differ"),
    ("tax_amount", "4,00", "tax_amount", "bad_number"),
    ("tax_amount", 5, "tax_amount", "lines_differ"),
    ("discount_amount", -3, "discount_amount", "lines_differ"),
    ("discount_amount", "", "discount_amount", "bad_number"),
    ("shipping_amount", ..., "shipping_amount", "missing"),
    ("shipping_amount", "free", "shipping_amount", "bad_number"),
    ("shipping_tax_amount", 1, "shipping_tax_amount", "tax_without_rate"),
    ("total_paid", "N/A", "total_paid", "bad_number"),
    ("order_currency_code", "EURO", "order_currency_code", "unknown_currency"),
    ("order_currency_code", ..., "order_currency_code", "missing"),
    ("base_currency_code", "eur", "base_currency_code", "unknown_currency"),
    ("created_at", "yesterday", "created_at", "bad_date"),
    ("created_at", "0000-00-00 00:00:00", "created_at", "bad_date"),
    ("created_at", "2026-02-30 00:00:00", "created_at", "bad_date"),
    ("updated_at", ..., "updated_at", "missing"),
    ("entity_id", ..., "entity_id", "missing"),
    ("increment_id", " ", "increment_id", "missing"),
    ("items", None, "items", "missing"),
    ("items", ..., "items", "missing"),
    ("items", "two mugs", "items", "bad_list"),
    ("items", ["mug"], "items[0]", "bad_object"),
    ("items[0].item_id", ..., "items[0].item_id", "missing"),
    ("items[0].price", ..., "items[0].price", "missing"),
    ("items[0].price", "", "items[0].price", "bad_number"),
    ("items[0].price", "N/A", "items[0].price", "bad_number"),
    ("items[0].price", "12,50", "items[0].price", "bad_number"),
    ("items[0].row_total", None, "items[0].row_total", "missing"),
    ("items[0].tax_amount", ..., "items[0].tax_amount", "missing"),
    ("items[0].discount_amount", "10%", "items[0].discount_amount", "bad_number"),
    ("items[0].tax_percent", ..., "items[0].tax_amount", "tax_without_rate"),
    ("items[0].tax_percent", 0, "items[0].tax_amount", "tax_without_rate"),
    ("items[0].qty_ordered", ..., "items[0].qty_ordered", "missing"),
    ("items[0].qty_ordered", -1, "items[0].qty_ordered", "negative_quantity"),
    ("items[0].qty_ordered", 0, "items[0].qty_ordered", "zero_quantity"),
    ("items[0].parent_item_id", 99, "items[0].parent_item_id", "no_parent"),
    ("items[0].weee_tax_applied", "[oops", "items[0].weee_tax_applied", "bad_object"),
    ("payment", "cash", "payment", "bad_object"),
    ("status_histories", {"status": "new"}, "status_histories", "bad_list"),
]


@pytest.mark.parametrize(("path", "value", "field", "code"), BAD)
def test_what_cannot_be_read_for_certain_is_refused_by_its_path(
    path: str, value: Any, field: str, code: str
) -> None:
    with pytest.raises(ParseError) as refused:
        parse_order(changed(order(), path, value), FACTS)

    assert (refused.value.field, refused.value.code) == (field, code)
    assert field in str(refused.value)


def test_in_a_record_with_documents_the_path_starts_at_the_order() -> None:
    record = {"order": changed(order(), "items[0].price", "N/A"), "invoices": [invoice()]}

    with pytest.raises(ParseError) as refused:
        parse_order(record, FACTS)

    assert refused.value.field == "order.items[0].price"
    assert refused.value.value == "N/A"


def test_a_plain_order_is_read_in_full() -> None:
    parsed = parse(customer_note="Ring twice", coupon_code="SPRING")

    assert (parsed.id, parsed.number, parsed.state, parsed.status) == (
        "7",
        "000000007",
        "new",
        "pending",
    )
    assert (parsed.total, parsed.tax, parsed.currency, parsed.rate) == (D(24), D(4), "EUR", None)
    assert parsed.placed_at == datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    assert (parsed.website, parsed.store_group, parsed.store_view) == (
        "Main Website",
        "Main Store",
        "English",
    )
    assert (parsed.note, parsed.coupon) == ("Ring twice", "SPRING")
    assert parsed.billing.lines == ("Rua Augusta 1", "2 Esq")
    assert parsed.shipping is not None
    assert parsed.shipping.city == "Porto"
    assert parsed.payment_title == "Bank transfer"
    [line] = parsed.lines
    assert (line.id, line.kind, line.quantity, line.path) == ("1", LineKind.GOODS, D(2), "items[0]")
    assert (line.net, line.tax, line.rate) == (D(20), D(4), D(20))
    assert (line.full_net, line.full_gross) == (D(20), D(24))


def test_an_order_knows_what_its_store_view_belongs_to() -> None:
    keys = PartKeys(("1", "base"), ("1", "main"), ("1", "en"))
    facts = ParseFacts(parts={"1": keys, "2": PartKeys()})

    assert parse_order(order(store_id=1), facts).parts == keys
    assert parse_order(order(store_id=9), facts).parts == PartKeys()


@pytest.mark.parametrize("name", ["A\nB\nC", "A\r\nB\r\nC", "A\\nB\\nC"])
def test_store_names_are_split_at_any_line_break(name: str) -> None:
    parsed = parse(store_name=name)

    assert (parsed.website, parsed.store_group, parsed.store_view) == ("A", "B", "C")


def test_a_date_without_an_offset_is_a_time_of_the_shops_zone() -> None:
    parsed = parse_order(order(), ParseFacts(shop_timezone="Europe/Lisbon"))

    assert parsed.updated_at == datetime(2026, 11, 3, 8, tzinfo=UTC)
    summer = parse_order(
        order(created_at="2026-07-01 08:00:00"), ParseFacts(shop_timezone="Europe/Lisbon")
    )
    assert summer.placed_at == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_facts_add_what_the_order_lacks() -> None:
    facts = ParseFacts(
        products={"MUG": {"category": "Kitchen", "tax_class": 2}},
        customer_groups={"3": "Wholesale"},
    )

    parsed = parse_order(order(customer_group_id=3), facts)

    assert (parsed.lines[0].category, parsed.lines[0].tax_class) == ("Kitchen", "2")
    assert parsed.customer.group == "Wholesale"


# --- currencies ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "rate", "expected"),
    [
        ("USD", D("0.9213"), D("0.9213")),
        ("USD", 0, None),
        ("USD", None, None),
        ("EUR", D("1.1"), None),
        ("EUR", 1, None),
    ],
)
def test_the_rate_is_the_recorded_one_of_a_foreign_order(
    base: str, rate: Any, expected: Decimal | None
) -> None:
    assert parse(base_currency_code=base, base_to_order_rate=rate).rate == expected


# --- parents and children -----------------------------------------------------------------


def test_the_child_of_a_configurable_adds_nothing() -> None:
    child = {"item_id": 2, "parent_item_id": 1, "qty_ordered": 2, "price": 10, "row_total": 0}

    parsed = parse(items=[item(product_type="configurable"), child])

    assert [line.id for line in parsed.lines] == ["1"]


def test_a_fixed_bundle_is_its_parent() -> None:
    child = {"item_id": 2, "parent_item_id": 1, "price": 0, "row_total": 0, "tax_amount": 0}

    parsed = parse(items=[item(product_type="bundle"), child, child | {"item_id": 3}])

    assert [line.id for line in parsed.lines] == ["1"]


def test_a_dynamic_bundle_is_its_children_also_when_it_is_free() -> None:
    parent = item(1, product_type="bundle", price=20, row_total=20, tax_amount=0)
    del parent["tax_percent"]
    free = {"row_total": 0, "row_total_incl_tax": 0, "tax_amount": 0, "discount_amount": 10}
    children = [item(n, parent_item={"item_id": 1}, qty_ordered=1, **free) for n in (2, 3)]

    parsed = parse(
        items=[parent, *children], grand_total=0, tax_amount=0, discount_amount=-20, total_due=0
    )

    assert [(line.id, line.net, line.full_net, line.rate) for line in parsed.lines] == [
        ("2", D(0), D(10), D(20)),
        ("3", D(0), D(10), D(20)),
    ]


def test_a_parent_that_stands_only_inside_its_child_is_not_lost() -> None:
    child = {"item_id": 2, "price": 0, "row_total": 0, "tax_amount": 0}

    parsed = parse(items=[child | {"parent_item": item(1, product_type="configurable")}])

    assert [(line.id, line.path) for line in parsed.lines] == [("1", "items[0].parent_item")]


# --- money received -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "due", "total", "received"),
    [
        (24, 0, 24, D(24)),
        (10, 14, 24, D(10)),
        (0, 24, 24, D(0)),
        (..., 24, 24, D(0)),
        (..., 10, 24, None),
        (..., ..., 24, None),
    ],
)
def test_received_is_what_the_shop_states(
    paid: Any, due: Any, total: int, received: Decimal | None
) -> None:
    record = order(grand_total=total, total_due=None if due is ... else due)
    record = record if paid is ... else record | {"total_paid": paid}

    parsed = parse_order(record, FACTS)

    assert parsed.received == received
    assert [payment.amount for payment in parsed.payments] == ([received] if received else [])


def test_one_invoice_dates_the_payment_and_names_its_transaction() -> None:
    paid = order(total_paid=24, total_due=0)
    paid["payment"]["last_trans_id"] = "ch_1-refund"

    [payment] = parse_order({"order": paid, "invoices": [invoice()]}, FACTS).payments

    assert (payment.reference, payment.amount) == ("ch_1", D(24))
    assert payment.received_at == datetime(2026, 11, 3, 7, 59, tzinfo=UTC)
    assert payment.path == "order.payment"


def test_several_paid_invoices_are_as_many_payments_if_they_add_up() -> None:
    paid = order(total_paid=24, total_due=0)
    parts = {
        "items": [
            invoice(2, grand_total=14, transaction_id="b", created_at="2026-11-04 00:00:00"),
            invoice(1, grand_total=10, transaction_id="a"),
            invoice(3, grand_total=99, state=1),
        ]
    }

    two = parse_order({"order": paid, "invoices": parts}, FACTS).payments
    parts["items"][0]["grand_total"] = 13
    one = parse_order({"order": paid, "invoices": parts}, FACTS).payments

    assert [(p.amount, p.reference, p.path) for p in two] == [
        (D(10), "a", "invoices.items[1]"),
        (D(14), "b", "invoices.items[0]"),
    ]
    assert [p.amount for p in one] == [D(24)]


def test_authorised_only_is_no_payment() -> None:
    parsed = parse(payment={"method": "stripe", "amount_authorized": 24, "last_trans_id": "auth"})

    assert parsed.payments == ()
    assert parsed.transaction_id == "auth"


# --- the buyer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("billing", "tax", "accepted"),
    [
        ({"vat_id": "PT1", "vat_is_valid": 1}, 4, "PT1"),
        ({"vat_id": "PT1", "vat_is_valid": 0}, 0, ""),
        ({"vat_id": "PT1"}, 4, ""),
        ({"vat_id": "PT1"}, 0, "PT1"),
        ({}, 0, ""),
    ],
)
def test_a_tax_number_counts_when_the_shop_accepted_it(
    billing: dict[str, Any], tax: int, accepted: str
) -> None:
    line = item(tax_amount=tax, tax_percent=20 if tax else 0, row_total_incl_tax=20 + tax)

    parsed = parse(
        items=[line], tax_amount=tax, grand_total=20 + tax, billing_address=address(**billing)
    )

    assert parsed.customer.tax_number == accepted
    assert parsed.billing.tax_number == billing.get("vat_id", "")


def test_a_guest_has_no_id_and_the_names_of_the_bill() -> None:
    guest = parse(customer_id=5, customer_firstname=None, customer_lastname=None)
    known = parse(customer_id=5, customer_is_guest=0)

    assert (guest.customer.id, guest.customer.first_name) == ("", "Ines")
    assert known.customer.id == "5"


def test_an_order_without_delivery_has_no_shipping_address_and_needs_no_amount() -> None:
    virtual = order(is_virtual=1, extension_attributes={})
    del virtual["shipping_amount"]

    parsed = parse_order(virtual, FACTS)

    assert parsed.shipping is None
    assert (parsed.country, len(parsed.lines)) == ("PT", 1)


# --- its history --------------------------------------------------------------------------


def test_history_is_oldest_first_without_bare_comments() -> None:
    histories = [
        {"status": "processing", "created_at": "2026-11-03 08:00:00", "entity_id": 2},
        {"comment": "hello", "status": None, "created_at": "2026-11-03 07:00:00"},
        {"status": "pending", "created_at": "2026-11-02 23:30:00", "entity_id": 1},
    ]

    parsed = parse(status_histories=histories)

    assert [change.status for change in parsed.history] == ["pending", "processing"]


def test_an_edited_order_points_both_ways() -> None:
    later = parse(increment_id="7-1", original_increment_id="7", relation_parent_real_id="7")
    first = parse(original_increment_id="000000007", relation_child_real_id="7-1")

    assert (later.replaces, later.replaced_by) == ("7", "")
    assert (first.replaces, first.replaced_by) == ("", "7-1")


def test_shipments_date_the_delivery() -> None:
    sent = [{"created_at": "2026-11-05 10:00:00"}, {"created_at": "2026-11-04 10:00:00"}]

    parsed = parse_order({"order": order(), "shipments": sent}, FACTS)

    assert parsed.shipped_at == datetime(2026, 11, 4, 10, tzinfo=UTC)


# --- refunds ------------------------------------------------------------------------------


def test_credit_memos_beside_the_order_are_its_refunds_with_its_rates() -> None:
    memos = [creditmemo(), creditmemo(4, state=3), creditmemo(5, state=1)]

    parsed = parse_order({"order": order(total_refunded=24), "creditmemos": memos}, FACTS)

    [refund] = parsed.refunds
    assert (refund.id, refund.total, parsed.refunded) == ("3", D(24), D(24))
    [line] = refund.lines
    assert (line.order_line_id, line.net, line.tax, line.rate) == ("1", D(20), D(4), D(20))


def test_totals_of_a_refund_keep_their_four_decimals() -> None:
    memo = creditmemo(grand_total=D("23.1779"), discount_amount=D("-0.8221"))

    assert parse_creditmemo({"creditmemo": memo, "order": order()}, FACTS).total == D("23.1779")


def test_a_taxed_credit_memo_alone_does_not_tell_its_rate() -> None:
    with pytest.raises(ParseError) as refused:
        parse_creditmemo(creditmemo(), FACTS)

    assert (refused.value.field, refused.value.code) == ("items[0].tax_amount", "tax_without_rate")


def test_goodwill_alone_is_an_adjustment() -> None:
    memo = creditmemo(items=[], subtotal=0, tax_amount=0, grand_total=8)
    memo |= {"adjustment_positive": 10, "adjustment_negative": 2}

    refund = parse_creditmemo(memo, FACTS)

    assert (refund.lines, refund.adjustment, refund.total) == ((), D(8), D(8))


def test_shipping_refunded_is_less_its_share_of_the_discount() -> None:
    memo = creditmemo(shipping_amount=5, shipping_tax_amount=D("0.80"), discount_amount=-1)
    memo |= {"grand_total": D("28.80"), "tax_amount": D("4.80")}

    refund = parse_creditmemo({"creditmemo": memo, "order": order()}, FACTS)

    assert (refund.shipping_net, refund.shipping_tax) == (D(4), D("0.80"))
    lines = sum((line.net + line.tax for line in refund.lines), D(0))
    assert lines + refund.shipping_net + refund.shipping_tax == refund.total


def test_what_of_a_refund_repeats_another_row_is_left_out() -> None:
    rows = creditmemo()["items"]
    child = {"order_item_id": 2, "qty": 2, "name": "Mug", "sku": "MUG"}

    with_child = creditmemo(items=[*rows, child, child | {"row_total": 0}])
    refund = parse_creditmemo({"creditmemo": with_child, "order": order()}, FACTS)

    assert [line.order_line_id for line in refund.lines] == ["1"]


def test_a_cancelled_credit_memo_is_no_refund() -> None:
    with pytest.raises(ParseError) as refused:
        parse_creditmemo(creditmemo(state=3), FACTS)

    assert refused.value.code == "not_refunded"


# --- forms and identity -------------------------------------------------------------------


def test_any_form_of_orders_is_split_into_records() -> None:
    one, wrapped = order(), {"order": order(), "invoices": []}

    assert documents_of(one) == [one]
    assert documents_of(wrapped) == [wrapped]
    assert documents_of([one, wrapped]) == [one, wrapped]
    assert documents_of({"items": [one], "total_count": 1}) == [one]
    assert documents_of({"items": None, "total_count": 0}) == []


@pytest.mark.parametrize(
    ("raw", "field"),
    [("text", ""), ({"message": "No such entity"}, ""), ([order(), 3], "[1]"), (None, "")],
)
def test_something_that_is_no_order_is_refused(raw: object, field: str) -> None:
    with pytest.raises(ParseError) as refused:
        documents_of(raw)

    assert (refused.value.field, refused.value.code) == (field, "not_an_order")


def test_an_unreadable_order_is_still_identified() -> None:
    broken = {"entity_id": 7, "increment_id": "000000007", "updated_at": "2026-11-03 08:00:00"}
    expected = RecordRef(Stream.ORDERS, "7", "2026-11-03T08:00:00+00:00", "000000007")

    assert identify(Stream.ORDERS, {"order": broken, "invoices": "?"}) == expected
    assert identify(Stream.ORDERS, broken) == expected
    assert identify(Stream.ORDERS, {"entity_id": 7, "updated_at": {}}).id == "7"
    assert identify(Stream.REFUNDS, {"creditmemo": creditmemo(), "order": None}).id == "3"


def test_the_sum_of_the_plain_order_is_its_total() -> None:
    assert charged(parse()) == D(24)


# --- whatever comes -----------------------------------------------------------------------


def paths_of(value: Any, path: str = "") -> list[str]:
    """The path of everything inside a record."""
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [(f"{path}.{key}".lstrip("."), one) for key, one in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{n}]", one) for n, one in enumerate(value)]
    return [found for at, one in inner for found in (at, *paths_of(one, at))]


WHOLE = {
    "order": order(total_paid=24, total_due=0, total_refunded=24, store_id=1)
    | {"status_histories": [{"status": "new", "created_at": "2026-11-02 23:30:00"}]}
    | {"items": [item(weee_tax_applied="[]", parent_item_id=None)]},
    "invoices": [invoice()],
    "shipments": {"items": [{"created_at": "2026-11-04 10:00:00"}]},
    "creditmemos": [creditmemo()],
}
WHOLE["order"]["extension_attributes"] |= {
    "item_applied_taxes": [
        {"type": "product", "item_id": 1, "applied_taxes": [{"title": "VAT", "percent": 20}]}
    ],
    "payment_additional_info": [{"key": "method_title", "value": "Card"}],
}
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats()
    | st.decimals()
    | st.text(max_size=12)
    | st.sampled_from(["0001-01-01 00:00:00", "9999-12-31 23:59:59", "[1]", "{}", "NaN", "1e9"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(st.sampled_from(paths_of(WHOLE)), anything)
def test_any_value_anywhere_is_read_or_refused_by_name(path: str, value: Any) -> None:
    record = changed(WHOLE, path, value)

    with contextlib.suppress(ParseError):
        assert parse_order(record, ParseFacts(shop_timezone="Australia/Sydney")).lines
    if path not in ("order", "order.entity_id"):
        assert identify(Stream.ORDERS, record).id == "7"


def test_parsing_needs_neither_django_nor_http() -> None:
    script = (
        "import sys, stores.adapters.magento.records.parse, stores.adapters.magento.records.scrub\n"
        "assert not {'django', 'requests', 'celery'} & sys.modules.keys()"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
