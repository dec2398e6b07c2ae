"""What invoices, credit notes and bank transactions have in common.

`compose` reads an element over the document that it changes and returns the new document, not
yet saved, or raises `Invalid` with every message at once. Nothing is changed by a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.documents.contacts import for_document
from sandbox.xero.rules import fields, lines
from sandbox.xero.rules.arithmetic import EXCLUSIVE, INCLUSIVE, NO_TAX, ZERO, half_up, totals
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc, Invalid

# Foreign units per unit of another currency, by way of the Australian dollar; the stand-in
# for XE.com's rates of the day.
_PER_AUD = {
    "AUD": Decimal("1"),
    "NZD": Decimal("1.1"),
    "USD": Decimal("0.65"),
    "EUR": Decimal("0.6"),
    "GBP": Decimal("0.5"),
}


@dataclass(frozen=True, slots=True)
class Spec:
    """How one kind of document differs from the others."""

    types: frozenset[str]
    discounts: bool
    statuses: frozenset[str] = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
    first_status: str = "DRAFT"
    bad_status: str = "Invoice not of valid status for creation"


def day_rate(org: Organisation, currency: str) -> Decimal:
    """Units of `currency` per one unit of the organisation's own currency."""
    base = _PER_AUD.get(org.base_currency, Decimal(1))
    return half_up(_PER_AUD.get(currency, Decimal(1)) / base, 6)


def lock_message(org: Organisation, day: date) -> str | None:
    """Why nothing may be dated on that day; None if it is open."""
    locked = org.locked_until()
    if locked is None or day > locked[0]:
        return None
    until = f"{locked[0].day} {locked[0]:%B %Y}"
    return f"The document date cannot be before the {locked[1]} lock date, currently set at {until}"


def _dates(call: Call, doc: Doc, element: Doc) -> list[str]:
    messages: list[str] = []
    for name in ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate"):
        try:
            doc[name] = fields.day(element, name) or doc.get(name)
        except Invalid as error:
            messages += error.messages
            doc[name] = call.org.today()
    doc["Date"] = doc["Date"] or call.org.today()
    if message := lock_message(call.org, doc["Date"]):
        messages.append(message)
    return messages


def _currency(call: Call, doc: Doc, element: Doc) -> list[str]:
    """Currency and rate. A rate that looks wrong only earns a warning."""
    org = call.org
    code = fields.text(element, "CurrencyCode") or doc.get("CurrencyCode") or org.base_currency
    if org["Currencies"].get(code.lower()) is None:
        return [f"Organisation is not subscribed to currency {code}"]
    sent = fields.number(element, "CurrencyRate")
    doc.pop("_warnings", None)
    if code == org.base_currency:
        rate: Decimal | None = Decimal("1.0000000000")
    elif sent is not None:
        if sent <= 0:
            return ["The currency rate must be greater than zero"]
        rate = half_up(sent, 6)
        usual = day_rate(org, code)
        if not usual / 2 < rate < usual * 2:
            doc["_warnings"] = [f"The currency rate {rate} differs widely from {usual}"]
    elif code == doc.get("CurrencyCode"):
        rate = doc["CurrencyRate"]
    else:
        rate = day_rate(org, code)
    doc["CurrencyCode"], doc["CurrencyRate"] = code, rate
    return []


def _texts(call: Call, doc: Doc, element: Doc) -> list[str]:
    messages = fields.too_long(element, [("Reference", 255), ("Url", 2000)])
    for name in ("Reference", "Url"):
        if name in element:
            doc[name] = fields.text(element, name)
    if url := fields.text(element, "Url"):
        if not url.lower().startswith(("http://", "https://")):
            messages.append("Url must be a valid absolute url")
        elif "xero" in url.lower():
            messages.append("Url must not contain 'xero'")
    if theme := fields.text(element, "BrandingThemeID"):
        if call.org["BrandingThemes"].get(theme) is None:
            messages.append("The BrandingThemeID is not valid")
        doc["BrandingThemeID"] = theme
    return messages


def _status(doc: Doc, element: Doc, spec: Spec) -> list[str]:
    status = fields.text(element, "Status") or doc.get("Status") or spec.first_status
    if status not in spec.statuses:
        return [spec.bad_status]
    doc["Status"] = status
    if "SentToContact" in element:
        doc["SentToContact"] = fields.flag(element["SentToContact"])
        if doc["SentToContact"] and status != "AUTHORISED":
            return ["SentToContact can be set only on an approved document"]
    return []


