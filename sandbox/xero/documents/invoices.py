"""Invoices (and bills): creation, update, approval, void.

PUT only creates and refuses a number that exists. POST without an id that finds the number
rewrites that invoice without a word, as the service does.
"""

from __future__ import annotations

from sandbox.xero.documents.compose import Spec, compose, lock_message, refuse
from sandbox.xero.rules import fields, settle, stock
from sandbox.xero.rules.arithmetic import ZERO
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid

SPEC = Spec(types=frozenset({"ACCREC", "ACCPAY"}), discounts=True)
NUMBER_TAKEN = "Invoice # must be unique."
BAD_STATUS = "Invoice not of valid status for modification"
HAS_MONEY = "This document cannot be edited as it has a payment or credit note allocated to it."
CANNOT_VOID = (
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it."
)
APPROVE_LIMIT = "You have reached the limit of invoices you can approve"


def _number(call: Call, doc: Doc, element: Doc) -> list[str]:
    """Check and set the number. Only sales invoices have a unique one."""
    number = fields.text(element, "InvoiceNumber")
    if not number:
        if not doc.get("InvoiceNumber") and doc["Type"] == "ACCREC":
            doc["InvoiceNumber"] = _next_number(call)
        return []
    messages = fields.too_long(element, [("InvoiceNumber", 255)])
    if not (number.isascii() and number.isprintable()):
        messages.append("The InvoiceNumber contains characters that are not allowed")
    if doc["Type"] == "ACCREC":
        others = call.org["Invoices"].find("live", number)
        if any(other["InvoiceID"] != doc.get("InvoiceID") for other in others):
            messages.append(NUMBER_TAKEN)
    doc["InvoiceNumber"] = number
    return messages


def _next_number(call: Call) -> str:
    while True:
        number = f"INV-{call.org.next_number('INV'):04d}"
        if not call.org["Invoices"].find("live", number):
            return number


def _approval(call: Call, doc: Doc, old: Doc | None) -> list[str]:
    """What approving needs: a due date, and room under the plan's monthly limit."""
    if doc["Status"] != "AUTHORISED":
        return []
    messages = [] if doc.get("DueDate") else ["Invoice due date is required for approval"]
    newly = old is None or old["Status"] != "AUTHORISED"
    limit = call.org.facts.get("_approve_limit")
    if newly and limit is not None and doc["Type"] == "ACCREC":
        month = f"{call.org.today():%Y-%m}"
        if int(call.org.facts["_approved"].get(month, 0)) >= int(limit):
            messages.append(APPROVE_LIMIT)
    return messages


def _count_approval(call: Call, doc: Doc, old: Doc | None) -> None:
    approved = doc["Status"] in ("AUTHORISED", "PAID") and doc["Type"] == "ACCREC"
    if approved and (old is None or old["Status"] not in ("AUTHORISED", "PAID")):
        counts = call.org.facts["_approved"]
        month = f"{call.org.today():%Y-%m}"
        counts[month] = int(counts.get(month, 0)) + 1
        call.org.touch_facts()


def _save(call: Call, element: Doc, old: Doc | None) -> Doc:
    doc, save_contact, messages, contact_messages = compose(call, SPEC, element, old)
    messages += _number(call, doc, element)
    messages += _approval(call, doc, old)
    if not messages and not contact_messages:
        messages += stock.check(call, old, doc)
    refuse(messages, contact_messages)
    doc["Contact"] = {"ContactID": save_contact()["ContactID"]}
    doc.setdefault("SentToContact", False)
    doc["_app"] = old["_app"] if old else call.app
    if old is None:
        doc["InvoiceID"] = call.org.new_id()
    settle.start(doc, "Invoices")
    stock.move(call, old, doc)
    _count_approval(call, doc, old)
    _mark_contact(call, doc)
    return call.org.save("Invoices", doc)


def _mark_contact(call: Call, doc: Doc) -> None:
    """Having a sale makes the contact a customer; that does not move its UpdatedDateUTC."""
    name = "IsCustomer" if doc["Type"] == "ACCREC" else "IsSupplier"
    contact = call.org["Contacts"].get(doc["Contact"]["ContactID"])
    if contact is not None and not contact[name] and doc["Status"] != "DRAFT":
        contact[name] = True
        call.org.restore("Contacts", contact)


def create(call: Call, element: Doc) -> Doc:
    """PUT: a new invoice; an InvoiceID that is sent is ignored."""
    return _save(call, {k: v for k, v in element.items() if k != "InvoiceID"}, None)


def find(call: Call, element: Doc) -> Doc | None:
    """The invoice that a POSTed element means: by id, else a sales invoice by number."""
    table = call.org["Invoices"]
    if key := fields.text(element, "InvoiceID"):
        if (found := table.get(key)) is None:
            raise Invalid("Invoice not found")
        return found
    if fields.text(element, "Type") == "ACCPAY":
        return None
    return table.first("live", fields.text(element, "InvoiceNumber") or None)


def upsert(call: Call, element: Doc) -> Doc:
    """POST: change the invoice that the element means, or make a new one."""
    old = find(call, element)
    return update(call, element, old) if old else create(call, element)


def update(call: Call, element: Doc, old: Doc) -> Doc:
    """Change one invoice, within what its status allows."""
    wanted = fields.text(element, "Status") or old["Status"]
    if wanted in ("VOIDED", "DELETED"):
        return _cancel(call, old, wanted)
    if settle.touched(old):
        raise Invalid(BAD_STATUS, HAS_MONEY)
    if old["Status"] in ("PAID", "VOIDED", "DELETED"):
        raise Invalid(BAD_STATUS)
    if old["Status"] == "AUTHORISED" and wanted != "AUTHORISED":
        raise Invalid(BAD_STATUS)
    if message := lock_message(call.org, old["Date"]):
        raise Invalid(message)
    return _save(call, element, old)


def _cancel(call: Call, old: Doc, wanted: str) -> Doc:
    """DELETED for what was never approved, VOIDED for an approved one without money on it."""
    if settle.touched(old):
        if wanted == "VOIDED":
            raise Invalid(CANNOT_VOID)
        raise Invalid(BAD_STATUS, HAS_MONEY)
    allowed = {"VOIDED": ("AUTHORISED",), "DELETED": ("DRAFT", "SUBMITTED")}[wanted]
    zero_and_paid = old["Status"] == "PAID" and wanted == "VOIDED"
    if old["Status"] not in allowed and not zero_and_paid:
        raise Invalid(BAD_STATUS)
    if message := lock_message(call.org, old["Date"]):
        raise Invalid(message)
    doc = dict(old, Status=wanted, AmountDue=ZERO)
    doc.pop("FullyPaidOnDate", None)
    stock.move(call, old, doc)
    return call.org.save("Invoices", doc)
