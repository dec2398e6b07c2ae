"""What is said of an order and its documents: what happened, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connector.lib import clock
from connector.lib.money import parse_decimal, plain
from connector.templatetags.pages import day, money, until
from sync.models import Posting, SummaryPart, TrackedOrder
from sync.reasons import INFORMATIVE, REASONS
from xero.documents import Kind
from xero.models import Organisation
from xero.payloads import loaded

Label = TrackedOrder.Label
_SHORT = 90
_XEROS_PREAMBLE = "A validation exception occurred"
_NOTHING = "Nothing to fix"

KIND_NAMES = {
    Kind.CONTACT: "Contact",
    Kind.ITEM: "Item",
    Kind.STOCK_INCREASE: "Stock increase",
    Kind.STOCK_DECREASE: "Stock decrease",
    Kind.INVOICE: "Invoice",
    Kind.CREDIT_NOTE: "Credit note",
    Kind.PAYMENT: "Payment",
    Kind.BANK_TRANSACTION: "Bank transaction",
    Kind.ALLOCATION: "Allocation",
    Kind.REFUND: "Refund",
}
# The class of the label in the stylesheet, by the state of a document.
DOCUMENT_LABELS = {
    Posting.State.PENDING: ("working", "Working"),
    Posting.State.SENDING: ("working", "Working"),
    Posting.State.RETRY: ("working", "Working"),
    Posting.State.POSTED: ("posted", "In Xero"),
    Posting.State.HELD: ("held", "Needs you"),
    Posting.State.DEAD: ("dead", "Refused"),
    Posting.State.UNKNOWN: ("unknown", "Checking"),
    Posting.State.VOIDED: ("voided", "Voided"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason as a page shows it. `serious` is False where nobody has to do anything."""

    title: str
    message: str
    fix: str
    field: str
    serious: bool


def reasons_of(stored: Iterable[dict[str, Any]]) -> list[Why]:
    """The reasons of an order or a document, with where each is fixed."""
    found = []
    for reason in stored:
        code = str(reason.get("code", ""))
        kind = REASONS.get(code, REASONS["unforeseen"])
        found.append(
            Why(
                kind.title,
                str(reason.get("message", "")),
                "" if kind.fix == _NOTHING else kind.fix,
                str(reason.get("field", "")),
                code not in INFORMATIVE,
            )
        )
    return found


def first_reason(order: TrackedOrder, documents: Iterable[Posting]) -> Why | None:
    """The reason that keeps an order from being in Xero: a refusal before anything else."""
    dead = [d for d in documents if d.state == Posting.State.DEAD]
    held = [d for d in documents if d.state == Posting.State.HELD]
    for stored in (*(d.reasons for d in dead), order.reasons, *(d.reasons for d in held)):
        for why in reasons_of(stored):
            if why.serious:
                return why
    return None


def predicted(document: Posting) -> Decimal | None:
    """The total that was computed before sending; a payment's amount."""
    if document.expected:
        return parse_decimal(document.expected["Total"])
    amount = loaded(document.payload, str).get("Amount") if document.payload else None
    return parse_decimal(amount) if amount is not None else None


def difference(document: Posting) -> tuple[Decimal, Decimal] | None:
    """Xero's total and the predicted one, where the two differ."""
    expected, actual = predicted(document), document.xero_total
    if not document.differs or expected is None or actual is None:
        return None
    return actual, expected


def short_reason(order: TrackedOrder, documents: list[Posting], waits: date | None = None) -> str:
    """A few words beside the label in the list. `waits`: the day whose summary it waits for."""
    if order.label == Label.WORKING:
        if waits is not None and order.build_at is None:
            return f"In the summary of {day(waits)}"
        return _next_try(order, documents)
    if order.label == Label.CHECKING:
        return "Nothing is sent twice"
    if order.label == Label.DIFFERS:
        differing = next((d for d in documents if difference(d)), None)
        actual, expected = difference(differing) or (None, None) if differing else (None, None)
        if actual is None:
            return "Xero's totals differ"
        return f"{money(actual, order.currency)} in Xero, {money(expected, order.currency)} here"
    if order.label == Label.POSTED:
        return ""
    if order.excluded_at is not None and order.label == Label.SKIPPED:
        return _cut(order.excluded_why)
    why = first_reason(order, documents)
    if why is None:
        return ""
    if order.label == Label.DEAD:
        return _cut(why.message.removeprefix(_XEROS_PREAMBLE).lstrip(": ") or why.title)
    return _cut(why.title)


