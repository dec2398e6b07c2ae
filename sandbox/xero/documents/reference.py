"""Reference data that a client may change: accounts, currencies, tracking; and history notes."""

from __future__ import annotations

from sandbox.xero.rules import fields
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid, not_found

CLASSES = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "EQUITY": "EQUITY",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "DEPRECIATN": "EXPENSE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
    "OTHERINCOME": "REVENUE",
}


def create_account(call: Call, element: Doc) -> Doc:
    """PUT /Accounts: one account."""
    code, name = fields.text(element, "Code"), fields.text(element, "Name")
    kind = fields.text(element, "Type") or ""
    messages = fields.too_long(element, [("Code", 10), ("Name", 150)])
    if not name:
        messages.append("Name is required")
    if kind not in CLASSES:
        messages.append("The account Type is not valid")
    if not code and kind != "BANK":
        messages.append("Please enter a unique Code.")
    if code and call.org["Accounts"].find("number", code):
        messages.append("Please enter a unique Code.")
    if any(other["Name"] == name for other in call.org["Accounts"]):
        messages.append("Please enter a unique Name.")
    if kind == "BANK" and not fields.text(element, "BankAccountNumber"):
        messages.append("BankAccountNumber is required for an account of type BANK")
    tax = fields.text(element, "TaxType")
    if tax and call.org["TaxRates"].get(tax) is None:
        messages.append(f"The TaxType code {tax} does not exist")
    if messages:
        raise Invalid(*messages)
    return call.org.save("Accounts", _new_account(call, element, kind))


def _new_account(call: Call, element: Doc, kind: str) -> Doc:
    default_tax = "BASEXCLUDED" if call.org["TaxRates"].get("BASEXCLUDED") else "NONE"
    account = {
        "AccountID": call.org.new_id(),
        "Code": fields.text(element, "Code"),
        "Name": fields.text(element, "Name"),
        "Type": kind,
        "Class": CLASSES[kind],
        "Status": "ACTIVE",
        "TaxType": fields.text(element, "TaxType") or default_tax,
        "Description": fields.text(element, "Description"),
        "EnablePaymentsToAccount": fields.flag(element.get("EnablePaymentsToAccount", False)),
        "ShowInExpenseClaims": fields.flag(element.get("ShowInExpenseClaims", False)),
        "HasAttachments": False,
    }
    if kind == "BANK":
        account["BankAccountNumber"] = fields.text(element, "BankAccountNumber")
        account["BankAccountType"] = fields.text(element, "BankAccountType") or "BANK"
        account["CurrencyCode"] = fields.text(element, "CurrencyCode") or call.org.base_currency
    return account


def update_account(call: Call, element: Doc, old: Doc) -> Doc:
    """POST /Accounts/{id}: name, description, payments, or archiving; not both at once."""
    if old.get("SystemAccount"):
        raise Invalid("System accounts cannot be updated")
    account = dict(old)
    for name in ("Name", "Description", "TaxType", "Status"):
        if element.get(name) is not None:
            account[name] = str(element[name])
    if "EnablePaymentsToAccount" in element:
        account["EnablePaymentsToAccount"] = fields.flag(element["EnablePaymentsToAccount"])
    if account["Status"] not in ("ACTIVE", "ARCHIVED"):
        raise Invalid("The account Status is not valid")
    return call.org.save("Accounts", account)


def create_currency(call: Call, element: Doc) -> Doc:
    """PUT /Currencies: one currency."""
    code = (fields.text(element, "Code") or "").upper()
    if len(code) != 3 or not code.isalpha():
        raise Invalid("The currency Code is not valid")
    doc = {"_id": code.lower(), "Code": code, "Description": code}
    return call.org.save("Currencies", doc)


def create_category(call: Call, element: Doc) -> Doc:
    """PUT /TrackingCategories: at most two active ones."""
    name = fields.text(element, "Name")
    active = [one for one in call.org["TrackingCategories"] if one["Status"] == "ACTIVE"]
    messages = fields.too_long(element, [("Name", 100)])
    if not name:
        messages.append("Name is required")
    if any(one["Name"] == name for one in call.org["TrackingCategories"]):
        messages.append("A tracking category with this name already exists")
    if len(active) >= 2:
        messages.append("An organisation can have no more than 2 active tracking categories")
    if messages:
        raise Invalid(*messages)
    category: Doc = {
        "TrackingCategoryID": call.org.new_id(),
        "Name": name,
        "Status": "ACTIVE",
        "Options": [],
    }
    for option in element.get("Options") or []:
        category["Options"].append(_new_option(call, category, option))
    return call.org.save("TrackingCategories", category)


def _new_option(call: Call, category: Doc, element: Doc) -> Doc:
    name = fields.text(element, "Name")
    if not name or len(name) > 100:
        raise Invalid("An option needs a Name of at most 100 characters")
    if any(one["Name"] == name for one in category["Options"]):
        raise Invalid("A tracking option with this name already exists")
    return {"TrackingOptionID": call.org.new_id(), "Name": name, "Status": "ACTIVE"}


def create_option(call: Call, category: Doc, element: Doc) -> Doc:
    """PUT /TrackingCategories/{id}/Options."""
    option = _new_option(call, category, element)
    category["Options"].append(option)
    call.org.save("TrackingCategories", category)
    return option


def add_history(call: Call, kind: str, key: str, element: Doc) -> Doc:
    """PUT /{kind}/{id}/History: a note of at most 2,500 characters; it cannot be removed."""
    details = fields.text(element, "Details")
    if not details:
        raise Invalid("Details are required")
    if len(details) > 2500:
        raise Invalid("The length of the Details field must not be more than 2500 characters")
    note = {
        "Changes": "Note",
        "Details": details,
        "User": "System Generated",
        "DateUTC": call.org.stamp(),
    }
    book = call.org["History"].get(key) or {"_id": key, "_kind": kind, "Records": []}
    book["Records"].insert(0, note)
    call.org.save("History", book)
    return note


def history(call: Call, key: str) -> list[Doc]:
    """The notes of one document, latest first."""
    book = call.org["History"].get(key)
    return [
        {**note, "DateUTCString": note["DateUTC"].strftime("%Y-%m-%dT%H:%M:%S")}
        for note in (book or {"Records": []})["Records"]
    ]


def found_or_404(doc: Doc | None) -> Doc:
    """The document, or the plain 404."""
    if doc is None:
        raise not_found()
    return doc
