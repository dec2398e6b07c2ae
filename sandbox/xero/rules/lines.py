"""The lines of a document: what each may say, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.rules import fields
from sandbox.xero.rules.arithmetic import (
    CENT,
    HUNDRED,
    NO_TAX,
    ZERO,
    half_up,
    line_amount,
    line_tax,
)
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid

_APPLIES = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
_LARGEST = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the document around the lines decides about them."""

    basis: str
    approved: bool
    discounts: bool
    purchase: bool = False
    debtors: bool = False  # an overpayment's line stands on the debtors account


def find_account(org: Organisation, element: Doc) -> Doc | None:
    """The account that an element names by AccountID or by code."""
    if key := fields.text(element, "AccountID"):
        return org["Accounts"].get(key)
    code = fields.text(element, "AccountCode") or fields.text(element, "Code")
    found = org["Accounts"].find("number", code)
    return found[0] if found else None


def archived_account(code: str) -> str:
    return (
        f"Account code '{code}' has been archived, or has been deleted. "
        "Each line item must reference a valid account."
    )


def _account_messages(account: Doc | None, code: str, line: Doc, setting: Setting) -> list[str]:
    bad = [f"Account code '{code}' is not a valid code for this document."]
    if account is None:
        return bad
    if account["Status"] != "ACTIVE":
        return [archived_account(code)]
    system = account.get("SystemAccount")
    if account["Type"] == "BANK" or (
        system and system != "ROUNDING" and not (setting.debtors and system == "DEBTORS")
    ):
        return bad
    if account["Type"] == "INVENTORY" and not (setting.purchase and line.get("ItemCode")):
        return bad
    return []


def _tax_messages(rate: Doc | None, account: Doc, line: Doc) -> list[str]:
    code, kind = account.get("Code") or account["Name"], line["TaxType"]
    if rate is None or rate["Status"] != "ACTIVE":
        return [
            f"The TaxType code {kind} does not exist or cannot be used for this type of "
            "transaction."
        ]
    if not rate[_APPLIES[account["Class"]]]:
        return [f"The TaxType code '{kind}' cannot be used with account code '{code}'."]
    return []


def _supplied_by_item(org: Organisation, line: Doc, setting: Setting) -> list[str]:
    """Fill what the item knows and the line leaves out."""
    code = line.get("ItemCode")
    if not code:
        return []
    found = org["Items"].find("number", code)
    if not found:
        return [f"Item code '{code}' is not valid"]
    item = found[0]
    details = item.get("PurchaseDetails" if setting.purchase else "SalesDetails") or {}
    line.setdefault("Description", item.get("Description") or item.get("Name"))
    for name, source in (
        ("UnitAmount", "UnitPrice"),
        ("AccountCode", "AccountCode"),
        ("TaxType", "TaxType"),
    ):
        if line.get(name) is None and details.get(source) is not None:
            line[name] = details[source]
    if setting.purchase and item["IsTrackedAsInventory"] and not line.get("AccountCode"):
        line["AccountCode"] = item["InventoryAssetAccountCode"]
    return []


def _tracking(org: Organisation, line: Doc) -> list[str]:
    """Resolve tracking by id or by name. Strict: an unknown option is refused, not dropped."""
    wanted = line.get("Tracking") or []
    if len(wanted) > 2:
        return ["No more than 2 tracking categories can be assigned to a line item"]
    resolved = []
    for element in wanted:
        option = _tracking_option(org, element)
        if option is None:
            name = element.get("Option") or element.get("TrackingOptionID")
            return [f"The tracking option '{name}' of '{element.get('Name')}' does not exist"]
        resolved.append(option)
    if len({one["TrackingCategoryID"] for one in resolved}) < len(resolved):
        return ["A tracking category can be assigned to a line item only once"]
    line["Tracking"] = resolved
    return []


def _tracking_option(org: Organisation, element: Doc) -> Doc | None:
    for category in org["TrackingCategories"]:
        if category["Status"] != "ACTIVE" or (
            element.get("TrackingCategoryID") != category["TrackingCategoryID"]
            and element.get("Name") != category["Name"]
        ):
            continue
        for option in category["Options"]:
            if option["Status"] == "ACTIVE" and (
                element.get("TrackingOptionID") == option["TrackingOptionID"]
                or element.get("Option") == option["Name"]
            ):
                return {
                    "Name": category["Name"],
                    "Option": option["Name"],
                    "TrackingCategoryID": category["TrackingCategoryID"],
                    "TrackingOptionID": option["TrackingOptionID"],
                }
    return None


def _read(element: Doc, old: Doc | None, unitdp: int) -> Doc:
    """The line's own values, over those of the line that it replaces."""
    line = {k: v for k, v in (old or {}).items() if k not in ("TaxAmount", "LineAmount")}
    if old and not any(
        name in element for name in ("Quantity", "UnitAmount", "TaxType", "DiscountRate")
    ):
        line["TaxAmount"] = old["TaxAmount"]
    for name in ("Description", "ItemCode", "AccountCode", "AccountID", "TaxType"):
        if element.get(name) is not None:
            line[name] = str(element[name])
    if "AccountCode" in element and "AccountID" not in element:
        line.pop("AccountID", None)
    for name in ("Quantity", "UnitAmount", "TaxAmount", "LineAmount", "DiscountRate"):
        if (value := fields.number(element, name)) is not None:
            line[name] = value
    if (value := fields.number(element, "DiscountAmount")) is not None:
        line["DiscountAmount"] = half_up(value)
    if "Tracking" in element:
        line["Tracking"] = element["Tracking"] or []
    if line.get("Quantity") is not None:
        line["Quantity"] = half_up(line["Quantity"], 4)
    if element.get("UnitAmount") is not None:  # an old line's price keeps its decimals
        line["UnitAmount"] = half_up(line["UnitAmount"], unitdp)
    return line


