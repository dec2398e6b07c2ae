"""Every end point through xero-python with its own deserialiser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from xero_python.accounting import (
    Account,
    AccountingApi,
    AccountType,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    HistoryRecord,
    HistoryRecords,
    Invoice,
    Invoices,
    Item,
    Items,
    LineItem,
    LineItemTracking,
    Payment,
    PaymentDelete,
    Payments,
    Purchase,
    TrackingCategory,
    TrackingOption,
)
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.exceptions import AccountingBadRequestException, NotFoundException
from xero_python.identity import IdentityApi

from sandbox.xero import StandIn
from sandbox.xero.testing import Client


class Sdk:
    """The SDK's two API objects on one connected organisation."""

    def __init__(self, xero: StandIn) -> None:
        token = xero.connect()
        self.tenant = token["tenant_ids"][0]
        value = {
            "access_token": token["access_token"],
            "token_type": "Bearer",
            "scope": [],
            "refresh_token": "",
        }
        client = ApiClient(
            Configuration(oauth2_token=OAuth2Token()),
            oauth2_token_getter=lambda: {**value, "expires_in": 1800, "expires_at": None},
            oauth2_token_saver=lambda _: None,
            pool_threads=1,
        )
        client.configuration.oauth2_token = OAuth2Token()
        self.api = AccountingApi(client, base_url=xero.api_url)
        self.identity = IdentityApi(client, base_url=xero.url)

    def __call__(self, method: str, *args: Any, **options: Any) -> Any:
        return getattr(self.api, method)(self.tenant, *args, _request_timeout=10, **options)


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as stand_in:
        yield stand_in


@pytest.fixture
def sdk(xero: StandIn) -> Sdk:
    return Sdk(xero)


def lines(amount: float = 25.06, **changes: Any) -> list[LineItem]:
    values = {"description": "Goods", "quantity": 1, "account_code": "200", **changes}
    return [LineItem(unit_amount=amount, **values)]


def invoice(number: str, **changes: Any) -> Invoice:
    values = {
        "type": "ACCREC",
        "contact": Contact(name="Ann"),
        "line_items": lines(),
        "date": date(2026, 11, 20),
        "due_date": date(2026, 12, 20),
        "status": "AUTHORISED",
        **changes,
    }
    return Invoice(invoice_number=number, **values)


def create(sdk: Sdk, *invoices: Invoice) -> list[Invoice]:
    found: list[Invoice] = sdk(
        "create_invoices",
        Invoices(invoices=list(invoices)),
        summarize_errors=False,
        unitdp=4,
        idempotency_key=f"k-{invoices[0].invoice_number}",
    ).invoices
    return found


def test_reference_data(sdk: Sdk) -> None:
    (organisation,) = sdk("get_organisations").organisations
    assert (organisation.name, organisation.base_currency.value) == ("Demo Company (AU)", "AUD")
    assert organisation.timezone.value == "AUSEASTERNSTANDARDTIME"
    assert {one.name for one in sdk("get_organisation_actions").actions} >= {"UseMulticurrency"}
    accounts = sdk("get_accounts").accounts
    assert {one.system_account for one in accounts} >= {"DEBTORS", "GST", "ROUNDING"}
    assert len(sdk("get_accounts", where='Status=="ACTIVE"').accounts) == len(accounts) - 1
    rates = {one.tax_type: one.effective_rate for one in sdk("get_tax_rates").tax_rates}
    assert (rates["OUTPUT"], rates["EXEMPTOUTPUT"]) == (10, 0)
    assert len(sdk("get_currencies").currencies) == 5
    assert len(sdk("get_tracking_categories").tracking_categories) == 2
    assert sdk("get_branding_themes").branding_themes[0].name == "Standard"


