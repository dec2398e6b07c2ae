"""Bank transactions: money received or spent without an invoice.

RECEIVE-OVERPAYMENT and RECEIVE-PREPAYMENT also make an overpayment or prepayment, which can
then be allocated or refunded.
"""

from __future__ import annotations

from sandbox.xero.documents.compose import Spec, compose, lock_message, refuse
from sandbox.xero.rules import fields, settle
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.lines import find_account
from sandbox.xero.wire import Doc, Invalid

_SIDES = ("RECEIVE", "SPEND")
SPEC = Spec(
    types=frozenset(f"{s}{k}" for s in _SIDES for k in ("", "-OVERPAYMENT", "-PREPAYMENT")),
    discounts=False,
    statuses=frozenset({"AUTHORISED"}),
    first_status="AUTHORISED",
    bad_status="The bank transaction's Status is not valid",
)


def _bank_account(call: Call, doc: Doc, element: Doc) -> list[str]:
    named = element.get("BankAccount")
    if named is None and doc.get("_account"):
        return []
    account = find_account(call.org, named or {})
    if account is None or account["Type"] != "BANK" or account["Status"] != "ACTIVE":
        return ["The BankAccount must be an active account of type BANK"]
    currency = account.get("CurrencyCode") or call.org.base_currency
    if doc.get("CurrencyCode") and doc["CurrencyCode"] != currency:
        return ["A bank transaction must be in the currency of its bank account"]
    doc["_account"] = account["AccountID"]
    return []


def _with_debtors(call: Call, element: Doc, old: Doc | None) -> Doc:
    """An overpayment's lines stand on the debtors (or creditors) account, without tax."""
    if not str(element.get("Type") or "").endswith("-OVERPAYMENT"):
        return element
    sales = str(element["Type"]).startswith("RECEIVE")
    name = "DEBTORS" if sales else "CREDITORS"
    control = next(a for a in call.org["Accounts"] if a.get("SystemAccount") == name)
    lines = []
    for line in element.get("LineItems") or []:
        lines.append({"AccountCode": control["Code"], "Quantity": 1, **line})
    return {**element, "LineItems": lines, "LineAmountTypes": "NoTax"}


def _save(call: Call, element: Doc, old: Doc | None) -> Doc:
    element = _with_debtors(call, element, old)
    doc, save_contact, messages, contact_messages = compose(call, SPEC, element, old)
    messages += _bank_account(call, doc, element)
    refuse(messages, contact_messages)
    doc["Contact"] = {"ContactID": save_contact()["ContactID"]}
    doc["IsReconciled"] = fields.flag(element.get("IsReconciled", doc.get("IsReconciled", False)))
    doc["_app"] = old["_app"] if old else call.app
    if old is None:
        doc["BankTransactionID"] = call.org.new_id()
        _credit(call, doc)
    return call.org.save("BankTransactions", doc)


def _credit(call: Call, doc: Doc) -> None:
    """The overpayment or prepayment that the transaction stands for."""
    for suffix, kind in (("-OVERPAYMENT", "Overpayments"), ("-PREPAYMENT", "Prepayments")):
        if not doc["Type"].endswith(suffix):
            continue
        id_field = settle.TARGETS[kind][1]
        doc[id_field] = call.org.new_id()
        taken = [
            "Type",
            "Date",
            "Status",
            "LineAmountTypes",
            "LineItems",
            "SubTotal",
            "TotalTax",
            "Total",
            "CurrencyCode",
            "CurrencyRate",
            "Contact",
            "Reference",
        ]
        credit = {name: doc[name] for name in taken if name in doc}
        credit[id_field] = doc[id_field]
        credit["_bank"] = doc["BankTransactionID"]
        settle.start(credit, kind)
        call.org.save(kind, credit)


def create(call: Call, element: Doc) -> Doc:
    """PUT: a new bank transaction."""
    return _save(call, {k: v for k, v in element.items() if k != "BankTransactionID"}, None)


def upsert(call: Call, element: Doc) -> Doc:
    """POST: change by BankTransactionID, or make a new one."""
    key = fields.text(element, "BankTransactionID")
    if not key:
        return create(call, element)
    old = call.org["BankTransactions"].get(key)
    if old is None:
        raise Invalid("Bank transaction not found")
    return update(call, element, old)


def update(call: Call, element: Doc, old: Doc) -> Doc:
    """Change or (Status DELETED) delete one that is not reconciled."""
    if old["Status"] != "AUTHORISED" or old["IsReconciled"]:
        raise Invalid("This Bank Transaction cannot be edited as it has been reconciled or deleted")
    if message := lock_message(call.org, old["Date"]):
        raise Invalid(message)
    credit = _credit_of(call, old)
    if credit is not None and settle.touched(credit[1]):
        raise Invalid("This Bank Transaction cannot be edited as its credit has been used")
    if fields.text(element, "Status") != "DELETED":
        if credit is not None:
            raise Invalid("Overpayments and prepayments can only be deleted, not edited")
        return _save(call, element, old)
    if credit is not None:
        credit[1]["Status"] = "VOIDED"
        call.org.save(credit[0], credit[1])
    return call.org.save("BankTransactions", dict(old, Status="DELETED"))


def _credit_of(call: Call, doc: Doc) -> tuple[str, Doc] | None:
    for kind in ("Overpayments", "Prepayments"):
        key = doc.get(settle.TARGETS[kind][1])
        if key and (found := call.org[kind].get(key)):
            return kind, found
    return None
