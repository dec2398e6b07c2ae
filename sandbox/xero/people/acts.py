"""A person's acts in Xero: what happens in the books without the connector.

Each act takes the call and a dict of arguments and returns the document that it changed. The
rules for documents are those of the API; `ValueError` for an act that makes no sense.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.xero.books.collection import fold
from sandbox.xero.documents import contacts, credit_notes, invoices, items, payments
from sandbox.xero.rules import fields, settle
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.lines import find_account
from sandbox.xero.wire import Doc


def _invoice(call: Call, args: Doc) -> Doc:
    table, key = call.org["Invoices"], str(args.get("invoice", ""))
    found = table.get(key) or table.first("live", key) or table.first("number", key)
    if found is None:
        raise ValueError(f"no invoice {key!r}")
    return found


def _credit_note(call: Call, args: Doc) -> Doc:
    table, key = call.org["CreditNotes"], str(args.get("credit_note", ""))
    found = table.get(key) or table.first("number", key)
    if found is None:
        raise ValueError(f"no credit note {key!r}")
    return found


def _contact(call: Call, key: object) -> Doc:
    table = call.org["Contacts"]
    text = str(key)
    found = table.get(text) or table.first("name", fold(text)) or table.first("number", text)
    if found is None:
        raise ValueError(f"no contact {text!r}")
    return found


def create_invoice(call: Call, args: Doc) -> Doc:
    """An invoice; `total` stands for one line without tax where no `lines` are given."""
    today = call.org.today().isoformat()
    lines = args.get("lines") or [
        {
            "Description": "By hand",
            "Quantity": 1,
            "UnitAmount": args.get("total", 100),
            "AccountCode": "200",
        }
    ]
    element = {
        "Type": "ACCREC",
        "InvoiceNumber": args.get("number"),
        "Reference": args.get("reference"),
        "Contact": {"Name": args.get("contact", "A person's customer")},
        "Date": args.get("date", today),
        "DueDate": args.get("due", args.get("date", today)),
        "Status": args.get("status", "AUTHORISED"),
        "LineAmountTypes": args.get("line_amount_types", "NoTax" if "total" in args else None),
        "CurrencyCode": args.get("currency"),
        "LineItems": lines,
    }
    return invoices.create(call, {k: v for k, v in element.items() if v is not None})


def edit_invoice(call: Call, args: Doc) -> Doc:
    """Change properties of an invoice, by the API's rules; texts of a locked one as well."""
    doc, changes = _invoice(call, args), args.get("changes") or {}
    if settle.touched(doc) and set(changes) <= {"Reference", "Url", "DueDate"}:
        changed = dict(doc)
        for name in changes:
            changed[name] = fields.day(changes, name) if name == "DueDate" else changes[name]
        return call.org.save("Invoices", changed)
    return invoices.update(call, changes, doc)


def pay(call: Call, args: Doc) -> Doc:
    """A payment of `amount`, or of all that is due."""
    doc = _invoice(call, args)
    element = {
        "Invoice": {"InvoiceID": doc["InvoiceID"]},
        "Account": {"Code": args.get("account", "090")},
        "Amount": args.get("amount", doc["AmountDue"]),
        "Date": args.get("date"),
        "Reference": args.get("reference"),
    }
    return payments.create(call, element)


def refund(call: Call, args: Doc) -> Doc:
    """Money paid back for a credit note: `amount`, or all the credit that is left."""
    note = _credit_note(call, args)
    element = {
        "CreditNote": {"CreditNoteID": note["CreditNoteID"]},
        "Account": {"Code": args.get("account", "090")},
        "Amount": args.get("amount", note["RemainingCredit"]),
        "Date": args.get("date"),
        "Reference": args.get("reference"),
    }
    return payments.create(call, element)


def delete_payment(call: Call, args: Doc) -> Doc:
    """A payment by id, or the last one of an invoice."""
    key = args.get("payment") or (_invoice(call, args)["_payments"] or [None])[-1]
    payment = call.org["Payments"].get(key)
    if payment is None:
        raise ValueError("no such payment")
    return payments.delete(call, {"Status": "DELETED"}, payment)


def reconcile(call: Call, args: Doc) -> Doc:
    """Match a payment with a bank statement line."""
    payment = call.org["Payments"].get(args.get("payment"))
    if payment is None:
        raise ValueError("no such payment")
    return call.org.save("Payments", dict(payment, IsReconciled=True))


def _status(status: str) -> Callable[[Call, Doc], Doc]:
    return lambda call, args: invoices.update(call, {"Status": status}, _invoice(call, args))


def credit(call: Call, args: Doc) -> Doc:
    """A credit note over `amount` for the invoice's contact, allocated to it."""
    doc = _invoice(call, args)
    line = {"Description": "Goodwill", "Quantity": 1, "UnitAmount": args["amount"]}
    element = {
        "Type": "ACCRECCREDIT",
        "Contact": doc["Contact"],
        "Status": "AUTHORISED",
        "LineAmountTypes": "NoTax",
        "CurrencyCode": doc["CurrencyCode"],
        "LineItems": [{**line, "AccountCode": "200"}],
    }
    note = credit_notes.create(call, element)
    allocation = {"Invoice": {"InvoiceID": doc["InvoiceID"]}, "Amount": args["amount"]}
    allocation["Date"] = call.org.today().isoformat()
    credit_notes.allocate(call, "CreditNotes", note, allocation)
    return note


