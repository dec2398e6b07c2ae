"""What is said of an order that is in Xero: as what it stands there, and its money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from connector.lib.money import from_units
from connector.pages.books_of import BooksOf
from connector.pages.wording import first_reason
from connector.templatetags.pages import money
from sync.models import Posting, TrackedOrder
from xero.documents.kinds import Kind

_Documents = Sequence[Posting]


def amount_of(order: TrackedOrder, amount: Decimal) -> str:
    currency = order.books_currency or order.currency
    return f"{money(amount, currency)} {currency}".strip()


def posted(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    sale = books.sale
    if sale is None:
        return _without_sale(order, documents)
    if books.taken_back:
        by = _("Cancelled in the shop") if order.is_reversed else _("Taken back")
        how = _("%(by)s: %(key)s is voided in Xero.")
        if sale.xero_status == "DELETED":
            how = _("%(by)s: %(key)s is deleted in Xero.")
        return f"{how % {'by': by, 'key': sale.key}} {_money_of(order, books)}".strip()
    if sale.is_summary:
        text = _("In Xero, in the daily summary %(key)s.") % {"key": sale.key}
        return f"{text} {_refunds(order, books)}".strip()
    if sale.kind == Kind.BANK_TRANSACTION:
        text = _("In Xero as a bank transaction of %(amount)s.") % {
            "amount": amount_of(order, books.total)
        }
        return f"{text} {_refunds(order, books)}".strip()
    lead = _("Cancelled in the shop, and in Xero") if order.is_reversed else _("In Xero")
    text = _("%(lead)s as %(key)s, %(amount)s.") % {
        "lead": lead,
        "key": sale.key,
        "amount": amount_of(order, books.total),
    }
    return f"{text} {_money_of(order, books)}".strip()


def _without_sale(order: TrackedOrder, documents: _Documents) -> str:
    """A refund of what was sold before, or nothing at all."""
    keys = [d.key for d in documents if d.kind == Kind.CREDIT_NOTE and d.xero_id]
    if keys:
        return _("In Xero as credit note %(keys)s: the sale itself was not posted here.") % {
            "keys": ", ".join(keys)
        }
    why = first_reason(order, documents, serious=False)
    said = (why.message or why.title) if why else ""
    return f"{_('Nothing had to be posted.')} {said}".strip()


def _money_of(order: TrackedOrder, books: BooksOf) -> str:
    """What came in, went back and is left to pay."""
    refunds = _refunds(order, books)
    parts = [refunds] if refunds else []
    if books.due:
        parts.append(_("%(amount)s is due.") % {"amount": amount_of(order, books.due)})
        if books.paid:
            parts.append(_("%(amount)s is paid.") % {"amount": amount_of(order, books.paid)})
    elif books.due is not None and not books.credited and not books.taken_back:
        parts.append(_("Paid in full.") if books.total else _("There is nothing to pay."))
    elif books.due is not None and books.credited < books.total:
        parts.append(_("Nothing is due."))
    return " ".join(parts)


def _refunds(order: TrackedOrder, books: BooksOf) -> str:
    """How much of how much was given back, and from where."""
    said = from_units(order.refunded_units)
    if not books.credited:
        return _not_credited(order, books, said)
    whole = books.credited >= books.total and bool(books.total)
    if books.refunded or said:
        word = _("Refunded") if whole else _("Part refunded")
    else:
        word = _("Credited in full") if whole else _("Credited after a change")
    currency = order.books_currency or order.currency
    back = money(books.credited, currency)
    if books.total:
        whole_sum = money(books.total, currency)
        back = _("%(part)s of %(whole)s") % {"part": back, "whole": whole_sum}
    text = f"{word}: {back} {currency}"
    ways = _ways(books)
    if len(ways) == 1:
        return f"{text}, {ways[0][1]}."
    all_ways = ", ".join(f"{money(amount, currency)} {way}" for amount, way in ways)
    return f"{text}: {all_ways}."


def _ways(books: BooksOf) -> list[tuple[Decimal, str]]:
    """What became of what was credited: paid back, taken off, left open."""
    ways = [
        (amount, _("from account %(account)s") % {"account": account})
        for account, amount in sorted(books.back.items())
    ]
    off = books.credited - books.left_open - sum(books.back.values())
    ways += [(off, _("taken off what was due")), (books.left_open, _("left open for the customer"))]
    return [(amount, way) for amount, way in ways if amount > 0]


def _not_credited(order: TrackedOrder, books: BooksOf, said: Decimal) -> str:
    """The shop gave money back, and no credit note of this order's own says so in Xero."""
    if not said:
        return ""
    whole = from_units(order.sold_units)
    back = money(said, order.books_currency or order.currency)
    text = _("The shop gave back %(back)s of %(amount)s") % {
        "back": back,
        "amount": amount_of(order, whole),
    }
    if books.sale is not None and (books.sale.is_summary or books.taken_back):
        return f"{text}."
    return _("%(text)s, which is not in Xero.") % {"text": text}
