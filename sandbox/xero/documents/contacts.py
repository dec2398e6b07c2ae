"""Contacts: who a document is for.

Names are unique among active contacts and numbers among all. PUT refuses a name or number
that exists; POST finds the contact by ContactID, ContactNumber or Name and changes it. A
contact inside a document that brings more than its ContactID is changed too, and its
ContactPersons are replaced: that is what the service does.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.xero.books.collection import fold
from sandbox.xero.books.organisation import Organisation
from sandbox.xero.rules import fields
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid

ARCHIVED = (
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes."
)
MISSING = "A Contact must be specified for this type of transaction"
NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."
_LIMITS = (
    ("Name", 255),
    ("FirstName", 255),
    ("LastName", 255),
    ("EmailAddress", 255),
    ("ContactNumber", 50),
    ("AccountNumber", 50),
    ("CompanyNumber", 50),
    ("TaxNumber", 50),
)
_TERMS = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")
_ADDRESS_LIMITS = (
    *((f"AddressLine{n}", 500) for n in (1, 2, 3, 4)),
    ("City", 255),
    ("Region", 255),
    ("PostalCode", 50),
    ("Country", 50),
    ("AttentionTo", 255),
)
_PHONE_LIMITS = (("PhoneNumber", 50), ("PhoneAreaCode", 10), ("PhoneCountryCode", 20))
_TEXTS = [
    "ContactNumber",
    "AccountNumber",
    "Name",
    "FirstName",
    "LastName",
    "CompanyNumber",
    "EmailAddress",
    "BankAccountDetails",
    "TaxNumber",
    "TaxNumberType",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
    "DefaultCurrency",
    "SalesDefaultLineAmountType",
    "PurchasesDefaultLineAmountType",
]


def name_taken(name: str) -> str:
    return (
        f"The contact name {name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def _name_messages(name: str) -> list[str]:
    found = []
    if "<" in name or ">" in name:
        found.append("The contact name cannot contain the characters < or >")
    if name != name.strip() or "  " in name:
        found.append("The contact name cannot have leading, trailing or repeated spaces")
    return found


def _messages(org: Organisation, element: Doc, old: Doc | None) -> list[str]:
    """Everything that is wrong with the element's own values."""
    found = fields.too_long(element, _LIMITS)
    name = fields.text(element, "Name")
    if name:
        found += _name_messages(name)
    elif old is None or name == "":
        found.append("The contact name must be specified")
    email = fields.text(element, "EmailAddress")
    if email and not fields.is_email(email):
        found.append("Email address must be valid.")
    for address in element.get("Addresses") or ():
        found += fields.too_long(address, _ADDRESS_LIMITS)
        if address.get("AddressType") not in ("POBOX", "STREET", None):
            found.append("The AddressType is not valid")
    for phone in element.get("Phones") or ():
        found += fields.too_long(phone, _PHONE_LIMITS)
    if len(element.get("ContactPersons") or ()) > 5:
        found.append("A contact can have no more than 5 contact persons")
    for terms in (element.get("PaymentTerms") or {}).values():
        if terms and terms.get("Type") not in _TERMS:
            found.append("The PaymentTermType is not valid")
    currency = fields.text(element, "DefaultCurrency")
    if currency and org["Currencies"].get(currency) is None:
        found.append(f"Organisation is not subscribed to currency {currency}")
    status = element.get("ContactStatus")
    if status not in (None, "ACTIVE", "ARCHIVED"):
        found.append("The ContactStatus is not valid")
    return found


def _clashes(org: Organisation, element: Doc, own_id: str | None) -> list[str]:
    """Messages for a name or number that another contact has."""
    found = []
    name = fields.text(element, "Name")
    for other in org["Contacts"].find("name", fold(name)):
        if other["ContactID"] != own_id and other["ContactStatus"] == "ACTIVE":
            found.append(name_taken(name or ""))
            break
    for other in org["Contacts"].find("number", fields.text(element, "ContactNumber") or None):
        if other["ContactID"] != own_id:
            found.append(NUMBER_TAKEN)
            break
    return found


def _blank(org: Organisation) -> Doc:
    return {
        "ContactID": org.new_id(),
        "ContactStatus": "ACTIVE",
        "Name": "",
        "Addresses": [{"AddressType": "STREET"}, {"AddressType": "POBOX"}],
        "Phones": [{"PhoneType": kind} for kind in ("DEFAULT", "DDI", "MOBILE", "FAX")],
        "ContactPersons": [],
        "IsSupplier": False,
        "IsCustomer": False,
    }


