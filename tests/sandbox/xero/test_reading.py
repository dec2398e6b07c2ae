"""Lists in the stand-in: where, pages, filters, If-Modified-Since, order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from connector.lib import clock
from sandbox.xero import StandIn
from sandbox.xero.testing import Client, invoice, line, parsed

BORN = 1_795_000_000.0


@pytest.fixture(scope="module")
def au() -> Iterator[Client]:
    """An organisation with 30 invoices of three customers, made a minute apart."""
    patch = pytest.MonkeyPatch()
    now = [BORN]
    patch.setattr(clock, "timestamp", lambda: now[0])
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as xero:
        client = Client(xero)
        for place, name in enumerate(("Ann", "Bob", 'Zoë "Z"')):
            client.put("Contacts", {"Name": name, "EmailAddress": f"{place}@example.test"})
        for number in range(30):
            now[0] = BORN + 60 * (number + 1)
            client.invoice(
                f"N-{number:02d}",
                Contact={"Name": ("Ann", "Bob", 'Zoë "Z"')[number % 3]},
                Reference=f"1{number:03d}",
                Date=f"2026-11-{number % 28 + 1:02d}",
                Status="DRAFT" if number % 10 == 0 else "AUTHORISED",
                LineItems=[line(str(number + 1))],
            )
        yield client
    patch.undo()


def numbers(au: Client, **query: object) -> list[str]:
    return [one["InvoiceNumber"] for one in au.get("Invoices", **query)]


def test_a_list_without_page_has_no_lines(au: Client) -> None:
    everything = parsed(au.send("GET", "Invoices"))
    assert len(everything["Invoices"]) == 30
    assert "pagination" not in everything
    assert everything["Invoices"][0]["LineItems"] == []
    assert au.get("Invoices", page=1)[0]["LineItems"][0]["LineAmount"] == D("1.00")


def test_pages_tell_how_many_there_are(au: Client) -> None:
    answer = parsed(au.send("GET", "Invoices", page=2, pageSize=12))
    assert answer["pagination"] == {"page": 2, "pageSize": 12, "pageCount": 3, "itemCount": 30}
    assert answer["Invoices"][0]["InvoiceNumber"] == "N-12"
    assert numbers(au, page=4, pageSize=12) == []
    assert parsed(au.send("GET", "Invoices", pageSize=5000))["pagination"]["pageSize"] == 1000


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('InvoiceNumber=="N-07"', ["N-07"]),
        ('Reference=="1007" AND Status=="AUTHORISED"', ["N-07"]),
        ('Status=="DRAFT"', ["N-00", "N-10", "N-20"]),
        ('Type=="ACCPAY"', []),
        ("Date>=DateTime(2026, 11, 27) AND Date<DateTime(2026, 11, 28)", ["N-26"]),
        ('Date == DateTime.Parse("2026-11-03T00:00:00")', ["N-02"]),
        ("Total>=32.999 AND AmountDue<=33.01", ["N-29"]),
        ('InvoiceNumber=="N-01" OR InvoiceNumber=="N-02"', ["N-01", "N-02"]),
        ('Contact.Name=="zoe \\"Z\\"" && Reference=="1002"', ["N-02"]),
        ('InvoiceNumber.StartsWith("N-1") and Status!="AUTHORISED"', ["N-10"]),
        ("DueDate==null", []),
    ],
)
def test_where(au: Client, where: str, found: list[str]) -> None:
    assert numbers(au, where=where) == found


@pytest.mark.parametrize(
    "where", ["Status=", "Status AND Type", "(Status)", 'Status=="A" Type', ""]
)
def test_a_where_that_cannot_be_read_is_400(au: Client, where: str) -> None:
    answer = au.send("GET", "Invoices", where=where or " ")
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")


def test_contacts_are_found_by_email_without_regard_to_case_and_accents(au: Client) -> None:
    (found,) = au.get("Contacts", where='EmailAddress=="1@EXAMPLE.test"')
    assert found["Name"] == "Bob"
    (zoe,) = au.get("Contacts", where='Name=="ZOE \\"Z\\""')
    assert zoe["EmailAddress"] == "2@example.test"
    assert [one["Name"] for one in au.get("Contacts", searchTerm="bo")] == ["Bob"]


def test_comma_lists(au: Client) -> None:
    every = {one["InvoiceNumber"]: one for one in au.get("Invoices")}
    assert numbers(au, InvoiceNumbers="N-03,N-05,none") == ["N-03", "N-05"]
    ids = f"{every['N-04']['InvoiceID']},{every['N-06']['InvoiceID']}"
    assert numbers(au, IDs=ids) == ["N-04", "N-06"]
    (ann,) = au.get("Contacts", where='Name=="Ann"')
    drafts = numbers(au, ContactIDs=ann["ContactID"], Statuses="DRAFT,SUBMITTED")
    assert drafts == ["N-00"]


def test_created_by_my_app(au: Client) -> None:
    assert len(numbers(au, createdByMyApp="True")) == 30


def test_if_modified_since_is_inclusive_and_in_seconds(au: Client) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(BORN + 60 * 29))
    for form in (moment, f"{moment}+00:00", f"{moment}.900Z"):
        answer = au.send("GET", "Invoices", headers={"If-Modified-Since": form})
        assert [one["InvoiceNumber"] for one in answer.json()["Invoices"]] == ["N-28", "N-29"]
    bad = au.send("GET", "Invoices", headers={"If-Modified-Since": "yesterday"})
    assert bad.status_code == 400


def test_order(au: Client) -> None:
    assert numbers(au, order="InvoiceNumber DESC", page=1, pageSize=2) == ["N-29", "N-28"]
    assert numbers(au, order="Date", page=1, pageSize=3) == ["N-00", "N-28", "N-01"]


def test_a_summary_leaves_out_lines_and_payments(au: Client) -> None:
    answer = parsed(au.send("GET", "Invoices", summaryOnly="True"))
    assert "LineItems" not in answer["Invoices"][0]
    assert answer["pagination"]["itemCount"] == 30
    assert "IsCustomer" not in parsed(au.send("GET", "Contacts", summaryOnly="true"))["Contacts"][0]


def test_single_documents_by_id_and_number(au: Client) -> None:
    (by_number,) = au.get("Invoices/N-07")
    (by_id,) = au.get(f"Invoices/{by_number['InvoiceID']}")
    assert by_number == by_id
    assert by_id["Contact"]["EmailAddress"] == "1@example.test"


def test_a_payment_moves_an_invoice_to_the_end_and_archived_contacts_hide() -> None:
    with StandIn() as xero:
        client = Client(xero)
        first = client.invoice("A-1")
        client.put("Invoices", invoice("A-2"))
        client.pay(first["InvoiceID"], "10")
        assert numbers(client) == ["A-2", "A-1"]
        (payment,) = client.get(
            "Payments", where=f'Invoice.InvoiceID==Guid("{first["InvoiceID"]}")'
        )
        assert payment["Amount"] == D("10.00")
        xero.person("archive_contact", contact="Ann Example")
        assert client.get("Contacts") == []
        assert len(client.get("Contacts", includeArchived="True")) == 1
