"""Which properties a request's elements may have, and how their values are read.

The service itself ignores a property that it does not know. The stand-in refuses it, and names
it: a misspelt `AcountCode` must fail a test, not vanish. Names are those of Xero's OpenAPI
description as of xero-python 15.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from sandbox.xero.wire import Doc, Invalid, parse_date, post_data_invalid

Schema: TypeAlias = "dict[str, Schema | None]"

# The SDK sends these with every element, because its models have defaults for them.
_ALWAYS = {"HasErrors", "HasAttachments", "HasValidationErrors"}
_LISTS = {"LineItems", "Tracking", "Addresses", "Phones", "ContactPersons", "Options"}
_LIMIT = Decimal(10) ** 13
_EMAIL = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")


def _names(text: str, **nested: Schema) -> Schema:
    schema: Schema = dict.fromkeys(text.split())
    schema.update(nested)
    return schema


TRACKING = _names("TrackingCategoryID TrackingOptionID Name Option")
LINE = _names(
    "LineItemID Description Quantity UnitAmount ItemCode AccountCode AccountID TaxType TaxAmount "
    "LineAmount DiscountRate DiscountAmount RepeatingInvoiceID Taxability SalesTaxCodeId",
    Tracking=TRACKING,
    Item=_names("Code Name ItemID"),
)
ADDRESS = _names(
    "AddressType AddressLine1 AddressLine2 AddressLine3 AddressLine4 City Region PostalCode "
    "Country AttentionTo"
)
PHONE = _names("PhoneType PhoneNumber PhoneAreaCode PhoneCountryCode")
PERSON = _names("FirstName LastName EmailAddress IncludeInEmails")
BILL = _names("Day Type")
CONTACT = _names(
    "ContactID MergedToContactID ContactNumber AccountNumber ContactStatus Name FirstName "
    "LastName CompanyNumber EmailAddress BankAccountDetails TaxNumber TaxNumberType "
    "AccountsReceivableTaxType AccountsPayableTaxType IsSupplier IsCustomer "
    "SalesDefaultLineAmountType PurchasesDefaultLineAmountType DefaultCurrency XeroNetworkKey "
    "SalesDefaultAccountCode PurchasesDefaultAccountCode TrackingCategoryName "
    "TrackingCategoryOption UpdatedDateUTC Website Discount",
    Addresses=ADDRESS,
    Phones=PHONE,
    ContactPersons=PERSON,
    PaymentTerms={"Bills": BILL, "Sales": BILL},
)
_DOCUMENT = (
    "Type Date DueDate Status LineAmountTypes SubTotal TotalTax Total CurrencyCode CurrencyRate "
    "Reference BrandingThemeID SentToContact UpdatedDateUTC UpdatedDateUTCString DateString "
    "DueDateString FullyPaidOnDate CISDeduction CISRate"
)
INVOICE = _names(
    _DOCUMENT + " InvoiceID InvoiceNumber Url ExpectedPaymentDate PlannedPaymentDate "
    "TotalDiscount RoundingAmount EnteredTotal RepeatingInvoiceID IsDiscounted AmountDue "
    "AmountPaid AmountCredited",
    Contact=CONTACT,
    LineItems=LINE,
)
CREDIT_NOTE = _names(
    _DOCUMENT + " CreditNoteID CreditNoteNumber RemainingCredit AppliedAmount",
    Contact=CONTACT,
    LineItems=LINE,
)
ACCOUNT_REF = _names("AccountID Code Name Type")
BANK_TRANSACTION = _names(
    _DOCUMENT + " BankTransactionID PrepaymentID OverpaymentID IsReconciled Url",
    Contact=CONTACT,
    LineItems=LINE,
    BankAccount=ACCOUNT_REF,
)
INVOICE_REF = _names("InvoiceID InvoiceNumber Type")
CREDIT_REF = _names("CreditNoteID CreditNoteNumber Type")
PAYMENT = _names(
    "PaymentID InvoiceNumber CreditNoteNumber Code Date CurrencyRate Amount BankAmount Reference "
    "IsReconciled Status PaymentType BatchPaymentID BankAccountNumber Particulars Details "
    "HasAccount",
    Invoice=INVOICE_REF,
    CreditNote=CREDIT_REF,
    Prepayment=_names("PrepaymentID Type"),
    Overpayment=_names("OverpaymentID Type"),
    Account=ACCOUNT_REF,
)
ALLOCATION = _names("AllocationID Amount Date IsDeleted", Invoice=INVOICE_REF)
PRICE = _names("UnitPrice AccountCode COGSAccountCode TaxType")
ITEM = _names(
    "ItemID Code Name Description PurchaseDescription InventoryAssetAccountCode IsSold "
    "IsPurchased IsTrackedAsInventory TotalCostPool QuantityOnHand UpdatedDateUTC",
    SalesDetails=PRICE,
    PurchaseDetails=PRICE,
)
ACCOUNT = _names(
    "AccountID Code Name Type BankAccountNumber Status Description BankAccountType CurrencyCode "
    "TaxType EnablePaymentsToAccount ShowInExpenseClaims AddToWatchlist"
)
OPTION = _names("TrackingOptionID Name Status TrackingCategoryID")
CATEGORY = _names("TrackingCategoryID Name Option Status", Options=OPTION)
HISTORY = _names("Details Changes User DateUTC")
CURRENCY = _names("Code Description")

SCHEMAS: dict[str, Schema] = {
    "Invoices": INVOICE,
    "CreditNotes": CREDIT_NOTE,
    "Payments": PAYMENT,
    "BankTransactions": BANK_TRANSACTION,
    "Contacts": CONTACT,
    "Items": ITEM,
    "Accounts": ACCOUNT,
    "Allocations": ALLOCATION,
    "TrackingCategories": CATEGORY,
    "Options": OPTION,
    "HistoryRecords": HISTORY,
    "Currencies": CURRENCY,
}


def check_names(element: Any, schema: Schema, where: str) -> None:
    """Refuse the whole request (400) if anything in the element has an unknown property."""
    if not isinstance(element, dict):
        raise post_data_invalid(f"{where} must be an object")
    for name, value in element.items():
        if name in _ALWAYS:
            continue
        if name not in schema:
            raise post_data_invalid(f"Unknown property '{name}' in {where}")
        nested = schema[name]
        if nested is not None and value is not None:
            if isinstance(value, list) != (name in _LISTS):
                raise post_data_invalid(f"{where}.{name} has the wrong form")
            if isinstance(value, list):
                for place, item in enumerate(value):
                    check_names(item, nested, f"{where}.{name}[{place}]")
            else:
                check_names(value, nested, f"{where}.{name}")
        elif isinstance(value, dict | list):
            raise post_data_invalid(f"{where}.{name} must be a plain value")


def elements_of(body: Any, envelope: str) -> list[Doc]:
    """The elements of `{envelope: [...]}`, of a bare list or of a bare element; checked."""
    if isinstance(body, dict) and envelope in body:
        if len(body) > 1:
            extra = next(name for name in body if name != envelope)
            raise post_data_invalid(f"Unknown property '{extra}' beside {envelope}")
        body = body[envelope]
    many = body if isinstance(body, list) else [body]
    for place, element in enumerate(many):
        check_names(element, SCHEMAS[envelope], f"{envelope}[{place}]")
    return many


def text(element: Doc, name: str) -> str | None:
    """A text value; a number is taken as its digits, None and absent alike are None."""
    value = element.get(name)
    return None if value is None else str(value)


def flag(value: object) -> bool:
    """A truth value as JSON or a query gives it, in any case."""
    return value is True or str(value).strip().lower() == "true"


def number(element: Doc, name: str) -> Decimal | None:
    """A number, or None; `Invalid` for anything else."""
    value = element.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        found = Decimal(str(value))
    except InvalidOperation:
        raise Invalid(f"The value '{value}' of {name} is not a number") from None
    if not found.is_finite() or abs(found) >= _LIMIT:
        raise Invalid(f"The value of {name} is out of range")
    return found


def day(element: Doc, name: str) -> date | None:
    """A plain date, or None; `Invalid` for anything else."""
    value = element.get(name)
    if value is None or value == "":
        return None
    try:
        return parse_date(value)
    except (ValueError, OverflowError):
        raise Invalid(f"The value '{value}' of {name} is not a date") from None


def too_long(element: Doc, limits: Iterable[tuple[str, int]]) -> list[str]:
    """One message for each text that is longer than its limit."""
    return [
        f"The length of the {name} field must not be more than {limit} characters"
        for name, limit in limits
        if len(text(element, name) or "") > limit
    ]


def is_email(value: str) -> bool:
    """Whether Xero takes it as an e-mail address: ASCII, one @, a dotted host."""
    return bool(_EMAIL.match(value)) and ".." not in value
