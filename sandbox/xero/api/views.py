"""Documents as the service shows them. Null values are left out: they break the SDK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.rules import settle
from sandbox.xero.rules.arithmetic import ZERO, half_up
from sandbox.xero.wire import Doc, iso, without_none

View = Callable[[Organisation, Doc, "Shape"], Doc]


class Shape:
    """How much of a document is asked for."""

    __slots__ = ("lines", "places", "summary", "whole_contact")

    def __init__(
        self,
        *,
        lines: bool = True,
        summary: bool = False,
        whole_contact: bool = False,
        places: int = 2,
    ) -> None:
        self.lines = lines
        self.summary = summary
        self.whole_contact = whole_contact
        self.places = places


def _dated(doc: Doc) -> Doc:
    """The date fields in both of Xero's forms."""
    found: Doc = {}
    for name in ("Date", "DueDate"):
        if isinstance(value := doc.get(name), date):
            found[f"{name}String"] = iso(value)
            found[name] = value
    for name in ("FullyPaidOnDate", "ExpectedPaymentDate", "PlannedPaymentDate"):
        if doc.get(name):
            found[name] = doc[name]
    if "UpdatedDateUTC" in doc:
        found["UpdatedDateUTC"] = doc["UpdatedDateUTC"]
        found["UpdatedDateUTCString"] = iso(doc["UpdatedDateUTC"])
    return found


def line(doc: Doc, places: int) -> Doc:
    """One line. Without unitdp=4 the unit amount is shown rounded to cents."""
    found = without_none(doc)
    if (unit := found.get("UnitAmount")) is not None:
        found["UnitAmount"] = half_up(unit, places)
    return found


