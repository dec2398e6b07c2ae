"""The sentence under an order's title: one for each state that an order can be in.

It says what is in Xero, never more; what was given back is said before what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from connector.lib import clock
from connector.lib.money import plain
from connector.pages.books_of import BooksOf, books_of
from connector.pages.orders.in_xero import amount_of, posted
from connector.pages.parts.core_texts import message_of
from connector.pages.wording import difference, document_name, first_reason, next_try
from connector.templatetags.pages import day, money, until
from sync.models import Posting, SummaryPart, TrackedOrder
from xero.documents.kinds import Kind
from xero.models import Organisation

_Label = TrackedOrder.Label
_State = Posting.State
_Documents = Sequence[Posting]


def condition(
    order: TrackedOrder,
    documents: _Documents,
    organisation: Organisation | None,
    waits: Sequence[SummaryPart] = (),
) -> str:
    """One sentence or a few on where an order stands. `waits`: what waits for its summary."""
    books = books_of(documents)
    if order.label == _Label.POSTED:
        return posted(order, documents, books)
    if order.label == _Label.DRAFT:
        return _draft(order, books)
    if order.label == _Label.WORKING:
        return _working(order, documents, books, organisation, waits)
    if order.label == _Label.CHECKING:
        return _(
            "It was sent, and no answer came. It is looked up in Xero before anything "
            "else, so that nothing is sent twice."
        )
    if order.label == _Label.DIFFERS:
        return _differs(order, documents, books)
    if order.label == _Label.SKIPPED or order.excluded_as == TrackedOrder.Excluded.UNDONE:
        return _left_out(order, documents, books)
    return _needs_somebody(order, documents, books)


# --- drafts -------------------------------------------------------------------------------------


def _draft(order: TrackedOrder, books: BooksOf) -> str:
    names = ", ".join(f"{document_name(d).lower()} {d.key}" for d in books.drafts)
    sale = books.sale
    if sale is None or not any(d.pk == sale.pk for d in books.drafts):
        return _("Not all of it counts yet: %(names)s waits in Xero for approval.") % {
            "names": names
        }
    how = (
        _("Submitted for approval in Xero")
        if sale.xero_status == "SUBMITTED"
        else _("Draft in Xero")
    )
    if sale.is_summary:
        return _("%(how)s, in the daily summary %(key)s, which waits for approval.") % {
            "how": how,
            "key": sale.key,
        }
    text = _("%(how)s as %(key)s, %(amount)s. It waits for approval") % {
        "how": how,
        "key": sale.key,
        "amount": amount_of(order, books.total),
    }
    return (
        _("%(text)s; its payment follows then.") % {"text": text}
        if order.received_units
        else f"{text}."
    )


# --- on its way ---------------------------------------------------------------------------------


def _working(
    order: TrackedOrder, documents: _Documents, books: BooksOf,
    organisation: Organisation | None, waits: Sequence[SummaryPart],
) -> str:  # fmt: skip
    lead = _so_far(order, books)
    if not order.store.enabled:
        return _("%(lead)sWaits: %(name)s is switched off, and nothing of it is sent.") % {
            "lead": lead,
            "name": order.store.name,
        }
    if organisation is None:
        return _("%(lead)sWaits: its store is not tied to an organisation of Xero yet.") % {
            "lead": lead
        }
    if unavailable := organisation.unavailable_reason():
        return f"{lead}Waits: {unavailable}"
    if waits and order.build_at is None:
        due = _("%(day)s, which is made %(when)s.") % {
            "day": day(waits[0].day),
            "when": until(waits[0].due_at),
        }
        return _("%(lead)sWaits for the summary of %(due)s") % {"lead": lead, "due": due}
    parked = organisation.parked_until
    if parked is not None and parked > clock.now():
        why = organisation.parked_reason
        return _("%(lead)sWaits until Xero takes calls again, %(when)s: %(why)s") % {
            "lead": lead,
            "when": until(parked),
            "why": why,
        }
    return f"{lead or _('On its way to Xero. ')}{next_try(order, documents)}."


def _so_far(order: TrackedOrder, books: BooksOf) -> str:
    """What of it is in Xero already, while the rest is on its way."""
    sale = books.sale
    if sale is None or not books.stands or sale.is_summary:
        return ""
    changes = {d.purpose for d in books.unfinished if d.verb == "POST" and d.kind == sale.kind}
    if "cancel" in changes:
        return _("%(key)s is being taken back in Xero. ") % {"key": sale.key}
    if sale.is_draft:
        approved = _(", and is being approved") if changes or order.approved_at else _(" so far")
        return _("%(key)s is a draft in Xero%(approved)s. ") % {
            "key": sale.key,
            "approved": approved,
        }
    if changes:
        return _("%(key)s is in Xero, and is being changed there. ") % {"key": sale.key}
    missing = (d for d in books.unfinished if d.verb == "PUT" and d.kind != Kind.CONTACT)
    nouns = dict.fromkeys(document_name(d).lower() for d in missing)
    rest = _(", but not its %(join)s") % {"join": " and ".join(nouns)} if nouns else ""
    return _("%(key)s is in Xero%(rest)s. ") % {"key": sale.key, "rest": rest}


# --- what somebody must look at -----------------------------------------------------------------


def _needs_somebody(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    why = first_reason(order, documents)
    text = (why.message or why.title) if why else _("the reason was not noted")
    if order.label == _Label.DEAD:
        dead = next((d for d in documents if d.state == _State.DEAD), None)
        if books.stands and dead is not None and books.sale is not None:
            said = _("Xero refused its %(document)s") % {"document": document_name(dead).lower()}
            return _("%(key)s is in Xero, but %(said)s: %(text)s") % {
                "key": books.sale.key,
                "said": said,
                "text": text,
            }
        return _("Xero refused it: %(text)s") % {"text": text}
    if books.stands:
        return _("Not everything is in Xero: %(text)s") % {"text": text}
    return _("Not posted: %(text)s") % {"text": text}


def _differs(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    rest = _("Its payment waits") if _money_waits(books) else _("Nothing more of it is sent")
    for document in documents:
        if found := difference(document):
            actual, expected = found
            return _(
                "%(key)s is in Xero with %(amount)s; %(amount2)s was expected, a "
                "difference of %(plain)s. %(rest)s: compare the two in Xero."
            ) % {
                "key": document.key,
                "amount": amount_of(order, actual),
                "amount2": money(expected, order.currency),
                "plain": plain(actual - expected),
                "rest": rest,
            }
    return _("It is in Xero, but with other totals than expected. %(rest)s.") % {"rest": rest}


def _money_waits(books: BooksOf) -> bool:
    return any(d.kind == Kind.PAYMENT for d in books.unfinished)


# --- left out -----------------------------------------------------------------------------------


def _left_out(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    stays = (
        _(" What is in Xero stays: %(key)s.") % {"key": books.sale.key}
        if books.stands and books.sale
        else ""
    )
    if order.excluded_at is None:
        why = first_reason(order, documents)
        text = (why.message or why.title) if why else _("the reason was not noted")
        return _("Not synced: %(text)s%(stays)s") % {"text": text, "stays": stays}
    who = order.excluded_by.get_username() if order.excluded_by else _("somebody")
    why_left = f"{order.excluded_why or _('not said')}."
    if order.excluded_as == TrackedOrder.Excluded.HANDLED_BY_HAND:
        link = (
            _(" See %(excluded_link)s.") % {"excluded_link": order.excluded_link}
            if order.excluded_link
            else ""
        )
        return _(
            "Handled in Xero by hand, says %(who)s: %(why_left)s%(link)s Nothing more of it "
            "is sent."
        ) % {"who": who, "why_left": why_left, "link": link}
    if order.excluded_as == TrackedOrder.Excluded.UNDONE:
        return f"{_undone(order, documents, books, who)} Why: {why_left}"
    return _("Not synced: marked by %(who)s. Why: %(why_left)s%(stays)s") % {
        "who": who,
        "why_left": why_left,
        "stays": stays,
    }


def _undone(order: TrackedOrder, documents: _Documents, books: BooksOf, who: str) -> str:
    stuck = [d for d in documents if d.state in (_State.DEAD, _State.HELD)]
    if order.build_at is not None or books.unfinished:
        return _("Undo asked for by %(who)s: its documents are being taken back in Xero.") % {
            "who": who
        }
    if stuck:
        said = (
            message_of(stuck[0].reasons[0]) if stuck[0].reasons else _("the reason was not noted")
        )
        return _("Undo asked for by %(who)s, but not all could be taken back in Xero: %(said)s") % {
            "who": who,
            "said": said,
        }
    if books.sale is None:
        return _("Undone by %(who)s: nothing of it was in Xero.") % {"who": who}
    if books.stands and not books.credited:
        return _("Undo asked for by %(who)s, but %(key)s still stands in Xero.") % {
            "who": who,
            "key": books.sale.key,
        }
    return _("Undone by %(who)s: its documents are taken back in Xero.") % {"who": who}
