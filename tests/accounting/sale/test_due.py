"""When an invoice is due, by setting, by rule and by a contact's own terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from accounting.contacts.directory import Contacts
from accounting.contacts.persons import email_key
from accounting.sale.build import build_order
from accounting.sale.due_date import due_on
from accounts_mapping.models import dumped
from accounts_mapping.rules.schema import StoreRules
from tests.accounting.orders import books, line, order
from xero.documents.facts import ContactFacts, PaymentTerms

NEXT, AFTER = {"day": 20, "of": "next_month"}, {"days": 14, "from": "end_of_month"}


def _due(setting: object) -> Any:
    return StoreRules.model_validate({"posting": {"due_days": setting}}).posting.due_days


@pytest.mark.parametrize(
    ("setting", "day", "due"),
    [
        (0, date(2026, 3, 2), date(2026, 3, 2)),
        ("30", date(2026, 3, 2), date(2026, 4, 1)),
        (NEXT, date(2026, 3, 2), date(2026, 4, 20)),
        (NEXT, date(2026, 12, 31), date(2027, 1, 20)),
        ({"day": 31, "of": "next_month"}, date(2027, 1, 31), date(2027, 2, 28)),
        (AFTER, date(2026, 3, 2), date(2026, 4, 14)),
        ({"days": 0, "from": "end_of_month"}, date(2028, 2, 1), date(2028, 2, 29)),
        ("contact", date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_the_settings(setting: object, day: date, due: date) -> None:
    assert due_on(_due(setting), day, None) == due


@pytest.mark.parametrize(
    ("kind", "number", "due"),
    [
        ("DAYSAFTERBILLDATE", 14, date(2026, 3, 29)),
        ("DAYSAFTERBILLMONTH", 7, date(2026, 4, 7)),
        ("OFFOLLOWINGMONTH", 20, date(2026, 4, 20)),
        ("OFFOLLOWINGMONTH", 31, date(2026, 4, 30)),
        ("OFCURRENTMONTH", 20, date(2026, 3, 20)),
        ("OFCURRENTMONTH", 5, date(2026, 3, 15)),  # never before the invoice
        ("SOMETHINGNEW", 9, date(2026, 3, 15)),
    ],
)
def test_the_contacts_own_terms(kind: str, number: int, due: date) -> None:
    assert due_on("contact", date(2026, 3, 15), PaymentTerms(number, kind)) == due


@pytest.mark.parametrize(
    "wrong",
    [
        -1, "soon", True, {}, {"day": 0, "of": "next_month"}, {"day": 32, "of": "next_month"},
        {"day": 20}, {"day": 20, "of": "this_month"}, {"days": 14}, {"days": 14, "from": "now"},
        {"day": 20, "of": "next_month", "more": 1}, {"days": 14, "from_": "end_of_month"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("section", ["posting", "rules"])
def test_what_is_no_due_date_is_refused_with_what_it_may_be(section: str, wrong: object) -> None:
    given: dict[str, Any] = {"posting": {"due_days": wrong}}
    if section == "rules":
        given = {"rules": [{"when": {"country": "AU"}, "due_days": wrong}]}
    with pytest.raises(ValidationError, match=r"of: next_month|whole number of days from 0"):
        StoreRules.model_validate(given)


@pytest.mark.parametrize("setting", [0, 30, NEXT, AFTER, "contact"])
def test_it_comes_back_from_the_database_as_it_was(setting: object) -> None:
    rules = StoreRules.model_validate(
        {"posting": {"due_days": setting},
         "rules": [{"when": {"country": "AU"}, "due_days": setting}]}
    )  # fmt: skip
    assert StoreRules.model_validate(dumped(rules)) == rules


def test_an_invoice_takes_the_terms_of_its_contact_and_a_rule_goes_first() -> None:
    sold = order(line("100"))
    known = Contacts()
    email = email_key(sold.customer.email)
    facts = ContactFacts("id-1", "Jane Doe", email, "", "ACTIVE",
                         terms=PaymentTerms(20, "OFFOLLOWINGMONTH"))  # fmt: skip
    known.add(facts)
    setting = books({"posting": {"due_days": "contact"}})
    built = build_order(setting, sold, known)
    assert built.invoice is not None
    assert (built.invoice.date, built.invoice.due_date) == (date(2026, 3, 2), date(2026, 4, 20))
    without = Contacts()
    without.add(replace(facts, terms=None))
    alone = build_order(setting, sold, without).invoice
    assert alone is not None
    assert alone.due_date == date(2026, 3, 2)
    rule = {"when": {"country": "*"}, "due_days": AFTER}
    ruled = build_order(books({"posting": {"due_days": "contact"}, "rules": [rule]}), sold, known)
    assert ruled.invoice is not None
    assert ruled.invoice.due_date == date(2026, 4, 14)
    assert ("DueDate", "rules[0].due_days") in ruled.invoice.sources