def setting_for(doc: Doc, spec: Spec) -> lines.Setting:
    return lines.Setting(
        basis=doc["LineAmountTypes"],
        approved=doc["Status"] in ("AUTHORISED", "SUBMITTED"),
        discounts=spec.discounts,
        purchase=doc["Type"].startswith(("ACCPAY", "SPEND")),
        debtors=doc["Type"].endswith("-OVERPAYMENT"),
    )


def _lines(call: Call, doc: Doc, element: Doc, spec: Spec) -> list[str]:
    basis = fields.text(element, "LineAmountTypes") or doc.get("LineAmountTypes") or EXCLUSIVE
    known = {name.lower(): name for name in (EXCLUSIVE, INCLUSIVE, NO_TAX)}
    if basis.lower() not in known:
        return ["The LineAmountTypes is not valid"]
    doc["LineAmountTypes"] = known[basis.lower()]
    old = doc.get("LineItems")
    wanted = element.get("LineItems")
    if wanted is None:
        wanted = [{"LineItemID": line["LineItemID"]} for line in old or ()]
    if not wanted:
        return ["One or more line items must be specified"]
    try:
        doc["LineItems"] = lines.build_lines(call, wanted, setting_for(doc, spec), old)
    except Invalid as error:
        return list(error.messages)
    return []


def add_up(call: Call, doc: Doc, element: Doc) -> None:
    """Totals from the lines. A total that was sent counts only for RoundingAmount."""
    pairs = [(line["LineAmount"], line["TaxAmount"]) for line in doc["LineItems"]]
    sums = totals(pairs, doc["LineAmountTypes"])
    doc["SubTotal"], doc["TotalTax"], doc["Total"] = sums.sub_total, sums.total_tax, sums.total
    doc.pop("RoundingAmount", None)
    rounding = fields.number(element, "RoundingAmount")
    if rounding and abs(rounding) <= Decimal("0.10") and doc["Status"] != "DRAFT":
        sent = [fields.number(element, name) for name in ("SubTotal", "TotalTax", "Total")]
        if sent == [sums.sub_total, sums.total_tax, sums.total + rounding]:
            doc["RoundingAmount"], doc["Total"] = half_up(rounding), sums.total + half_up(rounding)
    if (off := call.flags.get("totals_off")) is not None and off.get("keep"):
        doc["Total"] += Decimal(str(off.get("by", "0.01")))


def compose(
    call: Call, spec: Spec, element: Doc, old: Doc | None
) -> tuple[Doc, Callable[[], Doc], list[str], list[str]]:
    """The document as the element would have it: (document, save contact, messages, contact's).

    Messages are returned, not raised, so that a kind can add its own before it refuses.
    """
    doc = dict(old) if old else {}
    messages: list[str] = []
    contact_messages: list[str] = []
    save_contact: Callable[[], Doc] = lambda: doc["Contact"]  # noqa: E731
    kind = fields.text(element, "Type") or doc.get("Type")
    if kind not in spec.types or (old and kind != old["Type"]):
        raise Invalid("The Type is not valid for this document")
    doc["Type"] = kind
    if old is None or element.get("Contact"):
        found, contact_messages, save_contact = for_document(call, element.get("Contact"))
        messages += found
    for step in (_dates, _currency, _texts):
        messages += _guarded(step, call, doc, element)
    messages += _status(doc, element, spec)
    doc.setdefault("Status", spec.first_status)
    messages += _lines(call, doc, element, spec)
    if not messages:
        try:
            add_up(call, doc, element)
        except Invalid as error:
            messages += error.messages
        else:
            if doc["Total"] < ZERO:
                messages.append("The document total cannot be negative")
    return doc, save_contact, messages, contact_messages


def _guarded(
    step: Callable[[Call, Doc, Doc], list[str]], call: Call, doc: Doc, element: Doc
) -> list[str]:
    try:
        return step(call, doc, element)
    except Invalid as error:
        return list(error.messages)


def refuse(messages: list[str], contact: list[str]) -> None:
    """Raise `Invalid` if there is anything to say."""
    if messages or contact:
        raise Invalid(*dict.fromkeys(messages), contact=tuple(dict.fromkeys(contact)))
