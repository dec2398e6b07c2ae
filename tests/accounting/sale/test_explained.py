"""How an order is mapped, as a person reads it: every answer beside the place that gave it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from accounting.sale.explained import MEANINGS, About, Explained, Told, explained
from accounts_mapping.rules.schema import ROW_MEANINGS
from stores import registry
from stores.canonical.order import LineKind, Order, Payment, TaxShare
from tests.accounting.orders import (
    D,
    account,
    books,
    discounted,
    line,
    order,
    organisation,
    row,
    shipping,
)
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts, TaxRateFacts

COUPON = {"coupon": "discount"}
CONNECTED = organisation(branding_themes={"Online": "theme-1"})


def told(
    made: Order,
    rules: Mapping[str, Any] | None = None,
    xero: OrganisationFacts = NOT_CONNECTED,
    items: tuple[str, ...] = (),
) -> Explained:
    setting = books(rules, xero, items)
    found = explained(setting, build_order(setting, made, Contacts()))
    assert found is not None
    return found


def said(about: About) -> dict[str, tuple[str, str]]:
    return {one.what: (one.value, one.source) for one in about.answers}


def answer(found: tuple[Told, ...], what: str) -> Told:
    return next(one for one in found if one.what == what)


def test_a_line_has_its_account_tax_type_item_and_tracking_each_with_its_source() -> None:
    rules = {
        "tracking": {"Store": "Web"},
        "products": [{"sku": "MUG", "sales_account": "202"}],
        "rules": [
            {"when": {"sku": "SH*"}, "account": "260", "tracking": {"Store": "Shirts"}},
            {"when": {"sku": "MUG", "total_over": 50}, "item": False, "tax_type": "TAX5"},
        ],
    }
    made = order(line("100.00"), line("10.00", id="2", sku="MUG", name="Mug"), shipping("5.00"))
    shirt, mug, sent = told(made, rules, items=("SHIRT", "MUG")).lines

    assert (shirt.title, shirt.code) == ("Shirt", "SHIRT")
    assert said(shirt) == {
        "Account": ("260", "rules[0].account"),
        "Tax type": ("TAX10", "tax.rules[2]"),
        "Item": ("SHIRT", ""),
        "Tracking Store": ("Shirts", "rules[0].tracking.Store"),
    }
    assert said(mug)["Account"] == ("202", "products[0].sales_account")
    assert said(mug)["Tax type"] == ("TAX5", "rules[1].tax_type")
    assert said(mug)["Item"] == ("None", "rules[1].item")
    assert said(sent)["Account"] == ("202", "accounts.shipping")
    assert "Item" not in said(sent)


def test_each_place_is_told_in_words() -> None:
    rules = {
        "rules": [
            {
                "when": {"sku": ["SH*", "T*"], "total_over": 50, "vat_number": False},
                "account": "260",
            }
        ]
    }
    (shirt,) = told(order(line("100.00")), rules).lines

    assert [one.place for one in shirt.answers] == [
        "Rule 1: sku SH* or T*, total over 50, without a VAT number",
        "Tax rule 3: country *, 10 %",
    ]


def test_rows_of_the_total_say_what_they_mean_and_by_whose_word() -> None:
    made = order(
        line("100.00"),
        rows=(row("fee", "5.00"), row("odd", "1.00"), row("gift_cards_amount", "-20.00")),
    )
    rules = {"total_rows": {"fee": {"account": "260", "tax_type": "TAX10"}}}
    fee, odd, card = told(made, rules, CONNECTED).rows

    assert said(fee) == {
        "Meaning": ("A line of its own", "total_rows.fee"),
        "Account": ("260", "total_rows.fee.account"),
        "Tax type": ("TAX10", "total_rows.fee.tax_type"),
    }
    assert said(odd) == {"Meaning": ("Not mapped", "total_rows.odd")}
    assert "is part of the order's total" in odd.answers[0].wrong
    assert said(card)["Account"] == ("835", "accounts.gift_cards")
    assert card.answers[0].place == "What the platform means by it"


def test_discounts_say_where_they_stand_if_there_are_any() -> None:
    made = order(discounted("100.00", "10.00"))
    apart = answer(told(made, xero=CONNECTED).document, "Discounts")
    folded = answer(told(made, {"posting": {"discounts": "folded"}}).document, "Discounts")
    unmapped = told(made, {"posting": {"discounts": "folded"}, "accounts": {"discounts": None}})
    (coupon,) = told(order(rows=(row("coupon", "-5.00"),)), {"total_rows": COUPON}).rows

    assert (apart.value, apart.source, apart.wrong) == ("205", "accounts.discounts", "")
    assert (folded.value, folded.source) == ("Taken off the goods", "posting.discounts")
    assert [one.wrong for one in unmapped.document if one.wrong] == []
    assert "Discounts" not in {one.what for one in told(order()).document}
    assert said(coupon) == {"Meaning": ("Discount", "total_rows.coupon")}


def test_every_meaning_that_a_row_can_have_has_its_words() -> None:
    of_platforms = {
        meaning for one in registry.profiles().values() for meaning in one.total_rows.values()
    }
    assert of_platforms | set(ROW_MEANINGS) | {"fee"} == set(MEANINGS)


def test_a_tax_that_is_a_line_of_its_own_has_its_account() -> None:
    eco = TaxShare("Eco", None, D("2.00"))
    (bottle,) = told(order(line("100.00", fixed_taxes=(eco,)))).lines

    assert said(bottle)["Eco"] == ("261", "accounts.fixed_tax")


def test_every_method_has_its_account_or_says_that_a_person_enters_it() -> None:
    made = order(
        line("100.00"), payment_method="",
        payments=(Payment("card", D("60.00"), "", "Credit card"), Payment("cash", D("50.00"))),
    )  # fmt: skip
    rules = {"payment_accounts": {"card": {"AUD": "970"}, "cash": "none"}}
    card, cash = told(made, rules, CONNECTED).methods

    assert (card.title, card.code) == ("Credit card", "card")
    assert said(card) == {"Account in AUD": ("970", "payment_accounts.card.AUD")}
    assert said(cash) == {
        "Account in AUD": ("None: a person enters it in Xero", "payment_accounts.cash")
    }
    assert [one.wrong for about in (card, cash) for one in about.answers] == ["", ""]


def test_the_document_has_status_dates_reference_theme_and_contact() -> None:
    rules = {
        "posting": {"due_days": 14, "branding_theme": "Online", "reference": "No. {order_number}"},
        "rules": [{"when": {"country": "AU"}, "approve": False, "contact": "Desk {country}"}],
    }
    found = told(order(), rules, CONNECTED).document

    assert {one.what: (one.value, one.source) for one in found} == {
        "Status": ("DRAFT", "rules[0].approve"),
        "Date": ("2026-03-02", "posting.date"),
        "Due": ("2026-03-16", "posting.due_days"),
        "Reference": ("No. 1001", "posting.reference"),
        "Branding theme": ("Online", "posting.branding_theme"),
        "Contact": ("Desk AU", "rules[0].contact"),
    }


def test_what_is_missing_or_does_not_fit_is_told_beside_the_answer() -> None:
    rules = {"accounts": {"shipping": None, "sales": "299"}, "posting": {"branding_theme": "Odd"}}
    found = told(order(line("100.00"), shipping("5.00")), rules, CONNECTED)
    shirt, sent = found.lines

    assert answer(shirt.answers, "Account").wrong.startswith(
        "Demo Company (AU) has no account 299."
    )
    assert answer(sent.answers, "Account") == Told(
        "Account", "Not mapped", "accounts.shipping",
        wrong="No account is mapped for shipping. Choose one as accounts.shipping.",
    )  # fmt: skip
    assert "has no branding theme Odd" in answer(found.document, "Branding theme").wrong
    assert answer(found.document, "Date").value == ""


def test_a_tax_type_that_the_account_does_not_take_is_wrong_where_xero_is_known() -> None:
    rules = {"rules": [{"when": {"sku": "SHIRT"}, "account": "310"}]}
    sales = TaxRateFacts("TAX10", "Tax on sales", D("10"), "ACTIVE", frozenset({"REVENUE"}))
    xero = organisation(account("310", "EQUITY"), tax_rates={"TAX10": sales})
    (shirt,) = told(order(), rules, xero).lines

    wrong = answer(shirt.answers, "Tax type").wrong
    assert answer(shirt.answers, "Tax type").name == "Tax on sales"
    assert wrong.startswith("Xero does not allow tax type TAX10 with account 310")
    (shirt,) = told(order(), rules).lines
    assert answer(shirt.answers, "Tax type").wrong == ""


def test_holds_are_those_of_rules_and_of_the_build() -> None:
    by_rule = told(order(), {"rules": [{"when": {"country": "AU"}, "hold": "Ask Ana"}]}).holds
    unmapped = told(order(), {"accounts": {"sales": None}}).holds

    assert [(one.what, one.value, one.source) for one in by_rule] == [
        ("Held by a rule", "Ask Ana", "rules[0].hold")
    ]
    assert [(one.what, one.source) for one in unmapped] == [("Waits", "accounts.sales")]
    assert told(order()).holds == ()


def test_an_order_that_is_left_out_is_explained_all_the_same() -> None:
    found = told(order(status="canceled", state="canceled"))

    assert said(found.lines[0])["Account"] == ("200", "accounts.sales")
    assert answer(found.document, "Status").value == "AUTHORISED"


def test_as_json_it_has_no_numbers() -> None:
    found = told(order(line("100.00"), rows=(row("fee", "5.00"),), total=D("115.00")))
    again = json.loads(json.dumps(found.as_json()))

    assert list(again) == ["version", "lines", "rows", "methods", "document", "holds"]
    assert again["version"] == "0"
    assert again["lines"][0]["answers"][0] == {
        "what": "Account", "value": "200", "source": "accounts.sales",
        "place": "Default of the store", "name": "", "wrong": "",
    }  # fmt: skip


def test_goods_without_an_item_in_xero_name_none() -> None:
    (shirt,) = told(order(line("100.00", kind=LineKind.GOODS)), items=("OTHER",)).lines

    assert "Item" not in said(shirt)
