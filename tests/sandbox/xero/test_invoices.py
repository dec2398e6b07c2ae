"""Invoices in the stand-in: creating, changing, approving, voiding, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from sandbox.xero import StandIn
from sandbox.xero.testing import Client, invoice, line, messages
from sandbox.xero.wire import Doc


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as stand_in:
        yield stand_in


@pytest.fixture
def au(xero: StandIn) -> Client:
    return Client(xero)


def test_lines_taxes_and_totals_are_those_of_xeros_example(au: Client) -> None:
    lines = [line(amount, TaxType="TAX001") for amount in ("25.06", "25.61", "25.63")]
    found = au.invoice("R-1", LineItems=lines)
    assert [one["TaxAmount"] for one in found["LineItems"]] == [D("3.76"), D("3.84"), D("3.84")]
    assert (found["SubTotal"], found["TotalTax"]) == (D("76.30"), D("11.44"))
    assert found["Total"] == found["AmountDue"] == D("87.74")


def test_dates_come_in_both_forms(au: Client) -> None:
    found = au.invoice("D-1", Date="/Date(1767312000000)/", DueDate="2026-01-31T00:00:00")
    assert found["DateString"] == "2026-01-02T00:00:00"
    assert found["Date"] == "/Date(1767312000000+0000)/"
    assert found["DueDateString"] == "2026-01-31T00:00:00"
    assert found["UpdatedDateUTCString"].endswith("Z")


def test_put_refuses_a_number_that_exists_and_changes_nothing(au: Client) -> None:
    first = au.invoice("N-1")
    (second,) = au.put("Invoices", invoice("N-1", LineItems=[line("5")]))
    assert second["HasErrors"] is True
    assert second["StatusAttributeString"] == "ERROR"
    assert messages(second) == ["Invoice # must be unique."]
    (kept,) = au.get("Invoices", InvoiceNumbers="N-1", page=1)
    assert (kept["InvoiceID"], kept["Total"]) == (first["InvoiceID"], D("110.00"))


def test_post_without_an_id_silently_rewrites_the_number(au: Client) -> None:
    first = au.invoice("N-1")
    (second,) = au.post("Invoices", invoice("N-1", LineItems=[line("5")]))
    assert second["InvoiceID"] == first["InvoiceID"]
    assert second["Total"] == D("5.50")


def test_a_deleted_drafts_number_is_free_and_a_voided_ones_is_taken(au: Client) -> None:
    draft = au.invoice("N-1", Status="DRAFT")
    au.post(f"Invoices/{draft['InvoiceID']}", {"Status": "DELETED"})
    again = au.invoice("N-1")
    au.post(f"Invoices/{again['InvoiceID']}", {"Status": "VOIDED"})
    (refused,) = au.put("Invoices", invoice("N-1"))
    assert messages(refused) == ["Invoice # must be unique."]


def test_without_a_number_xero_numbers_by_itself(au: Client) -> None:
    assert au.invoice("")["InvoiceNumber"] == "INV-0001"
    assert au.invoice("")["InvoiceNumber"] == "INV-0002"


def test_prices_keep_four_decimals_only_with_unitdp(au: Client) -> None:
    lines = [line("0.3333", Quantity=3)]
    four = au.invoice("U-4", LineItems=lines)
    assert (four["LineItems"][0]["UnitAmount"], four["SubTotal"]) == (D("0.3333"), D("1.00"))
    (two,) = au.put("Invoices", invoice("U-2", LineItems=lines), unitdp=2)
    assert (two["LineItems"][0]["UnitAmount"], two["SubTotal"]) == (D("0.33"), D("0.99"))
    (read,) = au.get(f"Invoices/{four['InvoiceID']}", unitdp=2)
    assert read["LineItems"][0]["UnitAmount"] == D("0.33")


def test_a_quantity_is_rounded_to_four_decimals(au: Client) -> None:
    found = au.invoice("Q-1", LineItems=[line("1", Quantity=D("1.00005"))])
    assert found["LineItems"][0]["Quantity"] == D("1.0001")


def test_a_tax_amount_overrides_and_can_be_refused(au: Client, xero: StandIn) -> None:
    lines = [line("25.06", TaxAmount=D("2.50"))]
    assert au.invoice("T-1", LineItems=lines)["Total"] == D("27.56")
    xero.faults({"kind": "reject_tax_override"})
    (refused,) = au.put("Invoices", invoice("T-2", LineItems=lines))
    assert messages(refused) == ["The tax amount 2.50 does not match 2.51"]


def test_an_untaxed_line_takes_no_tax_amount(au: Client) -> None:
    lines = [line(TaxType="EXEMPTEXPORT", TaxAmount=D("1.00"))]
    (refused,) = au.put("Invoices", invoice("T-1", LineItems=lines))
    assert "must be zero" in messages(refused)[0]


def test_inclusive_and_untaxed_documents(au: Client) -> None:
    inclusive = au.invoice("I-1", LineAmountTypes="Inclusive", LineItems=[line("99.95")])
    assert (inclusive["SubTotal"], inclusive["TotalTax"]) == (D("90.86"), D("9.09"))
    untaxed = au.invoice("I-2", LineAmountTypes="NoTax")
    assert (untaxed["Total"], untaxed["TotalTax"]) == (D("100.00"), D("0.00"))


def test_a_line_discount(au: Client) -> None:
    found = au.invoice("D-1", LineItems=[line("100", DiscountRate=10)])
    assert (found["SubTotal"], found["TotalDiscount"]) == (D("90.00"), D("10.00"))
    assert found["IsDiscounted"] is True
    (refused,) = au.put("Invoices", invoice("D-2", LineItems=[line("5", DiscountAmount=6)]))
    assert messages(refused) == [
        "The discount rate '6.00' is invalid. Discount must not be greater than the line total."
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"Status": "PAID"}, "Invoice not of valid status for creation"),
        ({"DueDate": None}, "Invoice due date is required for approval"),
        ({"CurrencyCode": "JPY"}, "Organisation is not subscribed to currency JPY"),
        ({"LineItems": [line("-1")]}, "The document total cannot be negative"),
        ({"Url": "https://go.xero.com/x"}, "Url must not contain 'xero'"),
        ({"Url": "/relative"}, "Url must be a valid absolute url"),
        (
            {"Reference": "r" * 256},
            "The length of the Reference field must not be more than 255 characters",
        ),
        (
            {"InvoiceNumber": "n" * 256},
            "The length of the InvoiceNumber field must not be more than 255 characters",
        ),
        ({"InvoiceNumber": "Ü-1"}, "The InvoiceNumber contains characters that are not allowed"),
        ({"Date": "31.12.2026"}, "The value '31.12.2026' of Date is not a date"),
        (
            {"Status": "DRAFT", "SentToContact": True},
            "SentToContact can be set only on an approved document",
        ),
    ],
)
def test_a_bad_document_is_refused(au: Client, changes: Doc, text: str) -> None:
    (refused,) = au.put("Invoices", invoice("B-1", **changes))
    assert messages(refused) == [text]
    assert au.get("Invoices", page=1) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"AccountCode": "999"}, "Account code '999' is not a valid code for this document."),
        ({"AccountCode": "610"}, "Account code '610' is not a valid code for this document."),
        ({"AccountCode": "090"}, "Account code '090' is not a valid code for this document."),
        ({"AccountCode": "630"}, "Account code '630' is not a valid code for this document."),
        (
            {"AccountCode": "206"},
            "Account code '206' has been archived, or has been deleted. "
            "Each line item must reference a valid account.",
        ),
        (
            {"TaxType": "INPUT"},
            "The TaxType code 'INPUT' cannot be used with account code '200'.",
        ),
        (
            {"TaxType": "TAX002"},
            "The TaxType code TAX002 does not exist or cannot be used for this type of "
            "transaction.",
        ),
        ({"AccountCode": None}, "Account code must be specified"),
        (
            {"Quantity": None},
            "Quantity and unit amount are required for an approved document",
        ),
        (
            {"Description": "d" * 4001},
            "The length of the Description field must not be more than 4000 characters",
        ),
        ({"ItemCode": "NO"}, "Item code 'NO' is not valid"),
        ({"LineAmount": 99}, "The line total 99.00 does not match the expected line total 100.00"),
        (
            {"Tracking": [{"Name": "Region", "Option": "West"}]},
            "The tracking option 'West' of 'Region' does not exist",
        ),
        (
            {"Tracking": [{"Name": "A"}, {"Name": "B"}, {"Name": "C"}]},
            "No more than 2 tracking categories can be assigned to a line item",
        ),
        ({"UnitAmount": "12,50"}, "The value '12,50' of UnitAmount is not a number"),
    ],
)
def test_a_bad_line_is_refused(au: Client, changes: Doc, text: str) -> None:
    bad = {name: value for name, value in line(**changes).items() if value is not None}
    (refused,) = au.put("Invoices", invoice("B-1", LineItems=[bad]))
    assert messages(refused) == [text]


def test_a_rounding_line_may_use_the_rounding_account(au: Client) -> None:
    rounding = line("-0.01", AccountCode="860", TaxType="BASEXCLUDED")
    assert au.invoice("R-1", LineItems=[line(), rounding])["Total"] == D("109.99")


def test_tracking_is_resolved(au: Client) -> None:
    lines = [line(Tracking=[{"Name": "Region", "Option": "Online"}])]
    (tracking,) = au.invoice("K-1", LineItems=lines)["LineItems"][0]["Tracking"]
    assert (tracking["Name"], tracking["Option"]) == ("Region", "Online")
    assert tracking["TrackingOptionID"]


def test_a_draft_needs_little_and_its_approval_all(au: Client) -> None:
    draft = au.invoice("A-1", Status="DRAFT", DueDate=None, LineItems=[{"Description": "Later"}])
    assert (draft["Status"], draft["Total"]) == ("DRAFT", D("0.00"))
    (refused,) = au.post(f"Invoices/{draft['InvoiceID']}", {"Status": "AUTHORISED"})
    assert "Account code must be specified" in messages(refused)
    full = {"Status": "AUTHORISED", "DueDate": "2026-12-01", "LineItems": [line()]}
    (approved,) = au.post(f"Invoices/{draft['InvoiceID']}", full)
    assert (approved["Status"], approved["Total"]) == ("AUTHORISED", D("110.00"))


def test_updating_lines_keeps_changes_adds_and_deletes(au: Client) -> None:
    first = au.invoice("L-1", LineItems=[line("1"), line("2"), line("3")])
    one, two, _ = (found["LineItemID"] for found in first["LineItems"])
    lines = [{"LineItemID": one}, {"LineItemID": two, "UnitAmount": 20}, line("40")]
    (found,) = au.post(f"Invoices/{first['InvoiceID']}", {"LineItems": lines})
    assert [one["LineAmount"] for one in found["LineItems"]] == [D("1.00"), D("20.00"), D("40.00")]
    assert [one["LineItemID"] for one in found["LineItems"]][:2] == [one, two]
    assert found["SubTotal"] == D("61.00")


def test_an_update_without_lines_keeps_them_to_the_decimal(au: Client) -> None:
    lines = [line("0.3333", Quantity=3, TaxAmount=D("0.09"))]
    first = au.invoice("L-1", LineItems=lines)
    (found,) = au.post(f"Invoices/{first['InvoiceID']}", {"Reference": "new"}, unitdp=2)
    assert (found["Reference"], found["Total"]) == ("new", D("1.09"))
    (read,) = au.get(f"Invoices/{first['InvoiceID']}")
    assert read["LineItems"][0]["UnitAmount"] == D("0.3333")


def test_status_rules(au: Client) -> None:
    bad = ["Invoice not of valid status for modification"]
    draft = au.invoice("S-1", Status="DRAFT")
    path = f"Invoices/{draft['InvoiceID']}"
    assert messages(au.post(path, {"Status": "VOIDED"})[0]) == bad
    assert au.post(path, {"Status": "AUTHORISED"})[0]["Status"] == "AUTHORISED"
    assert messages(au.post(path, {"Status": "DRAFT"})[0]) == bad
    assert messages(au.post(path, {"Status": "DELETED"})[0]) == bad
    (voided,) = au.post(path, {"Status": "VOIDED"})
    assert (voided["Status"], voided["AmountDue"]) == ("VOIDED", D("0.00"))
    assert messages(au.post(path, {"Reference": "late"})[0]) == bad


def test_a_paid_invoice_is_locked_and_cannot_be_voided(au: Client) -> None:
    found = au.invoice("P-1")
    au.pay(found["InvoiceID"], "10")
    path = f"Invoices/{found['InvoiceID']}"
    assert messages(au.post(path, {"Reference": "x"})[0]) == [
        "Invoice not of valid status for modification",
        "This document cannot be edited as it has a payment or credit note allocated to it.",
    ]
    assert messages(au.post(path, {"Status": "VOIDED"})[0]) == [
        "The status VOIDED cannot be applied to the invoice because it has payments or credit "
        "notes allocated to it."
    ]


def test_an_approved_invoice_of_nothing_is_paid(au: Client) -> None:
    assert au.invoice("Z-1", LineItems=[line("5"), line("-5")])["Status"] == "PAID"


def test_locked_periods_refuse_new_and_old_documents(au: Client, xero: StandIn) -> None:
    before = au.invoice("K-1", Date="2026-06-30")
    xero.person("lock", period="2026-06-30")
    text = "The document date cannot be before the period lock date, currently set at 30 June 2026"
    assert messages(au.put("Invoices", invoice("K-2", Date="2026-06-30"))[0]) == [text]
    path = f"Invoices/{before['InvoiceID']}"
    assert messages(au.post(path, {"Status": "VOIDED"})[0]) == [text]
    assert au.invoice("K-3", Date="2026-07-01")["Status"] == "AUTHORISED"
    xero.person("lock", year_end="2026-07-01")
    assert (
        "end of year lock date"
        in messages(au.put("Invoices", invoice("K-4", Date="2026-07-01"))[0])[0]
    )


def test_a_foreign_invoice_has_a_rate_and_a_strange_one_warns(au: Client) -> None:
    usual = au.invoice("F-1", CurrencyCode="USD")
    assert usual["CurrencyRate"] == D("0.650000")
    sent = au.invoice("F-2", CurrencyCode="USD", CurrencyRate=D("0.7"))
    assert sent["CurrencyRate"] == D("0.7")
    strange = au.invoice("F-3", CurrencyCode="USD", CurrencyRate=7)
    assert strange["StatusAttributeString"] == "WARNING"
    assert strange["Warnings"]


def test_the_monthly_approve_limit_lets_drafts_through(au: Client, xero: StandIn) -> None:
    xero.person("approve_limit", limit=1)
    au.invoice("L-1")
    (refused,) = au.put("Invoices", invoice("L-2"))
    assert messages(refused) == ["You have reached the limit of invoices you can approve"]
    assert au.invoice("L-2", Status="DRAFT")["Status"] == "DRAFT"


def test_a_bills_number_need_not_be_unique(au: Client) -> None:
    bill = {"Type": "ACCPAY", "LineItems": [line(AccountCode="429")]}
    first, second = (au.invoice("SUP-1", **bill) for _ in range(2))
    assert first["InvoiceID"] != second["InvoiceID"]


def test_rounding_amount_counts_only_when_all_totals_agree(au: Client) -> None:
    sums = {"SubTotal": 100, "TotalTax": 10, "Total": D("110.01"), "RoundingAmount": D("0.01")}
    assert au.invoice("R-1", **sums)["Total"] == D("110.01")
    assert au.invoice("R-2", **{**sums, "TotalTax": 11})["Total"] == D("110.00")


def test_a_total_that_is_sent_is_ignored(au: Client) -> None:
    assert au.invoice("T-1", Total=D("999"))["Total"] == D("110.00")


def test_an_online_invoice_and_notes(au: Client) -> None:
    found = au.invoice("H-1")
    path = f"Invoices/{found['InvoiceID']}"
    answer = au.send("GET", f"{path}/OnlineInvoice").json()
    assert answer["OnlineInvoices"][0]["OnlineInvoiceUrl"].startswith("https://")
    note = {"HistoryRecords": [{"Details": "Order 1001"}]}
    assert au.send("PUT", f"{path}/History", note).status_code == 200
    notes = au.send("GET", f"{path}/History").json()["HistoryRecords"]
    assert [one["Details"] for one in notes] == ["Order 1001"]
    long = {"HistoryRecords": [{"Details": "x" * 2501}]}
    assert au.send("PUT", f"{path}/History", long).status_code == 400


def test_a_person_can_do_what_the_connector_did_not(au: Client, xero: StandIn) -> None:
    made = xero.person("create_invoice", number="HAND-1", contact="Walk-in", total=50)
    assert made["Total"] == D("50.00")
    xero.person("pay", invoice="HAND-1", amount=20)
    (read,) = au.get("Invoices/HAND-1")
    assert read["AmountDue"] == D("30.00")
    assert au.get("Invoices", createdByMyApp="True", page=1) == []
    with pytest.raises(ValueError, match="VOIDED cannot be applied"):
        xero.person("void", invoice="HAND-1")
    xero.person("delete_payment", invoice="HAND-1")
    assert xero.person("void", invoice="HAND-1")["Status"] == "VOIDED"
