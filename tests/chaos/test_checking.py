"""The account of a run must itself see what is wrong: each mistake in right books is told."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import checking, edited_twice, expecting, faults, logged, shops, verdict

Doc = dict[str, Any]
RULES = expecting.Rules("AU-", {"checkmo": "090"})


def order(number: int = 1, **changes: Any) -> Doc:
    """A paid order of 110.00 with 10.00 tax."""
    return {
        "entity_id": number, "increment_id": f"{number:09d}", "customer_email": "ann@example.com",
        "grand_total": D("110.00"), "tax_amount": D("10.00"), "state": "processing",
        "total_paid": D("110.00"), "payment": {"method": "checkmo"}, "items": [], **changes,
    }  # fmt: skip


MEMO = {"order_id": 1, "grand_total": D("22.00"), "tax_amount": D("2.00"), "items": []}
CONTACT = {"ContactID": "c1", "Name": "Ann", "EmailAddress": "Ann@example.com"}


def books() -> dict[str, list[Doc]]:
    """That order in Xero, paid from 090, with a refund of 22.00 paid back."""
    return {
        "Invoices": [{
            "InvoiceID": "i1", "InvoiceNumber": "AU-000000001", "Status": "PAID",
            "Total": D("110.00"), "TotalTax": D("10.00"), "AmountDue": D("0.00"),
            "Contact": {"ContactID": "c1"},
        }],
        "CreditNotes": [{
            "CreditNoteID": "n1", "CreditNoteNumber": "AU-000000001-R1", "Status": "PAID",
            "Total": D("22.00"), "TotalTax": D("2.00"), "RemainingCredit": D("0.00"),
            "Contact": {"ContactID": "c1"},
        }],
        "Payments": [
            {"PaymentID": "p1", "Status": "AUTHORISED", "Amount": D("110.00"),
             "Account": {"Code": "090"}, "Invoice": {"InvoiceNumber": "AU-000000001"}},
            {"PaymentID": "p2", "Status": "AUTHORISED", "Amount": D("22.00"),
             "Account": {"Code": "090"}, "CreditNote": {"CreditNoteNumber": "AU-000000001-R1"}},
        ],
        "BankTransactions": [], "Overpayments": [], "Contacts": [dict(CONTACT)],
    }  # fmt: skip


def wrong(ledger: dict[str, list[Doc]], *orders: Doc, memos: bool = True) -> list[str]:
    wanted = [
        expecting.expected(one, [MEMO] if memos and one["entity_id"] == 1 else [], RULES)
        for one in orders or (order(),)
    ]
    before = frozenset[str]()
    found = checking.read(ledger, ["AU-", "CO-"], {"000000001": "AU-000000001"}, before)
    emails = [one.email for one in wanted]
    return [
        *checking.compare(found, wanted), *checking.contacts(ledger, emails, before)
    ]  # fmt: skip


def test_right_books_are_right() -> None:
    assert wrong(books()) == []


def twice(kind: str) -> Callable[[dict[str, list[Doc]]], None]:
    return lambda ledger: ledger[kind].append(copy.deepcopy(ledger[kind][0]))


def change(kind: str, at: int = 0, **changes: Any) -> Callable[[dict[str, list[Doc]]], None]:
    return lambda ledger: ledger[kind][at].update(changes)


BANK = {
    "BankTransactionID": "b1", "Type": "RECEIVE-OVERPAYMENT", "Status": "AUTHORISED",
    "Reference": "000000001", "Total": D("5.00"), "BankAccount": {"Code": "090"},
    "OverpaymentID": "o1", "Contact": {"ContactID": "c1"},
}  # fmt: skip


@pytest.mark.parametrize(
    "spoil",
    [
        twice("Invoices"), twice("CreditNotes"), twice("Payments"), twice("Contacts"),
        change("Invoices", Total=D("110.01")), change("Invoices", TotalTax=D("9.99")),
        change("Invoices", AmountDue=D("0.01")), change("Invoices", Status="VOIDED"),
        change("Invoices", InvoiceNumber="AU-000000002"), change("Invoices", InvoiceNumber="X"),
        change("CreditNotes", RemainingCredit=D("22.00")), change("CreditNotes", Status="DELETED"),
        change("Payments", Account={"Code": "091"}), change("Payments", 1, Amount=D("21.99")),
        change("Payments", 1, Status="DELETED"),
        change("Contacts", EmailAddress="bob@example.com"),
        lambda ledger: ledger["BankTransactions"].append(BANK),
        lambda ledger: ledger["BankTransactions"].append(BANK | {"Reference": "whose?"}),
        lambda ledger: ledger["Invoices"].clear(),
    ],
)  # fmt: skip
def test_each_mistake_is_told(spoil: Callable[[dict[str, list[Doc]]], None]) -> None:
    ledger = books()
    spoil(ledger)
    assert wrong(ledger)


def test_an_order_that_is_missing_is_told() -> None:
    assert wrong(books(), order(), order(2)) == [
        "AU-000000002: expected in 090 110.00, net 110.00, tax 10.00, in Xero nothing",
        "AU-000000002: nothing in Xero",
    ]


def test_what_was_voided_comes_to_nothing() -> None:
    ledger = books()
    ledger["Invoices"][0]["Status"] = "VOIDED"
    ledger["CreditNotes"], ledger["Payments"] = [], []
    assert wrong(ledger, order(state="canceled", total_paid=None), memos=False) == []
    ledger["Invoices"][0]["Status"] = "AUTHORISED"
    assert wrong(ledger, order(state="canceled", total_paid=None), memos=False)


def test_an_order_on_hold_may_be_there_or_not() -> None:
    assert wrong(books(), order(state="holded")) == []
    empty: dict[str, list[Doc]] = {kind: [] for kind in books()}
    assert wrong(empty, order(state="holded")) == []


def test_over_the_counter_only_what_is_paid_is_money_received() -> None:
    rules = expecting.Rules.of(
        {"number_prefix": "CO-", "payment_accounts": {"*": "090"}, "streams": {"invoices": False}}
    )
    paid = expecting.expected(order(), [], rules)
    waits = expecting.expected(order(2, total_paid=None), [], rules)
    assert (waits.sold, waits.attention) == (False, ("receipt_waits",))
    bank = BANK | {"Type": "RECEIVE", "Total": D("110.00"), "TotalTax": D("10.00")}
    ledger: dict[str, list[Doc]] = {kind: [] for kind in books()}
    ledger |= {"BankTransactions": [bank], "Contacts": [dict(CONTACT)]}
    keys = {"000000001": "CO-000000001"}
    found = checking.read(ledger, ["CO-"], keys, frozenset())
    assert list(checking.compare(found, [paid, waits])) == []
    ledger["BankTransactions"].append(dict(bank, BankTransactionID="b2"))
    assert list(checking.compare(checking.read(ledger, ["CO-"], keys, frozenset()), [paid]))


def test_a_comment_that_the_shop_has_twice_is_told() -> None:
    one = {"comment": "Invoice AU-000000001 in Xero: https://example.com/1"}
    notes = [one, {"comment": "Called twice"}, {"comment": "Called twice"}]
    assert list(checking.comments(order(status_histories=notes), "AU-1")) == []
    assert list(checking.comments(order(status_histories=[*notes, one]), "AU-1"))


def event(minute: int, what: str, kind: str, **more: Any) -> Doc:
    return {"clock": f"2026-05-30T10:{minute:02}:00+00:00", "what": what, "kind": kind, **more}


def restored(*edits: int) -> list[Doc]:
    """A backup at 10:10, a restore at 10:30, and these edits of an order."""
    made = [event(minute, "shop", "edit", shop="uk", order=7) for minute in edits]
    backup = event(10, "fault", "backup", began="2026-05-30T10:09:58+00:00")
    return [*made, backup, event(30, "fault", "restore")]


HELD = {
    "label": "held", "conflicts": ["UK-7"], "bad": [],
    "reasons": ["changed_in_xero: UK-7 was changed in Xero by a person."],
}  # fmt: skip


def asked(
    events: list[Doc], row: Doc = HELD, changed: str = "10:20:00", *, order: int = 7, count: int = 1
) -> bool:
    at = datetime.fromisoformat(f"2026-05-30T{changed}+00:00").timestamp()
    invoice = {"InvoiceNumber": "UK-7", "UpdatedDateUTC": f"/Date({at * 1000:.0f}+0000)/"}
    edits = edited_twice.edits(events).get(("uk", order), [])
    between = edited_twice.forgotten(events)
    return edited_twice.may_be_asked("UK-7", row, [invoice] * count, edits, between)


def test_only_an_invoice_that_was_edited_twice_around_a_restore_may_be_asked_of_a_person() -> None:
    assert asked(restored(15, 25))
    assert asked(restored(5, 35)), "told before the backup, and sent after it"
    assert not asked(restored(15)), "nothing was edited once more"
    assert not asked(restored(25, 35)), "nobody edited it before it was changed in Xero"
    assert not asked(restored(1, 5)), "the last edit is known to the backup"
    assert not asked(restored(15, 25), changed="10:05:00")
    assert not asked(restored(15, 25), changed="10:31:00")
    assert not asked(restored(15, 25), order=8)
    assert not asked(restored(15, 25), count=2), "there are two of it"
    assert not asked(restored(15, 25)[:-1]), "nothing was restored"
    skipped = [one | {"skipped": True} for one in restored(15, 25)]
    assert not asked(skipped)


def test_a_change_that_was_on_its_way_at_the_backup_waits_with_the_same_question() -> None:
    assert asked(restored(5, 15, 25), HELD | {"bad": ["invoice UK-7 held"]})


@pytest.mark.parametrize(
    "otherwise",
    [
        {"label": "posted"}, {"label": "differs"}, {"conflicts": []}, {"bad": ["payment dead"]},
        {"bad": ["invoice UK-7-E1 held"]}, {"bad": ["invoice UK-7 held", "payment UK-7 held"]},
        {"conflicts": ["UK-7", "UK-7-E1"]}, {"conflicts": ["UK-7-E1"]}, {"reasons": []},
        {"reasons": [*HELD["reasons"], "invoice_not_payable: more is paid"]},
        {"reasons": ["voided_in_xero: gone"]},
    ],
)  # fmt: skip
def test_what_is_asked_is_nothing_but_that_edit(otherwise: Doc) -> None:
    assert not asked(restored(15, 25), HELD | otherwise)


def test_of_an_order_that_is_asked_only_the_sums_are_open() -> None:
    ledger = books()
    ledger["Invoices"][0]["Total"] = D("120.00")
    keys = {"000000001": "AU-000000001"}
    wanted = expecting.expected(order(), [MEMO], RULES)

    def found() -> list[str]:
        read = checking.read(ledger, ["AU-"], keys, frozenset())
        return list(checking.compare(read, [wanted], {wanted.key}))

    assert found() == []
    twice("Invoices")(ledger)
    assert found() == ["2 documents AU-000000001"]


def test_of_what_reconcile_finds_only_differences_of_orders_that_are_asked_are_open() -> None:
    one = {"slug": "uk", "order": "7", "field": "total", "store": "1", "xero": "2", "cause": "x"}
    answer = {"missing": [], "extra": [], "differences": [one], "notes": []}
    assert list(verdict.found_by_reconcile(answer, {("uk", "7")})) == []
    assert list(verdict.found_by_reconcile(answer, {("au", "7")}))
    for what in ("missing", "extra", "notes"):
        assert list(verdict.found_by_reconcile(answer | {what: ["7"]}, {("uk", "7")}))
    assert list(verdict.found_by_reconcile({"failed": "Busy: 7"}, {("uk", "7")}))


def test_an_order_paid_beyond_its_total_says_so_in_either_way() -> None:
    one = expecting.expected(order(total_paid=D("115.00")), [], RULES)
    row = {"label": "held", "bad": [], "conflicts": [], "total": D("110.00")}
    for code, right in (("overpaid", True), ("credit_left_open", True), ("poison", False)):
        assert (list(verdict._label(one, row | {"reasons": [f"{code}: text"]})) == []) is right


def test_an_order_that_was_built_of_what_the_shop_said_before_is_told() -> None:
    one = expecting.expected(order(), [], RULES)
    row = {"label": "posted", "bad": [], "conflicts": [], "reasons": [], "total": D("110.00")}
    assert list(verdict._label(one, row)) == []
    assert list(verdict._label(one, row | {"total": D("99.00")}))


def test_errors_that_no_fault_explains_are_told(tmp_path: Path) -> None:
    lines = [
        {"level": "error", "event": "task_failed", "exception": "Deadlock\nDeadlock: detected"},
        {"level": "error", "event": "task_failed", "exception": "x\nthe connection is closed"},
        {"level": "warning", "event": "doorbell.broker_down", "error": "KeyError"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "worker.log").write_text(f"no JSON\n{text}\n")
    assert logged.unforeseen(tmp_path) == {"task_failed: Deadlock: detected": 1}


def test_the_seed_decides_the_faults_and_each_kind_comes() -> None:
    kinds = {*faults.PROCESS_FAULTS, *faults.XERO_FAULTS, *faults.SHOP_FAULTS, *faults.LIMITS}
    found = [(one.at, one.kind, one.draw.random()) for one in faults.plan(3, 30, 20)]
    assert found == [(one.at, one.kind, one.draw.random()) for one in faults.plan(3, 30, 20)]
    assert {kind for _, kind, _ in found} == kinds | {"backup", "restore", "day limit"}
    assert found != [(one.at, one.kind, one.draw.random()) for one in faults.plan(4, 30, 20)]


def test_a_paid_order_is_only_edited_to_more() -> None:
    one = shops.Order(1, "edits", paid=True, basket=shops.PLAIN[2])
    assert shops.baskets(one) == shops.PLAIN[3:]
    one.paid = False
    assert len(shops.baskets(one)) == len(shops.PLAIN) - 1
