"""Every kind of read and write against the stand-in: method, body, parent, answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.xero import StandIn
from xero.api import replies
from xero.api.gateway import Gateway, render
from xero.api.replies import ElementResult
from xero.models import Lane, Organisation

DAY = "2026-01-31"


class Books:
    """Writes one element of a kind and gives its result, which must be a success."""

    def __init__(self, organisation: Organisation) -> None:
        self.gateway = Gateway(organisation, Lane.CLICK)
        self.keys = 0

    def write(
        self, kind: str, element: dict[str, Any], *, verb: str = "PUT", parent: str | None = None
    ) -> ElementResult:
        self.keys += 1
        body = render({replies.SHAPES[kind].envelope: [element]})
        reply = self.gateway.write(kind, verb, body, f"key-{self.keys}", parent)
        (result,) = replies.results(kind, [element], reply.json)
        assert result.ok, result.texts
        return result

    def single(self, kind: str, element: dict[str, Any], *, verb: str, parent: str | None) -> Any:
        self.keys += 1
        return self.gateway.write(kind, verb, render(element), f"key-{self.keys}", parent).json

    def document(self, kind: str, number: str, contact: str, **fields: Any) -> ElementResult:
        key = replies.SHAPES[kind].keys[0]
        line = {
            "Description": "A thing",
            "Quantity": Decimal(1),
            "UnitAmount": Decimal("10.1234"),
            "AccountCode": "200",
            "TaxType": "OUTPUT",
        }
        element = {
            "Type": "ACCREC" if kind == "invoices" else "ACCRECCREDIT",
            key: number,
            "Contact": {"ContactID": contact},
            "Date": DAY,
            "LineItems": [line],
            "Status": "AUTHORISED",
            **fields,
        }
        return self.write(kind, element)


@pytest.fixture
def books(organisation: Organisation) -> Books:
    return Books(organisation)


@pytest.fixture
def contact(books: Books) -> str:
    return books.write("contacts", {"Name": "Ann", "ContactNumber": "S1:1"}).xero_id


def test_an_invoice_is_created_with_four_decimals_and_changed_by_its_id(
    books: Books, contact: str
) -> None:
    made = books.document("invoices", "S1", contact, DueDate=DAY)
    read = books.gateway.read("invoice", invoice_id=made.xero_id).json["Invoices"][0]

    assert read["LineItems"][0]["UnitAmount"] == Decimal("10.1234")
    assert (made.total, made.total_tax, made.amount_due) == (
        Decimal("11.13"),
        Decimal("1.01"),
        Decimal("11.13"),
    )
    assert made.updated_at is not None
    voided = books.write("invoices", {"InvoiceID": made.xero_id, "Status": "VOIDED"}, verb="POST")
    assert (voided.xero_id, voided.status) == (made.xero_id, "VOIDED")


def test_a_payment_is_made_and_deleted(books: Books, contact: str) -> None:
    invoice = books.document("invoices", "S1", contact, DueDate=DAY)
    paid = books.write(
        "payments",
        {
            "Invoice": {"InvoiceID": invoice.xero_id},
            "Account": {"Code": "090"},
            "Date": DAY,
            "Amount": Decimal("11.13"),
            "Reference": "t1",
        },
    )
    books.single("payments", {"Status": "DELETED"}, verb="POST", parent=paid.xero_id)

    read = books.gateway.read("payment", payment_id=paid.xero_id).json["Payments"][0]
    assert read["Status"] == "DELETED"


def test_a_credit_note_is_allocated_and_another_refunded(books: Books, contact: str) -> None:
    invoice = books.document("invoices", "S1", contact, DueDate=DAY)
    credit = books.document("credit_notes", "S1-R1", contact)
    allocation = {
        "Invoice": {"InvoiceID": invoice.xero_id},
        "Amount": Decimal("11.13"),
        "Date": DAY,
    }
    books.write("allocations", allocation, parent=credit.xero_id)
    other = books.document("credit_notes", "S1-R2", contact)
    books.write(
        "refunds",
        {
            "CreditNote": {"CreditNoteID": other.xero_id},
            "Account": {"Code": "090"},
            "Date": DAY,
            "Amount": Decimal("11.13"),
        },
    )

    numbers = books.gateway.read("credit_notes", page=1).json["CreditNotes"]
    assert {n["CreditNoteNumber"]: n["RemainingCredit"] for n in numbers} == {
        "S1-R1": Decimal(0),
        "S1-R2": Decimal(0),
    }


def test_items_and_bank_transactions_are_created(books: Books, contact: str) -> None:
    item = books.write("items", {"Code": "SKU-1", "Name": "A thing"})
    assert item.number == "SKU-1"
    books.write("items", {"ItemID": item.xero_id, "Code": "SKU-1", "Name": "New"}, verb="POST")
    receipt = books.write(
        "bank_transactions",
        {
            "Type": "RECEIVE",
            "Contact": {"ContactID": contact},
            "BankAccount": {"Code": "090"},
            "Date": DAY,
            "LineItems": [
                {
                    "Description": "Sale",
                    "Quantity": Decimal(1),
                    "UnitAmount": Decimal(10),
                    "AccountCode": "200",
                    "TaxType": "OUTPUT",
                }
            ],
        },
    )
    assert receipt.total == Decimal("11.00")


def test_notes_options_categories_and_accounts_are_added(
    books: Books, contact: str, xero: StandIn
) -> None:
    invoice = books.document("invoices", "S1", contact, DueDate=DAY)
    note = {"HistoryRecords": [{"Details": "From order 1"}]}
    books.single("invoice_history", note, verb="PUT", parent=invoice.xero_id)
    assert xero.ledger()["History"][0]["ID"] == invoice.xero_id

    listed = books.gateway.read("tracking_categories").json["TrackingCategories"]
    region = next(c["TrackingCategoryID"] for c in listed if c["Name"] == "Region")
    answer = books.single("tracking_options", {"Name": "West"}, verb="PUT", parent=region)
    assert replies.element_result("tracking_options", answer["Options"][0]).ok

    account = {"Code": "899", "Name": "A new liability", "Type": "CURRLIAB"}
    answer = books.single("accounts", account, verb="PUT", parent=None)
    assert replies.element_result("accounts", answer["Accounts"][0]).ok


def test_a_refused_element_does_not_stop_the_others(books: Books, contact: str) -> None:
    books.document("invoices", "S1", contact, DueDate=DAY)
    line = {
        "Description": "x",
        "Quantity": Decimal(1),
        "UnitAmount": Decimal(5),
        "AccountCode": "200",
    }
    base = {
        "Type": "ACCREC",
        "Contact": {"ContactID": contact},
        "Date": DAY,
        "DueDate": DAY,
        "LineItems": [line],
    }
    sent = [{**base, "InvoiceNumber": n, "Status": "AUTHORISED"} for n in ("S1", "S2", "S3")]
    sent[2]["LineItems"] = [{**line, "AccountCode": "nowhere"}]
    reply = books.gateway.write("invoices", "PUT", render({"Invoices": sent}), "batch")

    taken, good, wrong = replies.results("invoices", sent, reply.json)
    assert good.texts == ()
    assert (taken.code, good.ok, wrong.code) == ("number_taken", True, "account_invalid")


@pytest.mark.parametrize(
    ("kind", "verb", "parent"),
    [
        ("allocations", "PUT", None),
        ("invoices", "PUT", "an id"),
        ("invoice_history", "PUT", ""),
    ],
)
def test_a_parent_is_named_exactly_where_there_is_one(
    books: Books, kind: str, verb: str, parent: str | None
) -> None:
    with pytest.raises(ValueError, match="parent"):
        books.gateway.write(kind, verb, render({}), "key", parent)


def test_a_key_is_neither_empty_nor_too_long(books: Books) -> None:
    for key in ("", "k" * 129):
        with pytest.raises(ValueError, match="128"):
            books.gateway.write("contacts", "PUT", render({"Contacts": []}), key)