def _next_try(order: TrackedOrder, documents: list[Posting]) -> str:
    now = clock.now()
    if order.build_at is not None:
        return "Waits its turn" if order.build_at <= now else f"Next look {until(order.build_at)}"
    waiting = [d for d in documents if d.state in Posting.UNFINISHED]
    if any(d.state == Posting.State.SENDING for d in waiting):
        return "Being sent"
    later = [d.not_before for d in waiting if d.not_before > now]
    return f"Next try {until(min(later))}" if later else "Waits its turn"


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1].rstrip()}…"


def condition(
    order: TrackedOrder,
    documents: list[Posting],
    organisation: Organisation | None,
    waits: Sequence[SummaryPart] = (),
) -> str:
    """One sentence or two on where an order stands. `waits`: what waits for its summary."""
    invoice = next((d for d in documents if d.kind == Kind.INVOICE), None)
    if order.label == Label.POSTED and invoice is not None:
        return _posted(order, invoice)
    if order.label == Label.WORKING and waits and order.build_at is None:
        return (
            f"Waits for the summary of {day(waits[0].day)}, which is made {until(waits[0].due_at)}."
        )
    if order.label == Label.WORKING:
        return _working(order, documents, organisation)
    if order.label == Label.CHECKING:
        return (
            "It was sent, and no answer came. It is looked up in Xero before anything else, "
            "so that nothing is sent twice."
        )
    if order.label == Label.DIFFERS:
        return _differs(order, documents)
    if order.label == Label.SKIPPED and order.excluded_at is not None:
        return _left_out(order)
    why = first_reason(order, documents)
    lead = {
        Label.HELD: "Not everything is in Xero" if invoice and invoice.xero_id else "Not posted",
        Label.DEAD: "Xero refused it",
        Label.SKIPPED: "Not synced",
    }.get(Label(order.label), "")
    text = (why.message or why.title) if why else "the reason was not noted"
    return f"{lead}: {text}" if lead else text


def _left_out(order: TrackedOrder) -> str:
    who = order.excluded_by.get_username() if order.excluded_by else "somebody"
    why = f"{order.excluded_why or 'not said'}."
    if order.excluded_as == TrackedOrder.Excluded.HANDLED_BY_HAND:
        link = f" See {order.excluded_link}." if order.excluded_link else ""
        return f"Handled in Xero by hand, says {who}: {why}{link} Nothing more of it is sent."
    if order.excluded_as == TrackedOrder.Excluded.UNDONE:
        return f"Undone by {who}: its documents are taken back in Xero. Why: {why}"
    return f"Not synced: marked by {who}. Why: {why}"


def _posted(order: TrackedOrder, invoice: Posting) -> str:
    if invoice.is_summary:
        return f"In Xero, in the daily summary {invoice.key}."
    total = invoice.xero_total if invoice.xero_total is not None else predicted(invoice)
    text = f"In Xero as {invoice.key}, {money(total, order.currency)} {order.currency}."
    if invoice.amount_due is None:
        return text
    if not invoice.amount_due:
        return f"{text} Paid in full."
    return f"{text} {money(invoice.amount_due, order.currency)} {order.currency} is due."


def _working(
    order: TrackedOrder, documents: list[Posting], organisation: Organisation | None
) -> str:
    text = f"On its way to Xero. {_next_try(order, documents)}."
    if organisation is None:
        return "Waits: its store is not tied to an organisation of Xero yet."
    if unavailable := organisation.unavailable_reason():
        return f"Waits: {unavailable}"
    parked = organisation.parked_until
    if parked is not None and parked > clock.now():
        return f"Waits until Xero takes calls again, {until(parked)}: {organisation.parked_reason}"
    return text


def _differs(order: TrackedOrder, documents: list[Posting]) -> str:
    for document in documents:
        if found := difference(document):
            actual, expected = found
            return (
                f"{document.key} is in Xero with {money(actual, order.currency)} "
                f"{order.currency}; {money(expected, order.currency)} was expected, a difference "
                f"of {plain(actual - expected)}. Its payment waits: compare the two in Xero."
            )
    return "It is in Xero, but with other totals than expected. Its payment waits."