def _amount(line: Doc, setting: Setting) -> list[str]:
    """Work out LineAmount; messages for one that was sent and disagrees, and for discounts."""
    if line.get("UnitAmount") is None and line.get("LineAmount") is not None:
        line.setdefault("Quantity", Decimal("1.0000"))
        if line["Quantity"]:
            line["UnitAmount"] = half_up(line["LineAmount"] / line["Quantity"], 4)
    sent = line.pop("LineAmount", None)
    quantity, unit = line.get("Quantity"), line.get("UnitAmount")
    rate, off = line.get("DiscountRate") or ZERO, line.get("DiscountAmount") or ZERO
    if (rate or off) and not setting.discounts:
        return ["Discounts are not supported on this type of document"]
    if quantity is None or unit is None:
        line["LineAmount"] = ZERO
        return []
    amount = line_amount(quantity, unit, discount_rate=rate, discount_amount=off)
    if rate > HUNDRED or rate < 0 or (off and off > abs(half_up(quantity * unit))):
        return [
            f"The discount rate '{rate or off}' is invalid. "
            "Discount must not be greater than the line total."
        ]
    if sent is not None and abs(half_up(sent) - amount) > CENT / 2:
        return [f"The line total {half_up(sent)} does not match the expected line total {amount}"]
    if abs(amount) > _LARGEST:
        return ["The line amount is too large"]
    line["LineAmount"] = amount
    return []


def _missing(line: Doc) -> list[str]:
    """What an approved document's line must have."""
    found = []
    if not line.get("Description"):
        found.append("Description is required")
    if line.get("Quantity") is None or line.get("UnitAmount") is None:
        found.append("Quantity and unit amount are required for an approved document")
    if not line.get("AccountCode") and not line.get("AccountID"):
        found.append("Account code must be specified")
    return found


def _tax(call: Call, line: Doc, account: Doc | None, setting: Setting) -> list[str]:
    override = line.pop("TaxAmount", None)
    if setting.basis == NO_TAX:
        line["TaxType"], line["TaxAmount"] = "NONE", ZERO
        return []
    if account is None:
        line["TaxAmount"] = ZERO
        return []
    line.setdefault("TaxType", account["TaxType"])
    rate = call.org["TaxRates"].get(line["TaxType"].lower())
    if messages := _tax_messages(rate, account, line):
        return messages
    assert rate is not None
    line["TaxAmount"] = line_tax(line["LineAmount"], rate["EffectiveRate"], setting.basis)
    if override is None or half_up(override) == line["TaxAmount"]:
        return []
    if "reject_tax_override" in call.flags:
        return [f"The tax amount {half_up(override)} does not match {line['TaxAmount']}"]
    if not rate["EffectiveRate"]:
        return [f"The tax amount must be zero for the tax type '{line['TaxType']}'"]
    line["TaxAmount"] = half_up(override)
    return []


def build_line(call: Call, element: Doc, old: Doc | None, setting: Setting) -> Doc:
    """One line as it will be stored; `Invalid` with everything that is wrong with it."""
    line = _read(element, old, call.unitdp)
    messages = fields.too_long(line, [("Description", 4000)])
    messages += _supplied_by_item(call.org, line, setting)
    messages += _amount(line, setting)
    if setting.approved:
        messages += _missing(line)
    elif not line.get("Description") and not line.get("ItemCode"):
        messages.append("Description is required")
    account = None
    code = line.get("AccountCode") or line.get("AccountID")
    if code:
        account = find_account(call.org, line)
        if found := _account_messages(account, code, line, setting):
            messages += found
            account = None
    messages += _tracking(call.org, line)
    if not messages:
        messages += _tax(call, line, account, setting)
    if messages:
        raise Invalid(*messages)
    if account is not None:
        line["AccountID"] = account["AccountID"]
        line["AccountCode"] = account.get("Code")
    line.setdefault("Tracking", [])
    return line


def build_lines(
    call: Call, elements: list[Doc], setting: Setting, old: list[Doc] | None = None
) -> list[Doc]:
    """All lines. One with the id of an old line changes that, others are new, missing ones go."""
    known = {line["LineItemID"]: line for line in old or ()}
    lines: list[Doc] = []
    messages: list[str] = []
    for element in elements:
        before = known.get(str(element.get("LineItemID")))
        try:
            line = build_line(call, element, before, setting)
        except Invalid as error:
            messages += error.messages
            continue
        line["LineItemID"] = before["LineItemID"] if before else call.org.new_id()
        lines.append(line)
    if messages:
        raise Invalid(*dict.fromkeys(messages))
    return lines