def test_invoices_are_created_read_changed_and_voided(sdk: Sdk) -> None:
    tracked = lines(tracking=[LineItemTracking(name="Region", option="Online")])
    good, bad = create(sdk, invoice("S-1", line_items=tracked), invoice("S-2", line_items=[]))
    assert (good.total, good.total_tax, good.date) == (D("27.57"), D("2.51"), date(2026, 11, 20))
    assert bad.has_errors
    assert bad.validation_errors[0].message == "One or more line items must be specified"
    page = sdk("get_invoices", page=1, page_size=50, invoice_numbers=["S-1"], unitdp=4)
    assert page.pagination.item_count == 1
    assert page.invoices[0].line_items[0].tracking[0].option == "Online"
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert len(sdk("get_invoices", if_modified_since=since).invoices) == 1
    changed = sdk("update_invoice", good.invoice_id, {"Invoices": [{"Reference": "R"}]})
    assert changed.invoices[0].reference == "R"
    (again,) = sdk("update_or_create_invoices", Invoices(invoices=[invoice("S-1")])).invoices
    assert again.invoice_id == good.invoice_id
    assert sdk("get_online_invoice", good.invoice_id).online_invoices[0].online_invoice_url
    note = HistoryRecords(history_records=[HistoryRecord(details="Order 1")])
    sdk("create_invoice_history", good.invoice_id, note)
    assert sdk("get_invoice_history", good.invoice_id).history_records[0].details == "Order 1"
    voided = Invoices(invoices=[Invoice(status="VOIDED")])
    assert sdk("update_invoice", good.invoice_id, voided).invoices[0].status == "VOIDED"
    with pytest.raises(NotFoundException):
        sdk("get_invoice", "00000000-0000-0000-0000-000000000001")


def test_a_summarised_refusal_carries_its_first_message(sdk: Sdk) -> None:
    with pytest.raises(AccountingBadRequestException) as refused:
        sdk("create_invoices", Invoices(invoices=[invoice("S-1", line_items=[])]))
    assert refused.value.reason == "One or more line items must be specified"


def test_payments(sdk: Sdk) -> None:
    (made,) = create(sdk, invoice("P-1"))
    part = Payment(
        invoice=Invoice(invoice_id=made.invoice_id), account=Account(code="090"), amount=20
    )
    part.date = date(2026, 11, 21)
    good, bad = sdk(
        "create_payments", Payments(payments=[part, part]), summarize_errors=False
    ).payments
    assert (good.amount, good.date, good.invoice.invoice_number) == (20, date(2026, 11, 21), "P-1")
    assert bad.has_validation_errors
    assert sdk("get_payments", page=1).payments[0].payment_id == good.payment_id
    deleted = sdk("delete_payment", good.payment_id, PaymentDelete(status="DELETED"))
    assert deleted.payments[0].status == "DELETED"
    assert sdk("create_payment", part).payments[0].status == "AUTHORISED"
    assert sdk("get_payment", good.payment_id).payments[0].status == "DELETED"
    assert sdk("get_invoice", made.invoice_id).invoices[0].payments[0].amount == 20


def test_credit_notes_and_allocations(sdk: Sdk) -> None:
    (made,) = create(sdk, invoice("C-1"))
    note = CreditNote(
        type="ACCRECCREDIT",
        credit_note_number="C-1-R1",
        contact=Contact(contact_id=made.contact.contact_id),
        status="AUTHORISED",
        line_items=lines(10),
    )
    (credit,) = sdk("create_credit_notes", CreditNotes(credit_notes=[note])).credit_notes
    assert credit.remaining_credit == 11
    part = Allocation(
        invoice=Invoice(invoice_id=made.invoice_id), amount=11, date=date(2026, 11, 22)
    )
    (allocation,) = sdk(
        "create_credit_note_allocation", credit.credit_note_id, Allocations(allocations=[part])
    ).allocations
    found = sdk("get_credit_note", credit.credit_note_id).credit_notes[0]
    assert (found.status, found.allocations[0].amount) == ("PAID", 11)
    assert sdk("get_invoice", made.invoice_id).invoices[0].amount_credited == 11
    gone = sdk("delete_credit_note_allocations", credit.credit_note_id, allocation.allocation_id)
    assert gone.is_deleted
    assert len(sdk("get_credit_notes", page=1).credit_notes) == 1
    refund = Payment(
        credit_note=CreditNote(credit_note_id=credit.credit_note_id),
        account=Account(code="091"),
        amount=11,
    )
    refunded = sdk("create_payments", Payments(payments=[refund])).payments[0]
    assert refunded.payment_type == "ARCREDITPAYMENT"


