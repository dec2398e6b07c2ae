"""Payments and refunds: money against one document, from or to one account."""

from __future__ import annotations

from sandbox.xero.documents.compose import day_rate, lock_message, refuse
from sandbox.xero.rules import fields, settle
from sandbox.xero.rules.arithmetic import ZERO, half_up
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.lines import archived_account, find_account
from sandbox.xero.wire import Doc, Invalid

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
_TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
}


def _target(call: Call, element: Doc) -> tuple[str, Doc]:
    """The one document that the payment names: (kind, document)."""
    numbers = {"Invoices": "InvoiceNumber", "CreditNotes": "CreditNoteNumber"}
    found: list[tuple[str, Doc | None]] = []
    for kind, (name, id_field, _) in settle.TARGETS.items():
        table, named = call.org[kind], element.get(name) or {}
        number = numbers.get(kind)
        if named.get(id_field):
            found.append((kind, table.get(named[id_field])))
        elif number and (text := named.get(number) or element.get(number)):
            index = "live" if kind == "Invoices" else "number"
            found.append((kind, table.first(index, str(text))))
    if len(found) != 1:
        raise Invalid("A payment must name exactly one document")
    kind, doc = found[0]
    if doc is None:
        raise Invalid(f"{settle.TARGETS[kind][0]} could not be found")
    return kind, doc


def _account(call: Call, element: Doc) -> Doc:
    named = dict(element.get("Account") or {})
    if "Code" not in named and element.get("Code"):
        named["Code"] = element["Code"]
    account = find_account(call.org, named)
    if account is None:
        raise Invalid("Account could not be found")
    if account["Status"] != "ACTIVE":
        raise Invalid(archived_account(account.get("Code") or account["Name"]))
    if account["Type"] != "BANK" and not account.get("EnablePaymentsToAccount"):
        raise Invalid("The account must be a bank account or have payments enabled")
    return account


def _amount_messages(element: Doc, kind: str, doc: Doc) -> list[str]:
    amount = fields.number(element, "Amount")
    if amount is None or amount <= 0:
        return ["The payment amount must be greater than zero"]
    if half_up(amount) != amount:
        return ["The payment amount must have no more than 2 decimal places"]
    if doc["Status"] not in ("AUTHORISED", "PAID"):
        return [NOT_AUTHORISED]
    if amount > settle.left(doc, kind):
        return [EXCEEDS]
    return []


def create(call: Call, element: Doc) -> Doc:
    """PUT or POST: a new payment."""
    kind, doc = _target(call, element)
    messages = _amount_messages(element, kind, doc)
    messages += fields.too_long(element, [("Reference", 255)])
    day = fields.day(element, "Date") or call.org.today()
    if message := lock_message(call.org, day):
        messages.append(message)
    account: Doc = {}
    try:
        account = _account(call, element)
    except Invalid as error:
        messages += error.messages
    currency = account.get("CurrencyCode")
    if currency and currency not in (doc["CurrencyCode"], call.org.base_currency):
        messages.append("The account's currency must be the document's or the organisation's")
    refuse(messages, [])
    rate = fields.number(element, "CurrencyRate")
    if doc["CurrencyCode"] == call.org.base_currency:
        rate = None
    elif rate is None:
        rate = day_rate(call.org, doc["CurrencyCode"])
    payment = _new(call, element, kind, doc, account)
    payment["Date"], payment["CurrencyRate"] = day, rate or doc["CurrencyRate"]
    payment["BankAmount"] = payment["Amount"]
    if currency and currency != doc["CurrencyCode"] and rate:
        payment["BankAmount"] = half_up(payment["Amount"] / rate)
    settle.pay(call.org, kind, doc, payment)
    return call.org.save("Payments", payment)


def _new(call: Call, element: Doc, kind: str, doc: Doc, account: Doc) -> Doc:
    return {
        "PaymentID": call.org.new_id(),
        "Amount": half_up(fields.number(element, "Amount") or ZERO),
        "Reference": fields.text(element, "Reference"),
        "PaymentType": _TYPES[doc["Type"]],
        "Status": "AUTHORISED",
        "IsReconciled": fields.flag(element.get("IsReconciled", False)),
        "_kind": kind,
        "_target": doc[settle.TARGETS[kind][1]],
        "_account": account["AccountID"],
        "_app": call.app,
    }


def delete(call: Call, element: Doc, payment: Doc) -> Doc:
    """POST /Payments/{id} with Status DELETED; nothing else can be changed."""
    if fields.text(element, "Status") != "DELETED":
        raise Invalid("Payments cannot be edited. They can only be created and deleted.")
    if payment["Status"] == "DELETED":
        raise Invalid("Payment has already been deleted")
    if payment["IsReconciled"]:
        raise Invalid("Payment cannot be deleted because it has been reconciled")
    if message := lock_message(call.org, payment["Date"]):
        raise Invalid(message)
    kind = payment["_kind"]
    doc = call.org[kind].get(payment["_target"])
    assert doc is not None
    settle.pay(call.org, kind, doc, payment, -1)
    payment["Status"] = "DELETED"
    return call.org.save("Payments", payment)
