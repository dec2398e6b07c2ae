"""What happened to an order, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connector.pages.parts.core_texts import message_of
from connector.pages.wording import document_name
from connector.templatetags.pages import money, whole
from stores.canonical.records import Stream
from stores.models import SourceRecord
from sync.models import Attempt, Posting, ShopWrite, TrackedOrder
from xero.documents.kinds import Kind

_MOST = 100
# What the log calls an attempt's end (the error's class), in words.
_OUTCOMES = {
    "answered": gettext_lazy("answered"),
    "Temporary": gettext_lazy("put off"),
    "Throttled": gettext_lazy("put off, no call was left"),
    "NotConnected": gettext_lazy("not connected"),
    "OutcomeUnknown": gettext_lazy("no usable answer"),
    "Refused": gettext_lazy("refused"),
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: datetime
    title: str
    detail: str = ""
    correlation_id: str = ""


def timeline(
    order: TrackedOrder, documents: list[Posting], writes: list[ShopWrite]
) -> list[TimelineEntry]:
    """Three queries beside what is given."""
    events = [
        *_received(order), *_built(documents), *_tried(documents), *_posted(order, documents),
        *_by_a_person(order), *_told(writes),
    ]  # fmt: skip
    return sorted(events, key=lambda event: event.at, reverse=True)[:_MOST]


def _received(order: TrackedOrder) -> Iterator[TimelineEntry]:
    versions = SourceRecord.objects.filter(
        store=order.store_id, stream=Stream.ORDERS, source_id=order.source_id
    )
    rows = versions.order_by("pk").values_list("received_at", "version")
    for number, (received_at, version) in enumerate(rows[:_MOST], start=1):
        title = (
            _("Received from the shop")
            if number == 1
            else _("Changed in the shop, version %(number)s") % {"number": number}
        )
        yield TimelineEntry(
            received_at,
            title,
            _("Updated there %(version)s") % {"version": version} if version else "",
        )


def _built(documents: list[Posting]) -> Iterator[TimelineEntry]:
    together: dict[datetime, list[Posting]] = defaultdict(list)
    for document in documents:
        together[document.created_at.replace(microsecond=0)].append(document)
    for at, found in together.items():
        names = ", ".join(_named(document) for document in found)
        yield TimelineEntry(at, _("Prepared for Xero: %(names)s") % {"names": names})


def _tried(documents: list[Posting]) -> Iterator[TimelineEntry]:
    names: dict[int, list[str]] = defaultdict(list)
    for document in documents:
        if document.dispatch_id is not None:
            names[document.dispatch_id].append(_named(document))
    for attempt in Attempt.objects.filter(dispatch__in=names).order_by("-at")[:_MOST]:
        verb = _("Sent to Xero") if attempt.what == "send" else _("Looked up in Xero")
        outcome = _OUTCOMES.get(attempt.outcome, attempt.outcome.replace("_", " "))
        about = ", ".join(names[attempt.dispatch_id])
        status = _("HTTP %(status)s, ") % {"status": attempt.status} if attempt.status else ""
        detail = _("%(about)s. %(status)s%(milliseconds)s ms.") % {
            "about": about,
            "status": status,
            "milliseconds": whole(attempt.milliseconds),
        }
        if attempt.error:
            detail = f"{detail} {attempt.error}"
        yield TimelineEntry(attempt.at, f"{verb}: {outcome}", detail, attempt.correlation_id)


def _posted(order: TrackedOrder, documents: list[Posting]) -> Iterator[TimelineEntry]:
    for document in documents:
        if document.posted_at is None:
            continue
        if document.verb == "POST" and document.kind != Kind.CONTACT:
            yield TimelineEntry(
                document.posted_at, _("%(document)s: done in Xero") % {"document": _named(document)}
            )
            continue
        total = document.xero_total
        detail = f"{money(total, order.currency)} {order.currency}" if total is not None else ""
        if document.adopted:
            found = _("Found there and taken over, not sent again.")
            detail = f"{detail} {found}".strip()
        yield TimelineEntry(
            document.posted_at,
            _("%(document)s is in Xero") % {"document": _named(document)},
            detail,
        )


def _by_a_person(order: TrackedOrder) -> Iterator[TimelineEntry]:
    for action in order.actions.select_related("user").order_by("-at")[:_MOST]:
        who = action.user.get_username() if action.user else _("somebody")
        yield TimelineEntry(action.at, f"{action.get_what_display()} by {who}", action.note)


def _told(writes: list[ShopWrite]) -> Iterator[TimelineEntry]:
    """What became of what the shop was to be told, where that has come to an end."""
    for write in writes:
        if write.state == ShopWrite.State.DONE:
            how = (
                _("stood in the shop already")
                if write.payload.get("found")
                else _("is in the shop")
            )
            yield TimelineEntry(
                write.changed_at, f"{write.title} {how}", str(write.payload["text"])
            )
        elif write.state in (*ShopWrite.STUCK, ShopWrite.State.DROPPED):
            why = message_of(write.reasons[0]) if write.reasons else ""
            yield TimelineEntry(
                write.changed_at,
                _("%(title)s not written to the shop") % {"title": write.title},
                why,
            )


def _named(document: Posting) -> str:
    name = document_name(document)
    return f"{name} {document.key}" if document.kind != Kind.CONTACT else name
