"""Accounts made at a click: once, whoever clicks, and whatever becomes of the answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from connector.lib.errors import OutcomeUnknown, Rejected, Temporary
from sandbox.xero import StandIn
from xero import reference
from xero.accounts import Wanted, make_account
from xero.models import Account, MadeAccount, Organisation

STRIPE = Wanted("873", "Klarna Clearing", "CURRENT", payments=True)
PUT = {"method": "PUT", "path": "Accounts"}


@pytest.fixture
def known(organisation: Organisation) -> Organisation:
    reference.refresh(organisation)
    return organisation


def there(xero: StandIn, code: str = STRIPE.code) -> list[dict]:
    ledger = xero.ledger("Demo Company (AU)")
    return [one for one in ledger["Accounts"] if one.get("Code") == code]


def test_an_account_is_made_and_known_at_once(xero, known):
    made = make_account(known, STRIPE)
    (one,) = there(xero)
    assert one["AccountID"] == made.account_id
    assert made.facts().takes_payments
    assert known.facts().accounts["873"].name == "Klarna Clearing"
    row = MadeAccount.objects.get()
    assert (row.state, row.code, bool(row.correlation_id)) == ("made", "873", True)


def test_what_is_there_is_taken_over_and_nothing_sent(xero, known):
    make_account(known, STRIPE)
    again = make_account(known, STRIPE)
    assert len(there(xero)) == 1
    assert again == Account.objects.get(code="873")
    wanted = Wanted("091", "Stripe Clearing", "BANK")
    assert make_account(known, wanted).type == "BANK"
    assert MadeAccount.objects.get(code="091").state == "found"


def test_a_lost_answer_is_found_by_the_code(xero, known):
    xero.faults({"kind": "lose_answer", "match": PUT})
    assert make_account(known, STRIPE).code == "873"
    assert len(there(xero)) == 1
    assert MadeAccount.objects.get().state == "made"


def test_what_nobody_could_find_out_is_looked_up_by_the_next_click(xero, known):
    xero.faults({"kind": "lose_answer", "match": PUT})
    xero.faults({"kind": "error_before", "match": {"method": "GET", "path": "Accounts", "nth": 2}})
    with pytest.raises(OutcomeUnknown, match="Ask again"):
        make_account(known, STRIPE)
    assert MadeAccount.objects.get().state == "unknown"
    assert make_account(known, STRIPE).code == "873"
    assert len(there(xero)) == 1
    assert MadeAccount.objects.get().state == "made"


def test_where_xero_cannot_be_asked_first_nothing_is_sent(xero, known):
    xero.faults({"kind": "error_before", "match": {"method": "GET", "path": "Accounts"}})
    with pytest.raises(Temporary):
        make_account(known, STRIPE)
    assert there(xero) == []


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("200", "Klarna Clearing", "CURRENT"), Wanted("873", "Sales", "CURRENT"),
        Wanted("206", "Old Sales", "REVENUE"), Wanted("87300000001", "Too long", "CURRENT"),
        Wanted("874", " ", "CURRENT"),
    ],
)  # fmt: skip
def test_a_code_or_a_name_that_is_anothers_is_refused_and_nothing_made(xero, known, wanted):
    before = len(xero.ledger("Demo Company (AU)")["Accounts"])
    with pytest.raises(Rejected):
        make_account(known, wanted)
    assert len(xero.ledger("Demo Company (AU)")["Accounts"]) == before


def test_what_xero_refuses_says_its_words(xero, known):
    with pytest.raises(Rejected, match="Type is not valid"):
        make_account(known, Wanted("874", "Odd", "NOSUCH"))
    row = MadeAccount.objects.get()
    assert row.state == "refused"
    assert "Type is not valid" in row.said


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one(xero, known):
    def click(_: int) -> str:
        try:
            return make_account(known, STRIPE).account_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(click, range(4)))
    assert len(ids) == len(there(xero)) == 1
