"""Xero's arithmetic and the payloads that documents become."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from xero.documents.documents import Invoice
from xero.documents.kinds import Kind, Ref
from xero.documents.lines import DocumentLine, TaxMode, Totals, line_tax, line_totals
from xero.documents.master_data import Contact
from xero.documents.payloads import loaded, shown, stored
from xero.documents.settling import InvoicePayment

D = Decimal


@pytest.mark.parametrize(
    ("amount", "rate", "mode", "tax"),
    [
        ("10.05", "10", TaxMode.EXCLUSIVE, "1.01"),
        ("-10.05", "10", TaxMode.EXCLUSIVE, "-1.01"),
        ("0.05", "10", TaxMode.EXCLUSIVE, "0.01"),
        ("100", "8.25", TaxMode.EXCLUSIVE, "8.25"),
        ("11.00", "10", TaxMode.INCLUSIVE, "1.00"),
        ("9.99", "20", TaxMode.INCLUSIVE, "1.67"),
        ("-9.99", "20", TaxMode.INCLUSIVE, "-1.67"),
        ("100", "0", TaxMode.EXCLUSIVE, "0"),
        ("100", "10", TaxMode.NO_TAX, "0"),
    ],
)
def test_tax_is_rounded_per_line_away_from_zero(
    amount: str, rate: str, mode: TaxMode, tax: str
) -> None:
    assert line_tax(D(amount), D(rate), mode) == D(tax)


LINES = (
    DocumentLine("A", D(3), D("3.35"), "200", "T", D(10)),
    DocumentLine("B", D(1), D("10.05"), "200", "T", D(10), tax_amount=D("1.00")),
)


def test_a_documents_tax_is_the_sum_of_its_lines() -> None:
    assert line_totals(LINES, TaxMode.EXCLUSIVE) == Totals(D("20.10"), D("2.01"), D("22.11"))
    assert line_totals(LINES, TaxMode.INCLUSIVE) == Totals(D("18.19"), D("1.91"), D("20.10"))


def test_quantity_times_price_is_rounded_before_tax() -> None:
    line = DocumentLine("A", D("0.3333"), D("0.1234"), "200", "T", D(10))
    assert (line.amount, line.tax(TaxMode.EXCLUSIVE)) == (D("0.04"), D("0.00"))


def invoice(**changes: object) -> Invoice:
    values: dict[str, object] = {
        "number": "S1-1", "contact": Ref(Kind.CONTACT, "S1:7"), "date": date(2026, 3, 2),
        "due_date": date(2026, 3, 9), "mode": TaxMode.EXCLUSIVE, "currency": "AUD",
        "status": "AUTHORISED", "reference": "1", "lines": LINES,
    }  # fmt: skip
    return Invoice(**(values | changes))  # type: ignore[arg-type]


def test_an_invoice_as_xero_takes_it() -> None:
    assert shown(invoice(currency_rate=D("0.787")).payload()) == {
        "Type": "ACCREC",
        "InvoiceNumber": "S1-1",
        "Contact": {"ContactID": {"$ref": "contact:S1:7"}},
        "Date": "2026-03-02",
        "DueDate": "2026-03-09",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "AUD",
        "Status": "AUTHORISED",
        "LineItems": [
            {
                "Description": "A",
                "Quantity": "3",
                "UnitAmount": "3.35",
                "AccountCode": "200",
                "TaxType": "T",
            },
            {
                "Description": "B",
                "Quantity": "1",
                "UnitAmount": "10.05",
                "AccountCode": "200",
                "TaxType": "T",
                "TaxAmount": "1.00",
            },
        ],
        "Reference": "1",
        "CurrencyRate": "0.787",
    }


def test_what_is_empty_is_left_out() -> None:
    payload = invoice(reference="").payload()
    assert not {"Reference", "CurrencyRate", "Url", "BrandingThemeID", "SentToContact"} & set(
        payload
    )


def test_tracking_items_and_account_ids_on_a_line() -> None:
    line = DocumentLine(
        "A", D(1), D(5), "guid", "T", item_code="SKU", tracking=(("Store", "East"),),
        account_is_id=True,
    )  # fmt: skip
    payload = line.payload()
    assert payload["AccountID"] == "guid"
    assert "AccountCode" not in payload
    assert payload["ItemCode"] == "SKU"
    assert payload["Tracking"] == [{"Name": "Store", "Option": "East"}]


def test_a_payment_on_an_account_by_code_or_id() -> None:
    made = InvoicePayment("id-1", "970", date(2026, 3, 2), D("5"), "ref")
    assert shown(made.payload()) == {
        "Invoice": {"InvoiceID": "id-1"},
        "Account": {"Code": "970"},
        "Date": "2026-03-02",
        "Amount": "5.00",
        "Reference": "ref",
    }
    by_id = InvoicePayment("id-1", "guid", date(2026, 3, 2), D(5), "ref", account_is_id=True)
    assert by_id.payload()["Account"] == {"AccountID": "guid"}


def test_an_update_of_a_contact_names_its_id_and_renames_nobody_unasked() -> None:
    made = Contact("k", "Jane", fields=(("ContactStatus", "ACTIVE"),), existing_id="id-9")
    assert made.payload() == {"ContactID": "id-9", "ContactStatus": "ACTIVE"}
    renamed = Contact("k", "Jane 2", existing_id="id-9", rename=True)
    assert renamed.payload() == {"ContactID": "id-9", "Name": "Jane 2"}


def test_stored_text_gives_the_payload_back_exactly() -> None:
    payload = invoice(lines=(DocumentLine("Å 👍 <b>", D("1E+2"), D("0.1250"), "2", "T"),)).payload()
    text = stored(payload)
    back = loaded(text, {"contact:S1:7": "the-id"}.__getitem__)
    assert back["Contact"] == {"ContactID": "the-id"}
    assert str(back["LineItems"][0]["UnitAmount"]) == "0.125"
    assert str(back["LineItems"][0]["Quantity"]) == "100"
    assert json.loads(text)["LineItems"][0]["Quantity"] == {"$n": "100"}
