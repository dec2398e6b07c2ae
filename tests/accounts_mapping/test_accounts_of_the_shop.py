"""A shop may name the account of a product: it holds unless the configuration names another."""

from __future__ import annotations

from typing import Any

import pytest

from accounts_mapping.rules.products import purchase_account, sales_account
from accounts_mapping.rules.resolve import Resolution
from stores.canonical.product import Product
from tests.accounting.orders import (
    account,
    build,
    codes,
    line,
    lines_of,
    order,
    organisation,
    snapshot,
)

RULE = {"rules": [{"when": {"sku": "SHIRT"}, "account": "230"}]}
OVERRIDE = {"products": [{"sku": "SHIRT", "sales_account": "240", "purchase_account": "340"}]}


@pytest.mark.parametrize(
    ("named", "rules", "expected"),
    [
        ("", {}, "200"),
        ("", RULE, "230"),
        ("210", {}, "210"),
        ("210", RULE, "210"),
        ("210", RULE | OVERRIDE, "240"),
    ],
)
def test_the_account_of_a_line(named: str, rules: dict[str, Any], expected: str) -> None:
    answer = build(order(line("100.00", sales_account=named)), rules)

    assert [one.account for one in lines_of(answer)] == [expected]


@pytest.mark.parametrize(
    ("named", "rules", "expected"),
    [
        (("", ""), {}, ("200", "300")),
        (("210", "310"), {}, ("210", "310")),
        (("210", "310"), RULE, ("210", "310")),
        (("210", "310"), OVERRIDE, ("240", "340")),
    ],
)
def test_the_accounts_of_an_item(
    named: tuple[str, str], rules: dict[str, Any], expected: tuple[str, str]
) -> None:
    product = Product("SHIRT", "Shirt", None, sales_account=named[0], purchase_account=named[1])
    rules = {"accounts": {"purchases": "300"}} | rules

    found = (
        sales_account(snapshot(rules), product),
        purchase_account(snapshot(rules), product, "purchases"),
    )

    assert tuple(one.value for one in found if isinstance(one, Resolution)) == expected


def test_an_account_that_the_shop_names_and_xero_lacks_is_held_by_name() -> None:
    answer = build(order(line("100.00", sales_account="999")), {}, organisation(account("200")))

    assert codes(answer) == ["account_unknown"]
    assert "has no account 999" in answer.reasons[0].message
    assert answer.reasons[0].field == "products"


def test_a_gift_card_is_owed_whatever_account_the_shop_names() -> None:
    card = line("50.00", rate="0", sales_account="210", product_type="giftcard")

    answer = build(order(card))

    assert [one.account for one in lines_of(answer)] == ["835"]