def create_contact(call: Call, args: Doc) -> Doc:
    return contacts.create(call, args["contact"])


def rename_contact(call: Call, args: Doc) -> Doc:
    return contacts.update(call, {"Name": args["name"]}, _contact(call, args["contact"]))


def edit_contact(call: Call, args: Doc) -> Doc:
    """Change the given `details` of a contact."""
    return contacts.update(call, args["details"], _contact(call, args["contact"]))


def archive_contact(call: Call, args: Doc) -> Doc:
    return call.org.save(
        "Contacts", dict(_contact(call, args["contact"]), ContactStatus="ARCHIVED")
    )


def restore_contact(call: Call, args: Doc) -> Doc:
    return call.org.save("Contacts", dict(_contact(call, args["contact"]), ContactStatus="ACTIVE"))


def merge_contacts(call: Call, args: Doc) -> Doc:
    """Merge `contact` into `into`: documents move, the first is archived and says where to."""
    gone, into = _contact(call, args["contact"]), _contact(call, args["into"])
    for kind in ("Invoices", "CreditNotes", "BankTransactions", "Overpayments", "Prepayments"):
        for doc in call.org[kind].find("contact", gone["ContactID"]):
            moved = dict(doc, Contact={"ContactID": into["ContactID"]})
            call.org.restore(kind, moved)
    call.org.save("Contacts", into)
    return call.org.save(
        "Contacts", dict(gone, ContactStatus="ARCHIVED", MergedToContactID=into["ContactID"])
    )


def _item(call: Call, args: Doc) -> Doc:
    key = str(args["item"])
    found = call.org["Items"].get(key) or call.org["Items"].first("number", key)
    if found is None:
        raise ValueError(f"no item {key!r}")
    return found


def create_item(call: Call, args: Doc) -> Doc:
    return items.create(call, args["item"])


def edit_item(call: Call, args: Doc) -> Doc:
    return items.update(call, args["changes"], _item(call, args))


def delete_item(call: Call, args: Doc) -> Doc:
    return call.org.delete("Items", _item(call, args))


def receive_stock(call: Call, args: Doc) -> Doc:
    """A supplier's bill for `quantity` of a tracked item at `cost` each."""
    item = _item(call, args)
    line = {
        "Description": "Received", "ItemCode": item["Code"], "Quantity": args["quantity"],
        "UnitAmount": args.get("cost", 5), "AccountCode": item["InventoryAssetAccountCode"],
    }  # fmt: skip
    today = call.org.today().isoformat()
    element = {
        "Type": "ACCPAY", "Contact": {"Name": "A supplier"}, "Status": "AUTHORISED",
        "LineAmountTypes": "NoTax", "LineItems": [line], "Date": args.get("date", today),
        "DueDate": args.get("date", today),
    }  # fmt: skip
    return invoices.create(call, element)


def _account_status(status: str) -> Callable[[Call, Doc], Doc]:
    def act(call: Call, args: Doc) -> Doc:
        account = find_account(call.org, {"Code": args["account"]})
        if account is None:
            raise ValueError(f"no account {args['account']!r}")
        return call.org.save("Accounts", dict(account, Status=status))

    return act


def lock(call: Call, args: Doc) -> Doc:
    """Set lock dates: `period` and `year_end`, each a day or null; what is absent stays."""
    for name, fact in (("period", "PeriodLockDate"), ("year_end", "EndOfYearLockDate")):
        if name in args:
            call.org.facts[fact] = fields.day(args, name)
    call.org.touch_facts()
    return call.org.facts


def archive_tax_rate(call: Call, args: Doc) -> Doc:
    rate = call.org["TaxRates"].get(args["tax_type"])
    if rate is None:
        raise ValueError(f"no tax rate {args['tax_type']!r}")
    return call.org.save("TaxRates", dict(rate, Status=args.get("status", "ARCHIVED")))


def approve_limit(call: Call, args: Doc) -> Doc:
    """The plan allows so many approved sales invoices a month; null lifts the limit."""
    limit = args.get("limit")
    call.org.facts["_approve_limit"] = None if limit is None else int(limit)
    call.org.touch_facts()
    return call.org.facts


ACTS: dict[str, Callable[[Call, Doc], Doc]] = {
    "create_invoice": create_invoice,
    "edit_invoice": edit_invoice,
    "approve": _status("AUTHORISED"),
    "void": _status("VOIDED"),
    "delete_invoice": _status("DELETED"),
    "pay": pay,
    "refund": refund,
    "delete_payment": delete_payment,
    "reconcile": reconcile,
    "credit": credit,
    "create_contact": create_contact,
    "rename_contact": rename_contact,
    "edit_contact": edit_contact,
    "archive_contact": archive_contact,
    "restore_contact": restore_contact,
    "merge_contacts": merge_contacts,
    "create_item": create_item,
    "edit_item": edit_item,
    "delete_item": delete_item,
    "receive_stock": receive_stock,
    "archive_account": _account_status("ARCHIVED"),
    "restore_account": _account_status("ACTIVE"),
    "lock": lock,
    "archive_tax_rate": archive_tax_rate,
    "approve_limit": approve_limit,
}