def contact(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    """A contact; summaryOnly leaves out balances and the customer flags."""
    found = {k: v for k, v in without_none(doc).items() if not k.startswith("_")}
    if shape.summary:
        for name in ("IsSupplier", "IsCustomer", "ContactPersons"):
            found.pop(name, None)
    found["HasAttachments"] = found["HasValidationErrors"] = False
    return found


def _contact_in(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    key = (doc.get("Contact") or {}).get("ContactID")
    known = org["Contacts"].get(key) if key else None
    if known is None:
        return {}
    if shape.whole_contact:
        return contact(org, known, shape)
    brief = {name: known.get(name) for name in ("ContactID", "ContactNumber", "Name")}
    return {**without_none(brief), "HasValidationErrors": False}


def _payments_of(org: Organisation, doc: Doc) -> list[Doc]:
    found = []
    for key in doc.get("_payments", ()):
        payment = org["Payments"].get(key)
        assert payment is not None
        names = ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")
        brief = without_none({name: payment.get(name) for name in names})
        found.append({**brief, "HasAccount": False, "HasValidationErrors": False})
    return found


def _credits_of(org: Organisation, doc: Doc) -> dict[str, list[Doc]]:
    """What was allocated to an invoice, by the kind of credit."""
    found: dict[str, list[Doc]] = {"CreditNotes": [], "Overpayments": [], "Prepayments": []}
    for key in doc.get("_allocations", ()):
        allocation = org["Allocations"].get(key)
        assert allocation is not None
        kind = allocation["_kind"]
        id_field = settle.TARGETS[kind][1]
        source = org[kind].get(allocation["_source"])
        assert source is not None
        brief = {
            id_field: source[id_field],
            "CreditNoteNumber": source.get("CreditNoteNumber"),
            "AppliedAmount": allocation["Amount"],
            "Date": allocation["Date"],
            "Total": source["Total"],
        }
        found[kind].append(without_none(brief))
    return found


_HEAD = [
    "Type",
    "InvoiceID",
    "InvoiceNumber",
    "CreditNoteID",
    "CreditNoteNumber",
    "OverpaymentID",
    "PrepaymentID",
    "BankTransactionID",
    "Reference",
    "Url",
    "Status",
    "LineAmountTypes",
    "CurrencyCode",
    "CurrencyRate",
    "BrandingThemeID",
    "SentToContact",
    "SubTotal",
    "TotalTax",
    "Total",
    "RoundingAmount",
    "AmountDue",
    "AmountPaid",
    "AmountCredited",
    "RemainingCredit",
    "AppliedAmount",
    "IsReconciled",
]


def _document(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    found = {name: doc[name] for name in _HEAD if doc.get(name) is not None}
    found.update(_dated(doc))
    found["Contact"] = _contact_in(org, doc, shape)
    found["HasAttachments"] = False
    if not shape.summary:
        wanted = doc["LineItems"] if shape.lines else ()
        found["LineItems"] = [line(one, shape.places) for one in wanted]
    return found


def invoice(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    found = _document(org, doc, shape)
    discounts = [
        half_up(one["Quantity"] * one["UnitAmount"]) - one["LineAmount"]
        for one in doc["LineItems"]
        if one.get("DiscountRate") or one.get("DiscountAmount")
    ]
    found["IsDiscounted"] = bool(discounts)
    if discounts:
        found["TotalDiscount"] = sum(discounts, ZERO)
    found["HasErrors"] = False
    if not shape.summary:
        found["Payments"] = _payments_of(org, doc)
        found.update(_credits_of(org, doc))
    return found


def credit(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    """A credit note, an overpayment or a prepayment."""
    found = _document(org, doc, shape)
    if "CreditNoteID" in doc:
        found["HasErrors"] = False
    if shape.summary:
        return found
    found["Payments"] = _payments_of(org, doc)
    found["Allocations"] = []
    for key in doc.get("_allocations", ()):
        one = org["Allocations"].get(key)
        assert one is not None
        found["Allocations"].append(_allocation_brief(org, one))
    return found


def bank_transaction(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    found = _document(org, doc, shape)
    found.pop("UpdatedDateUTCString", None)
    found["BankAccount"] = bank_account(org, doc)
    return found


def bank_account(org: Organisation, doc: Doc) -> Doc:
    """The account of a bank transaction, as it names it."""
    account = org["Accounts"].get(doc["_account"]) or {}
    return without_none({name: account.get(name) for name in ("AccountID", "Code", "Name")})


def _allocation_brief(org: Organisation, doc: Doc) -> Doc:
    invoice_doc = org["Invoices"].get(doc["_invoice"]) or {}
    return {
        "AllocationID": doc["AllocationID"],
        "Amount": doc["Amount"],
        "Date": doc["Date"],
        "IsDeleted": doc["IsDeleted"],
        "Invoice": without_none(
            {
                "InvoiceID": doc["_invoice"],
                "InvoiceNumber": invoice_doc.get("InvoiceNumber"),
                "HasErrors": False,
            }
        ),
    }


def allocation(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    """An allocation with the credit that it came from."""
    name, id_field, _ = settle.TARGETS[doc["_kind"]]
    source = org[doc["_kind"]].get(doc["_source"]) or {}
    brief = {id_field: doc["_source"], "CreditNoteNumber": source.get("CreditNoteNumber")}
    return {**_allocation_brief(org, doc), name: without_none(brief)}


def payment(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    names = "PaymentID Amount BankAmount Reference CurrencyRate PaymentType Status IsReconciled"
    found = without_none({name: doc.get(name) for name in names.split()})
    found.update(_dated(doc))
    account = org["Accounts"].get(doc["_account"]) or {}
    found["Account"] = without_none({n: account.get(n) for n in ("AccountID", "Code", "Name")})
    kind = doc["_kind"]
    name, id_field, _ = settle.TARGETS[kind]
    target = org[kind].get(doc["_target"])
    assert target is not None
    numbers = (id_field, "InvoiceNumber", "CreditNoteNumber", "Type", "CurrencyCode")
    brief = without_none({one: target.get(one) for one in numbers})
    brief["Contact"] = _contact_in(org, target, shape)
    if kind == "Invoices":
        brief["HasErrors"] = brief["IsDiscounted"] = False
    found[name] = brief
    found["HasAccount"], found["HasValidationErrors"] = True, False
    return found


def item(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    found = {k: v for k, v in without_none(doc).items() if not k.startswith("_")}
    for side in ("SalesDetails", "PurchaseDetails"):
        if details := found.get(side):
            price = details.get("UnitPrice")
            shown_price = {} if price is None else {"UnitPrice": half_up(price, shape.places)}
            found[side] = {**details, **shown_price}
    return found


def plain(org: Organisation, doc: Doc, shape: Shape) -> Doc:
    """Reference data as it is stored."""
    return {k: v for k, v in without_none(doc).items() if not k.startswith("_")}


def off_by(doc: Doc, amount: Decimal) -> None:
    """Fault: show a total that the lines do not add up to."""
    for name in ("Total", "AmountDue", "RemainingCredit"):
        if name in doc:
            doc[name] += amount