def test_overpayments_by_way_of_bank_transactions(sdk: Sdk) -> None:
    (made,) = create(sdk, invoice("O-1"))
    transaction = BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=Contact(name="Ann"),
        bank_account=Account(code="090"),
        line_items=[LineItem(description="Too much", unit_amount=5, quantity=1)],
    )
    (banked,) = sdk(
        "create_bank_transactions", BankTransactions(bank_transactions=[transaction])
    ).bank_transactions
    assert sdk("get_bank_transactions", page=1).bank_transactions[0].total == 5
    (over,) = sdk("get_overpayments", page=1).overpayments
    assert over.overpayment_id == banked.overpayment_id
    part = Allocation(
        invoice=Invoice(invoice_id=made.invoice_id), amount=5, date=date(2026, 11, 22)
    )
    sdk("create_overpayment_allocations", over.overpayment_id, Allocations(allocations=[part]))
    assert sdk("get_overpayment", over.overpayment_id).overpayments[0].remaining_credit == 0
    assert sdk("get_invoice", made.invoice_id).invoices[0].overpayments[0].applied_amount == 5
    transaction.type = "RECEIVE-PREPAYMENT"
    transaction.line_items[0].account_code = "200"
    sdk("create_bank_transactions", BankTransactions(bank_transactions=[transaction]))
    assert len(sdk("get_prepayments", page=1).prepayments) == 1


def test_contacts(sdk: Sdk) -> None:
    ann = Contact(name="Ann B", contact_number="S1:7", email_address="a@example.test")
    (made,) = sdk("create_contacts", Contacts(contacts=[ann]), summarize_errors=False).contacts
    assert sdk("get_contact", made.contact_id).contacts[0].email_address == "a@example.test"
    assert sdk("get_contact_by_contact_number", "S1:7").contacts[0].contact_id == made.contact_id
    page = sdk("get_contacts", page=1, page_size=1000, where='EmailAddress=="a@example.test"')
    assert page.pagination.item_count == 1
    assert page.contacts[0].updated_date_utc.tzinfo is not None
    ann.first_name = "Ann"
    changed = sdk("update_or_create_contacts", Contacts(contacts=[ann])).contacts[0]
    assert (changed.contact_id, changed.first_name) == (made.contact_id, "Ann")


def test_items_accounts_and_tracking(sdk: Sdk) -> None:
    item = Item(code="A", name="A", sales_details=Purchase(unit_price=9.9999, account_code="200"))
    (made,) = sdk("create_items", Items(items=[item]), unitdp=4).items
    assert made.sales_details.unit_price == D("9.9999")
    assert sdk("update_or_create_items", Items(items=[item])).items[0].item_id == made.item_id
    assert [one.code for one in sdk("get_items", unitdp=4).items] == ["A"]
    account = Account(code="208", name="Web", type=AccountType.REVENUE)
    assert sdk("create_account", account).accounts[0]._class == "REVENUE"
    category = sdk("get_tracking_categories").tracking_categories[0]
    option = sdk(
        "create_tracking_options", category.tracking_category_id, TrackingOption(name="West")
    )
    assert option.options[0].name == "West"
    with pytest.raises(AccountingBadRequestException):
        sdk("create_tracking_category", TrackingCategory(name="Third"))


def test_refused_elements_can_be_read_whatever_was_sent(sdk: Sdk) -> None:
    broken = {"Contact": {"EmailAddress": "no", "Name": "N"}, "Date": "2026-11-20"}
    body = {"Invoices": [{"Type": "ACCREC", "CurrencyCode": "JPY", "LineItems": [{}], **broken}]}
    found = sdk("create_invoices", body, summarize_errors=False).invoices[0]
    assert found.contact.validation_errors[0].message == "Email address must be valid."
    assert found.date == date(2026, 11, 20)


def test_connections(sdk: Sdk, xero: StandIn) -> None:
    (found,) = sdk.identity.get_connections(_request_timeout=10)
    assert (found.tenant_id, found.tenant_type) == (sdk.tenant, "ORGANISATION")
    assert isinstance(found.created_date_utc, datetime)
    sdk.identity.delete_connection(found.id, _request_timeout=10)
    assert Client(xero, "Demo Company (UK)").send("GET", "/connections").json() != []


def test_headers_are_reachable(sdk: Sdk) -> None:
    _, status, headers = sdk("get_organisations", _return_http_data_only=False)
    assert status == 200
    assert headers["X-AppMinLimit-Remaining"] == "9999"
    assert headers["Xero-Correlation-Id"]
