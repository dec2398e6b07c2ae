"""Real answers of Magento shops, kept outside the repository.

`CAPTURED_ORDERS` names the folder that holds them in `magento/`; without it these are skipped.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from stores.adapters.magento.records.forms import documents_of
from stores.adapters.magento.records.parse import parse_creditmemo, parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.magento.magento_records import Json, charged

FOLDER = os.environ.get("CAPTURED_ORDERS", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="CAPTURED_ORDERS does not name the folder of captured answers"
)
D = Decimal


def load(name: str) -> Json:
    path = Path(FOLDER) / "magento" / name
    return json.loads(path.read_text(), parse_float=Decimal)


def whole_orders() -> list[tuple[str, Json]]:
    """Every captured answer that is a whole order (others are parts, invoices, events)."""
    folder = Path(FOLDER or ".") / "magento"
    found = []
    for path in sorted(folder.glob("*order*.json")):
        raw = json.loads(path.read_text(), parse_float=Decimal)
        if isinstance(raw, dict) and {"increment_id", "payment", "subtotal"} <= raw.keys():
            found.append((path.name, raw))
    return found


def read(name: str) -> Order:
    return parse_order(load(name), ParseFacts())


def test_all_captured_orders_are_there() -> None:
    assert len(whole_orders()) == 21


@pytest.mark.parametrize(
    "record", [pytest.param(record, id=name) for name, record in whole_orders()]
)
def test_the_lines_of_a_real_order_sum_to_its_total(record: Json) -> None:
    [document] = documents_of(record)

    parsed = parse_order(document, ParseFacts())

    assert charged(parsed) == parsed.total
    assert parsed.rows == ()


# net, tax, full net, full gross, worked by hand from the shop's figures
BY_HAND = {
    # SHIRT 3 × 29.99 = 89.97 less 10.41; MUG 2 × 7.33 = 14.66 less 1.70; 25.00 less 2.89
    "m2_live_order_gb_fixed15_shipdisc_partialrefund.json": [
        ("79.56", "15.91", "89.97", None),
        ("12.96", "2.59", "14.66", None),
        ("22.11", "4.43", "25", "30"),
    ],
    # MUG 4 × 7.33 = 29.32 less 9.77; BAG 2 × 84.95 = 169.90 less 56.63; 10.00 less 3.33
    "m2_live_order_incl_bundle_third.json": [
        ("16.29", "3.26", "24.43", "29.32"),
        ("94.39", "18.88", "141.59", "169.90"),
        ("5.56", "1.11", "8.33", "10"),
    ],
    # 27.63 less 9.21; 6.75 less 2.25; 9.21 less 3.07 EUR
    "m2_live_order_incl_eur_third.json": [
        ("15.35", "3.07", "23.02", "27.63"),
        ("3.75", "0.75", "5.63", "6.75"),
        ("5.12", "1.02", "7.67", "9.21"),
    ],
    "m2_live_order_configurable.json": [
        ("39.90", "7.98", "39.90", "47.88"),
        ("19.95", "3.99", "19.95", "23.94"),
        ("15", "3", "15", "18"),
    ],
    # all of it free: 44.00 and 5.00 of shipping
    "m2_oca_import_sale_order_17_0_orders-17.json": [
        ("0", "0", "44", "44"),
        ("0", "0", "5", "5"),
    ],
    "m2_oca_import_sale_order_11_0_orders-11.json": [
        ("55.20", "4.55", "69", None),
        ("179.20", "14.79", "224", None),
    ],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_each_line_of_a_real_order_is_what_was_charged(name: str) -> None:
    expected = [
        tuple(None if figure is None else D(figure) for figure in line) for line in BY_HAND[name]
    ]

    lines = read(name).lines

    assert [(line.net, line.tax, line.full_net, line.full_gross) for line in lines] == expected


@pytest.mark.parametrize(
    ("name", "inclusive"),
    [
        ("m2_live_order_incl_gb.json", True),
        ("m2_live_order_incl_bundle_third.json", True),
        ("m2_live_order_gb_vat_excl.json", False),
        ("m2_live_order_virtual.json", None),
    ],
)
def test_the_basis_of_real_prices(name: str, inclusive: bool | None) -> None:
    assert read(name).prices_include_tax is inclusive


def test_a_real_order_in_euro_keeps_its_recorded_rate() -> None:
    parsed = read("m2_live_order_incl_eur_third.json")

    assert (parsed.currency, parsed.base_currency, parsed.rate) == ("EUR", "USD", D("0.9213"))
    assert (parsed.total, parsed.base_total, parsed.refunded) == (
        D("29.06"),
        D("31.55"),
        D("20.57"),
    )
    assert (parsed.received, parsed.outstanding) == (D("29.06"), D(0))


def test_a_real_edited_order_names_both_numbers() -> None:
    old = read("m2_oca_import_sale_order_10_2_orders-9.json")
    new = read("m2_oca_import_sale_order_10_0_orders-10.json")

    assert (old.number, old.replaced_by) == ("000000013", "000000013-1")
    assert (new.number, new.replaces) == ("000000013-1", "000000013")


def test_a_real_refund_in_euro_with_a_fee_kept() -> None:
    memo = load("m2_live_creditmemo_3000000001_incl_eur_third.json")
    order = load("m2_live_order_incl_eur_third.json")

    refund = parse_creditmemo({"creditmemo": memo, "order": order}, ParseFacts())

    assert (refund.total, refund.adjustment, refund.tax) == (D("20.5686"), D("-2.76"), D("3.82"))
    assert [(line.net, line.tax, line.rate) for line in refund.lines] == [
        (D("15.35"), D("3.07"), D(20)),
        (D("3.75"), D("0.75"), D(20)),
    ]


def test_a_real_full_refund_without_tax_needs_no_order() -> None:
    memo = load("m2_live_creditmemo_000000001_ny_no_tax_fullrefund.json")

    refund = parse_creditmemo(memo, ParseFacts())

    assert (refund.total, refund.shipping_net) == (D("89.95"), D(5))
    assert [(line.net, line.rate) for line in refund.lines] == [(D("84.95"), D(0))]


def test_an_order_of_which_only_a_part_was_sent_is_refused() -> None:
    with pytest.raises(ParseError):
        read("m2_oca_test_sale_order_cancel_export_1_orders.json")
