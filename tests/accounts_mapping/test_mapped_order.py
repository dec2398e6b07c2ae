"""What the rules say of one order: every answer with its source, asked once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import accounts_mapping
from accounting.contacts.directory import Contacts
from accounting.plan.plan import plan_order
from accounting.sale.build import build_order
from accounting.sale.built import READY
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import NotPosted, Resolution, Unmapped
from stores.canonical.order import Order, Payment
from tests.accounting.orders import (
    D,
    books,
    discounted,
    line,
    mapped,
    order,
    organisation,
    row,
    shipping,
)
from tests.accounting.sale.test_refund_documents import METHODS, back, refunded

PACKAGE = str(Path(accounts_mapping.__file__).parent)


def answers(made: Order, rules: Mapping[str, Any] | None = None, **xero: Any) -> MappedOrder:
    return mapped(books(rules, organisation(**xero)), made)


def test_a_rule_goes_over_the_store_and_is_named_as_the_source() -> None:
    rules = {
        "posting": {"status": "SUBMITTED", "due_days": 7, "reference": "No. {order_number}"},
        "rules": [
            {"when": {"country": "NZ"}, "hold": "never", "approve": False, "due_days": 1},
            {"when": {"country": "AU"}, "contact": "< >"},
            {"when": {"sku": "SHIRT"}, "hold": "Ask Ana", "approve": True, "contact": "Desk"},
            {"when": {"country": "AU"}, "hold": "later", "due_days": 14, "contact": "Receivables"},
        ],
    }
    found = answers(order(), rules)
    assert found.hold == Resolution("Ask Ana", "rules[2].hold")
    assert found.status == Resolution("AUTHORISED", "rules[2].approve")
    assert (found.terms.due, found.terms.source) == (14, "rules[3].due_days")
    assert found.reference == Resolution("No. 1001", "posting.reference")
    assert found.naming.rule == Resolution("Desk", "rules[2].contact")
    assert found.naming.source == "rules[2].contact"


def test_without_a_rule_the_stores_own_settings_answer() -> None:
    found = answers(order(), {"posting": {"status": "DRAFT", "due_days": 7}})
    assert found.hold is None
    assert found.status == Resolution("DRAFT", "posting.status")
    assert (found.terms.due, found.terms.source) == (7, "posting.due_days")
    assert (found.naming.rule, found.naming.ruled) == (None, False)
    assert (found.naming.name, found.naming.source) == ("Jane Doe", "contacts.strategy")


def test_a_rule_whose_name_comes_to_nothing_still_asks_for_a_contact_of_its_own() -> None:
    found = answers(order(), {"rules": [{"when": {"country": "AU"}, "contact": "{company}"}]})
    assert (found.naming.rule, found.naming.ruled) == (None, True)
    assert found.naming.source == "contacts.strategy"


def test_every_method_has_its_answer_in_the_currencies_of_the_order() -> None:
    rules = {"payment_accounts": {"card": {"AUD": "971"}, "cash": "none"}}
    made = order(
        currency="NZD", payments=(Payment("card", D("60.00")), Payment("cash", D("50.00")))
    )
    found = answers(made, rules)
    assert found.methods["card", "AUD"] == Resolution("971", "payment_accounts.card.AUD")
    assert found.methods["cash", "NZD"] == NotPosted("payment_accounts.cash")
    assert found.methods["checkmo", "AUD"] == Resolution("970", "payment_accounts.checkmo")
    missing = found.methods["card", "NZD"]
    assert isinstance(missing, Unmapped)
    assert (missing.code, missing.field) == ("payment_method_unmapped", "payment_accounts.card.NZD")


def test_a_theme_that_xero_lacks_is_a_value_until_an_invoice_needs_it() -> None:
    rules = {"posting": {"branding_theme": "Plain"}}
    lacking = answers(order(), rules, branding_themes={"Fancy": "t-1"})
    assert isinstance(lacking.theme, Unmapped)
    assert (lacking.theme.code, lacking.theme.field) == (
        "branding_theme_unknown", "posting.branding_theme",
    )  # fmt: skip
    by_name = answers(order(), rules, branding_themes={"Plain": "t-2"})
    assert by_name.theme == Resolution("t-2", "posting.branding_theme")


def test_what_was_built_carries_what_it_was_built_from() -> None:
    skipped = build_order(books(), order(status="pending", state="new"), Contacts())
    held = build_order(books({"rules": [{"when": {"country": "AU"}, "hold": "no"}]}), order(),
                       Contacts())  # fmt: skip
    ready = build_order(books(), order(), Contacts())
    for built in (skipped, held, ready):
        assert built.mapped is not None
        assert built.mapped.order == order(status=built.mapped.order.status,
                                           state=built.mapped.order.state)  # fmt: skip


RULES: dict[str, Any] = {
    "rules": [
        {"when": {"country": "AU"}, "tracking": {"Region": "{state}"}, "due_days": 7},
        {"when": {"sku": "MUG"}, "account": "201"},
    ],
    "tracking": {"Shop": "Web"},
    "total_rows": {"surcharge": {"account": "260"}, "giftcardaccount": "gift_card"},
    "gift_cards": {"unknown": "liability"},
}
SALE = order(
    discounted("100.00", "10.00"),
    line("20.00", id="2", sku="MUG", name="Mug"),
    shipping("9.00"),
    rows=(row("surcharge", "5.00", tax="0.50"), row("giftcardaccount", "-10.00")),
)


def questions(work: Callable[[], object]) -> list[str]:
    """The functions of the mapping that others call while `work` is done."""
    asked: list[str] = []

    def seen(frame: FrameType, event: str, _argument: object) -> None:
        caller = frame.f_back
        if event != "call" or caller is None or _of_mapping(caller) or not _of_mapping(frame):
            return
        if "." not in frame.f_code.co_qualname:  # what belongs to a value is no question
            asked.append(frame.f_code.co_name)

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return asked


def _of_mapping(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PACKAGE)


def test_the_rules_are_asked_once_while_an_order_is_built_and_planned() -> None:
    setting = books(RULES)
    made = []

    def build_and_plan() -> None:
        built = build_order(setting, SALE, Contacts())
        made.append((built, plan_order(setting, SALE, built)))

    asked = questions(build_and_plan)
    ((built, plan),) = made
    assert built.status == READY
    assert len(plan.documents) == 3
    assert asked == ["map_order"]


def test_of_what_a_refund_gave_back_the_rules_are_asked_once_more() -> None:
    setting = books(METHODS)
    made = refunded(back("22.00"))

    def build_and_plan() -> None:
        assert len(plan_order(setting, made, build_order(setting, made, Contacts())).documents) == 4

    assert questions(build_and_plan) == ["map_order", "map_returned"]