def _merge_by(kind: str, old: list[Doc], new: list[Doc]) -> list[Doc]:
    """Addresses and phones are replaced by their type; those of other types stay."""
    merged = {item.get(kind): item for item in old}
    for item in new:
        plain = {k: str(v) for k, v in item.items() if v is not None}
        merged[plain.setdefault(kind, "STREET" if kind == "AddressType" else "DEFAULT")] = plain
    return list(merged.values())


def apply(org: Organisation, element: Doc, old: Doc | None) -> Doc:
    """Save the element onto a contact, new or old. Its values were checked before."""
    contact = dict(old) if old else _blank(org)
    for name in _TEXTS:
        if name in element:
            contact[name] = fields.text(element, name) or None
    if "Addresses" in element:
        contact["Addresses"] = _merge_by(
            "AddressType", contact["Addresses"], element["Addresses"] or []
        )
    if "Phones" in element:
        contact["Phones"] = _merge_by("PhoneType", contact["Phones"], element["Phones"] or [])
    if "ContactPersons" in element:
        contact["ContactPersons"] = list(element["ContactPersons"] or [])
    if "PaymentTerms" in element:
        contact["PaymentTerms"] = element["PaymentTerms"]
    if element.get("ContactStatus"):
        contact["ContactStatus"] = element["ContactStatus"]
    return org.save("Contacts", contact)


def _found(org: Organisation, element: Doc) -> Doc | None:
    """The contact that an element means: by id, else by number, else by name."""
    table = org["Contacts"]
    if key := fields.text(element, "ContactID"):
        return table.get(key)
    if numbered := table.first("number", fields.text(element, "ContactNumber") or None):
        return numbered
    named = table.find("name", fold(fields.text(element, "Name")))
    active = [contact for contact in named if contact["ContactStatus"] == "ACTIVE"]
    return next(iter(active or named), None)


def create(call: Call, element: Doc) -> Doc:
    """PUT: a new contact."""
    messages = _messages(call.org, element, None) + _clashes(call.org, element, None)
    if messages:
        raise Invalid(*messages)
    return apply(call.org, element, None)


def upsert(call: Call, element: Doc) -> Doc:
    """POST: change the contact that the element means, or make a new one."""
    old = _found(call.org, element)
    if old is None and element.get("ContactID"):
        raise Invalid("The contact with the given ContactID could not be found")
    return update(call, element, old) if old else create(call, element)


def update(call: Call, element: Doc, old: Doc) -> Doc:
    """Change one contact. An archived one must be made ACTIVE by the same change."""
    messages = _messages(call.org, element, old)
    messages += _clashes(call.org, element, old["ContactID"])
    if old["ContactStatus"] != "ACTIVE" and element.get("ContactStatus") != "ACTIVE":
        messages.append(ARCHIVED)
    if old.get("MergedToContactID"):
        messages.append("The contact has been merged and cannot be changed")
    if old["ContactStatus"] != "ACTIVE" and not element.get("Name"):
        messages += _clashes(call.org, {"Name": old["Name"]}, old["ContactID"])
    if messages:
        raise Invalid(*messages)
    return apply(call.org, element, old)


def for_document(call: Call, element: Doc | None) -> tuple[list[str], list[str], Callable[[], Doc]]:
    """Which contact a document is for: (messages, the contact's own messages, save).

    Nothing is saved until `save` is called: a document that is refused changes no contact.
    """
    element = {k: v for k, v in (element or {}).items() if not k.startswith("Has")}
    old = _found(call.org, element) if element else None
    named = bool(fields.text(element, "Name"))
    if old is None and (not named or element.get("ContactID")):
        return [MISSING], [], dict
    if old is not None and old["ContactStatus"] != "ACTIVE":
        return [ARCHIVED], [], dict
    own = old["ContactID"] if old else None
    if old is not None and set(element) <= {"ContactID"}:
        found = old
        return [], [], lambda: found
    messages = _messages(call.org, element, old) + _clashes(call.org, element, own)
    if old is not None:
        # Whoever is not listed is removed from the contact, as in the service.
        element.setdefault("ContactPersons", [])
        if not element["ContactPersons"] and _says_nothing_new(element, old):
            found = old
            return [], messages, lambda: found
    return [], messages, lambda: apply(call.org, element, old)


def _says_nothing_new(element: Doc, old: Doc) -> bool:
    """Whether the element only names the contact, so that attaching it changes nothing."""
    named = {"ContactID", "Name", "ContactNumber"}
    given = {k: v for k, v in element.items() if k != "ContactPersons"}
    return (
        set(given) <= named
        and all(old.get(k) == v for k, v in given.items())
        and not old["ContactPersons"]
    )
