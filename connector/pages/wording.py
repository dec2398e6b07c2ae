"""What is said of an order and its documents: what happened, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounting.reason_kinds import INFORMATIVE, REASONS
from connector.lib import clock
from connector.lib.money import from_units
from connector.pages.books_of import predicted
from connector.pages.mapping.subjects import reason_url
from connector.pages.parts.core_texts import message_of, shown
from connector.templatetags.pages import day, money, until
from sync.models import Posting, TrackedOrder
from xero.documents.kinds import SPECS

Label = TrackedOrder.Label
_SHORT = 90
_XEROS_PREAMBLE = "A validation exception occurred"
_NOTHING = "Nothing to fix"

# The class of the label in the stylesheet, by the state of a document.
DOCUMENT_LABELS = {
    Posting.State.PENDING: ("working", gettext_lazy("Working")),
    Posting.State.SENDING: ("working", gettext_lazy("Working")),
    Posting.State.RETRY: ("working", gettext_lazy("Working")),
    Posting.State.POSTED: ("posted", gettext_lazy("In Xero")),
    Posting.State.HELD: ("held", gettext_lazy("Needs you")),
    Posting.State.DEAD: ("dead", gettext_lazy("Refused")),
    Posting.State.UNKNOWN: ("unknown", gettext_lazy("Checking")),
    Posting.State.VOIDED: ("voided", gettext_lazy("Voided")),
}


def document_name(document: Posting) -> str:
    """What a document is called; a change of one that is in Xero by what it does there."""
    kind = shown(SPECS[document.kind].name)
    if document.verb != "POST":
        return kind
    if document.purpose.startswith("approve-"):
        return _("Approval of %(kind)s") % {"kind": kind.lower()}
    if document.purpose == "cancel":
        return _("Cancellation of %(kind)s") % {"kind": kind.lower()}
    return _("Change of %(kind)s") % {"kind": kind.lower()}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason as a page shows it. `serious` is False where nobody has to do anything. `url` is
    where it is mended, "" where no page does that."""

    title: str
    message: str
    fix: str
    field: str
    serious: bool
    url: str = ""


def reasons_of(stored: Iterable[dict[str, Any]], store: str = "") -> list[Why]:
    """The reasons of an order or a document, with where each is fixed; with a link to it where the
    store (its slug) is given."""
    found = []
    for reason in stored:
        code = str(reason.get("code", ""))
        kind = REASONS.get(code, REASONS["unforeseen"])
        found.append(
            Why(
                shown(kind.title),
                message_of(reason),
                "" if kind.fix == _NOTHING else shown(kind.fix),
                str(reason.get("field", "")),
                code not in INFORMATIVE,
                reason_url(store, reason) if store else "",
            )
        )
    return found


def first_reason(
    order: TrackedOrder, documents: Iterable[Posting], *, serious: bool = True
) -> Why | None:
    """The reason that keeps an order from being in Xero: a refusal before anything else.

    Without `serious` also one that nobody has to do anything about.
    """
    documents = list(documents)
    dead = [d for d in documents if d.state == Posting.State.DEAD]
    held = [d for d in documents if d.state == Posting.State.HELD]
    for stored in (*(d.reasons for d in dead), order.reasons, *(d.reasons for d in held)):
        for why in reasons_of(stored):
            if why.serious or not serious:
                return why
    return None


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
            return _("In the summary of %(waits)s") % {"waits": day(waits)}
        return next_try(order, documents)
    if order.label == Label.CHECKING:
        return _("Nothing is sent twice")
    if order.label == Label.DIFFERS:
        differing = next((d for d in documents if difference(d)), None)
        actual, expected = difference(differing) or (None, None) if differing else (None, None)
        if actual is None:
            return _("Xero's totals differ")
        return _("%(amount)s in Xero, %(amount2)s here") % {
            "amount": money(actual, order.currency),
            "amount2": money(expected, order.currency),
        }
    if order.label == Label.DRAFT:
        return _("Waits for approval")
    if order.label == Label.POSTED:
        return _given_back(order)
    if order.excluded_at is not None and order.label == Label.SKIPPED:
        return _cut(order.excluded_why)
    why = first_reason(order, documents)
    if why is None:
        return ""
    if order.label == Label.DEAD:
        return _cut(why.message.removeprefix(_XEROS_PREAMBLE).lstrip(": ") or why.title)
    return _cut(why.title)


def next_try(order: TrackedOrder, documents: Iterable[Posting]) -> str:
    """When something of it is done next."""
    now = clock.now()
    if not order.store.enabled:
        return _("Its store is switched off")
    if order.build_at is not None:
        return (
            _("Waits its turn")
            if order.build_at <= now
            else _("Next look %(when)s") % {"when": until(order.build_at)}
        )
    waiting = [d for d in documents if d.state in Posting.UNFINISHED]
    if any(d.state == Posting.State.SENDING for d in waiting):
        return _("Being sent")
    later = [d.not_before for d in waiting if d.not_before > now]
    return _("Next try %(when)s") % {"when": until(min(later))} if later else _("Waits its turn")


def _given_back(order: TrackedOrder) -> str:
    """How much of how much the shop gave back."""
    if not order.refunded_units:
        return ""
    currency = order.books_currency or order.currency
    back, whole = from_units(order.refunded_units), from_units(order.sold_units)
    return f"{money(back, currency)} of {money(whole, currency)}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1].rstrip()}…"
