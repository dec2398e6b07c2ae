"""Credit notes and their allocations; overpayments and prepayments are allocated alike."""

from __future__ import annotations

from sandbox.xero.documents.compose import Spec, compose, lock_message, refuse
from sandbox.xero.documents.invoices import BAD_STATUS, HAS_MONEY
from sandbox.xero.rules import fields, settle, stock
from sandbox.xero.rules.arithmetic import ZERO, half_up
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid

SPEC = Spec(
    types=frozenset({"ACCRECCREDIT", "ACCPAYCREDIT"}),
    discounts=False,
    bad_status="Credit note not of valid status for creation",
)
NUMBER_TAKEN = "Credit note # must be unique."
CANNOT_VOID = (
    "The status VOIDED cannot be applied to the credit note because it has payments or allocations."
)


def _number(call: Call, doc: Doc, element: Doc) -> list[str]:
    number = fields.text(element, "CreditNoteNumber")
    if not number:
        doc.setdefault("CreditNoteNumber", f"CN-{call.org.next_number('CN'):04d}")
        return []
    doc["CreditNoteNumber"] = number
    if doc["Type"] == "ACCRECCREDIT":
        for other in call.org["CreditNotes"].find("number", number):
            if (
                other["CreditNoteID"] != doc.get("CreditNoteID")
                and other["Type"] == doc["Type"]
                and other["Status"] != "DELETED"
            ):
                return [NUMBER_TAKEN]
    return fields.too_long(element, [("CreditNoteNumber", 255)])


def _save(call: Call, element: Doc, old: Doc | None) -> Doc:
    doc, save_contact, messages, contact_messages = compose(call, SPEC, element, old)
    messages += _number(call, doc, element)
    if not messages and not contact_messages:
        messages += stock.check(call, old, doc)
    refuse(messages, contact_messages)
    doc["Contact"] = {"ContactID": save_contact()["ContactID"]}
    doc.setdefault("SentToContact", False)
    doc["_app"] = old["_app"] if old else call.app
    if old is None:
        doc["CreditNoteID"] = call.org.new_id()
    settle.start(doc, "CreditNotes")
    stock.move(call, old, doc)
    return call.org.save("CreditNotes", doc)


def create(call: Call, element: Doc) -> Doc:
    """PUT: a new credit note."""
    return _save(call, {k: v for k, v in element.items() if k != "CreditNoteID"}, None)


def find(call: Call, element: Doc) -> Doc | None:
    """The credit note that a POSTed element means: by id, else by number."""
    table = call.org["CreditNotes"]
    if key := fields.text(element, "CreditNoteID"):
        if (found := table.get(key)) is None:
            raise Invalid("Credit note not found")
        return found
    number = fields.text(element, "CreditNoteNumber") or None
    live = [one for one in table.find("number", number) if one["Status"] != "DELETED"]
    return next(iter(live), None)


def upsert(call: Call, element: Doc) -> Doc:
    """POST: change the credit note that the element means, or make a new one."""
    old = find(call, element)
    return update(call, element, old) if old else create(call, element)


def update(call: Call, element: Doc, old: Doc) -> Doc:
    """Change one credit note, within what its status allows."""
    wanted = fields.text(element, "Status") or old["Status"]
    if settle.touched(old):
        raise Invalid(*([CANNOT_VOID] if wanted == "VOIDED" else [BAD_STATUS, HAS_MONEY]))
    if message := lock_message(call.org, old["Date"]):
        raise Invalid(message)
    if wanted in ("VOIDED", "DELETED"):
        allowed = ("AUTHORISED", "PAID") if wanted == "VOIDED" else ("DRAFT", "SUBMITTED")
        if old["Status"] not in allowed:
            raise Invalid(BAD_STATUS)
        doc = dict(old, Status=wanted, RemainingCredit=ZERO)
        stock.move(call, old, doc)
        return call.org.save("CreditNotes", doc)
    if old["Status"] in ("PAID", "VOIDED", "DELETED") or (
        old["Status"] == "AUTHORISED" and wanted != "AUTHORISED"
    ):
        raise Invalid(BAD_STATUS)
    return _save(call, element, old)


def _allocation_messages(source: Doc, kind: str, invoice: Doc) -> list[str]:
    found = []
    if source["Status"] != "AUTHORISED":
        found.append("Only an authorised document with remaining credit can be allocated")
    if invoice["Status"] != "AUTHORISED":
        found.append("Credits can only be allocated to an authorised invoice")
    if source["Contact"]["ContactID"] != invoice["Contact"]["ContactID"]:
        found.append("The invoice must belong to the same contact as the credit")
    if source["CurrencyCode"] != invoice["CurrencyCode"]:
        found.append("The invoice must be in the same currency as the credit")
    sales = not source["Type"].startswith(("ACCPAY", "SPEND"))
    if sales != (invoice["Type"] == "ACCREC"):
        found.append("The credit cannot be allocated to this type of invoice")
    return found


def allocate(call: Call, kind: str, source: Doc, element: Doc) -> Doc:
    """Put credit against an invoice: Invoice, Amount and Date are all required."""
    named = element.get("Invoice") or {}
    invoices = call.org["Invoices"]
    invoice = invoices.get(named["InvoiceID"]) if named.get("InvoiceID") else None
    if invoice is None and named.get("InvoiceNumber"):
        invoice = invoices.first("live", str(named["InvoiceNumber"]))
    amount, day = fields.number(element, "Amount"), fields.day(element, "Date")
    if invoice is None or amount is None or day is None:
        raise Invalid("An allocation needs an existing Invoice, an Amount and a Date")
    messages = _allocation_messages(source, kind, invoice)
    if amount <= 0 or half_up(amount) != amount:
        messages.append("The allocation amount must be a positive amount in cents")
    if amount > source["RemainingCredit"]:
        messages.append("The allocation amount exceeds the remaining credit")
    if amount > invoice["AmountDue"]:
        messages.append("The allocation amount exceeds the amount outstanding on the invoice")
    if message := lock_message(call.org, day):
        messages.append(message)
    refuse(messages, [])
    allocation = {
        "AllocationID": call.org.new_id(),
        "Amount": half_up(amount),
        "Date": day,
        "IsDeleted": False,
        "_kind": kind,
        "_source": source[settle.TARGETS[kind][1]],
        "_invoice": invoice["InvoiceID"],
    }
    call.org.save("Allocations", allocation)
    settle.credit(call.org, kind, source, allocation)
    settle.credit(call.org, "Invoices", invoice, allocation)
    return allocation


def unallocate(call: Call, allocation: Doc) -> Doc:
    """Take an allocation away again."""
    kind = allocation["_kind"]
    source = call.org[kind].get(allocation["_source"])
    invoice = call.org["Invoices"].get(allocation["_invoice"])
    assert source is not None
    assert invoice is not None
    settle.credit(call.org, kind, source, allocation, -1)
    settle.credit(call.org, "Invoices", invoice, allocation, -1)
    allocation["IsDeleted"] = True
    return call.org.save("Allocations", allocation)
