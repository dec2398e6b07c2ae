"""Items: what is sold. Code is unique, at most 30 characters; Name at most 50."""

from __future__ import annotations

from decimal import Decimal

from sandbox.xero.rules import fields
from sandbox.xero.rules.arithmetic import ZERO, half_up
from sandbox.xero.rules.calls import Call
from sandbox.xero.rules.lines import find_account
from sandbox.xero.wire import Doc, Invalid

_LIMITS = (("Code", 30), ("Name", 50), ("Description", 4000), ("PurchaseDescription", 4000))


def _details(call: Call, element: Doc, name: str, doc: Doc) -> list[str]:
    """Prices and accounts of one side. `unitdp` counts for the price."""
    given = element.get(name)
    if given is None:
        return []
    details = dict(doc.get(name) or {})
    messages = []
    price = fields.number(given, "UnitPrice")
    if price is not None:
        details["UnitPrice"] = half_up(price, call.unitdp)
    for part in ("AccountCode", "COGSAccountCode", "TaxType"):
        if given.get(part) is not None:
            details[part] = str(given[part])
    for part in ("AccountCode", "COGSAccountCode"):
        if code := details.get(part):
            account = find_account(call.org, {"Code": code})
            if account is None or account["Status"] != "ACTIVE":
                messages.append(f"Account code '{code}' is not valid for this item.")
    kind = details.get("TaxType")
    if kind and call.org["TaxRates"].get(kind) is None:
        messages.append(f"The TaxType code {kind} does not exist")
    doc[name] = details
    return messages


def _inventory(call: Call, doc: Doc, old: Doc | None) -> list[str]:
    """A tracked item needs an INVENTORY account and an account for the cost of goods sold."""
    code = doc.get("InventoryAssetAccountCode")
    doc["IsTrackedAsInventory"] = bool(code)
    if not code:
        return []
    account = find_account(call.org, {"Code": code})
    messages = []
    if account is None or account["Type"] != "INVENTORY":
        messages.append("InventoryAssetAccountCode must be an account of type INVENTORY")
    if not (doc.get("PurchaseDetails") or {}).get("COGSAccountCode"):
        messages.append("COGSAccountCode is required for a tracked inventory item")
    doc.setdefault("QuantityOnHand", Decimal("0.0000"))
    doc.setdefault("TotalCostPool", ZERO)
    return messages


def _save(call: Call, element: Doc, old: Doc | None) -> Doc:
    doc = dict(old) if old else {}
    messages = fields.too_long(element, _LIMITS)
    for name in ("Code", "Name", "Description", "PurchaseDescription", "InventoryAssetAccountCode"):
        if name in element:
            doc[name] = fields.text(element, name)
    if not doc.get("Code"):
        messages.append("Price List Item could not be saved: Code is required")
    others = call.org["Items"].find("number", doc.get("Code"))
    if any(other["ItemID"] != doc.get("ItemID") for other in others):
        messages.append(f"Price List Item with Code '{doc['Code']}' already exists")
    for name, side in (("IsSold", "SalesDetails"), ("IsPurchased", "PurchaseDetails")):
        doc[name] = fields.flag(element.get(name, doc.get(name, True)))
        messages += _details(call, element, side, doc)
        if not doc[name]:
            doc.pop(side, None)
    messages += _inventory(call, doc, old)
    if messages:
        raise Invalid(*dict.fromkeys(messages))
    if old is None:
        doc["ItemID"] = call.org.new_id()
    return call.org.save("Items", doc)


def create(call: Call, element: Doc) -> Doc:
    """PUT: a new item."""
    return _save(call, {k: v for k, v in element.items() if k != "ItemID"}, None)


def upsert(call: Call, element: Doc) -> Doc:
    """POST: change the item with that ItemID or Code, or make a new one."""
    table = call.org["Items"]
    if key := fields.text(element, "ItemID"):
        old = table.get(key)
        if old is None:
            raise Invalid("Item not found")
    else:
        old = table.first("number", fields.text(element, "Code"))
    return _save(call, element, old)


def update(call: Call, element: Doc, old: Doc) -> Doc:
    """POST /Items/{id}."""
    return _save(call, element, old)
