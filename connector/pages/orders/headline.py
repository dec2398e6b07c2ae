"""The sentence under an order's title: one for each state that an order can be in.

It says what is in Xero, never more; what was given back is said before what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.lib import clock
from connector.lib.money import from_units, plain
from connector.pages.books_of import BooksOf, books_of
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
        return _posted(order, documents, books)
    if order.label == _Label.DRAFT:
        return _draft(order, books)
    if order.label == _Label.WORKING:
        return _working(order, documents, books, organisation, waits)
    if order.label == _Label.CHECKING:
        return (
            "It was sent, and no answer came. It is looked up in Xero before anything else, "
            "so that nothing is sent twice."
        )
    if order.label == _Label.DIFFERS:
        return _differs(order, documents, books)
    if order.label == _Label.SKIPPED or order.excluded_as == TrackedOrder.Excluded.UNDONE:
        return _left_out(order, documents, books)
    return _needs_somebody(order, documents, books)


def _amount(order: TrackedOrder, amount: Decimal) -> str:
    currency = order.books_currency or order.currency
    return f"{money(amount, currency)} {currency}".strip()


# --- in Xero ------------------------------------------------------------------------------------


def _posted(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    sale = books.sale
    if sale is None:
        return _without_sale(order, documents)
    if books.taken_back:
        how = "deleted" if sale.xero_status == "DELETED" else "voided"
        by = "Cancelled in the shop" if order.is_reversed else "Taken back"
        return f"{by}: {sale.key} is {how} in Xero. {_money_of(order, books)}".strip()
    if sale.is_summary:
        return f"In Xero, in the daily summary {sale.key}. {_refunds(order, books)}".strip()
    if sale.kind == Kind.BANK_TRANSACTION:
        text = f"In Xero as a bank transaction of {_amount(order, books.total)}."
        return f"{text} {_refunds(order, books)}".strip()
    lead = "Cancelled in the shop, and in Xero" if order.is_reversed else "In Xero"
    text = f"{lead} as {sale.key}, {_amount(order, books.total)}."
    return f"{text} {_money_of(order, books)}".strip()


def _without_sale(order: TrackedOrder, documents: _Documents) -> str:
    """A refund of what was sold before, or nothing at all."""
    keys = [d.key for d in documents if d.kind == Kind.CREDIT_NOTE and d.xero_id]
    if keys:
        return f"In Xero as credit note {', '.join(keys)}: the sale itself was not posted here."
    why = first_reason(order, documents, serious=False)
    return f"Nothing had to be posted. {why.message or why.title if why else ''}".strip()


def _money_of(order: TrackedOrder, books: BooksOf) -> str:
    """What came in, went back and is left to pay."""
    refunds = _refunds(order, books)
    parts = [refunds] if refunds else []
    if books.due:
        parts.append(f"{_amount(order, books.due)} is due.")
        if books.paid:
            parts.append(f"{_amount(order, books.paid)} is paid.")
    elif books.due is not None and not books.credited and not books.taken_back:
        parts.append("Paid in full." if books.total else "There is nothing to pay.")
    elif books.due is not None and books.credited < books.total:
        parts.append("Nothing is due.")
    return " ".join(parts)


def _refunds(order: TrackedOrder, books: BooksOf) -> str:
    """How much of how much was given back, and from where."""
    said = from_units(order.refunded_units)
    if not books.credited:
        return _not_credited(order, books, said)
    whole = books.credited >= books.total and bool(books.total)
    if books.refunded or said:
        word = "Refunded" if whole else "Part refunded"
    else:
        word = "Credited in full" if whole else "Credited after a change"
    currency = order.books_currency or order.currency
    of_all = f" of {money(books.total, currency)}" if books.total else ""
    text = f"{word}: {money(books.credited, currency)}{of_all} {currency}"
    ways = _ways(books)
    if len(ways) == 1:
        return f"{text}, {ways[0][1]}."
    return f"{text}: {', '.join(f'{money(amount, currency)} {way}' for amount, way in ways)}."


def _ways(books: BooksOf) -> list[tuple[Decimal, str]]:
    """What became of what was credited: paid back, taken off, left open."""
    ways = [(amount, f"from account {account}") for account, amount in sorted(books.back.items())]
    off = books.credited - books.left_open - sum(books.back.values())
    ways += [(off, "taken off what was due"), (books.left_open, "left open for the customer")]
    return [(amount, way) for amount, way in ways if amount > 0]


def _not_credited(order: TrackedOrder, books: BooksOf, said: Decimal) -> str:
    """The shop gave money back, and no credit note of this order's own says so in Xero."""
    if not said:
        return ""
    whole = from_units(order.sold_units)
    back = money(said, order.books_currency or order.currency)
    text = f"The shop gave back {back} of {_amount(order, whole)}"
    if books.sale is not None and (books.sale.is_summary or books.taken_back):
        return f"{text}."
    return f"{text}, which is not in Xero."


# --- drafts -------------------------------------------------------------------------------------


def _draft(order: TrackedOrder, books: BooksOf) -> str:
    names = ", ".join(f"{document_name(d).lower()} {d.key}" for d in books.drafts)
    sale = books.sale
    if sale is None or not any(d.pk == sale.pk for d in books.drafts):
        return f"Not all of it counts yet: {names} waits in Xero for approval."
    how = "Submitted for approval in Xero" if sale.xero_status == "SUBMITTED" else "Draft in Xero"
    if sale.is_summary:
        return f"{how}, in the daily summary {sale.key}, which waits for approval."
    text = f"{how} as {sale.key}, {_amount(order, books.total)}. It waits for approval"
    return f"{text}; its payment follows then." if order.received_units else f"{text}."


# --- on its way ---------------------------------------------------------------------------------


def _working(
    order: TrackedOrder, documents: _Documents, books: BooksOf,
    organisation: Organisation | None, waits: Sequence[SummaryPart],
) -> str:  # fmt: skip
    lead = _so_far(order, books)
    if not order.store.enabled:
        return f"{lead}Waits: {order.store.name} is switched off, and nothing of it is sent."
    if organisation is None:
        return f"{lead}Waits: its store is not tied to an organisation of Xero yet."
    if unavailable := organisation.unavailable_reason():
        return f"{lead}Waits: {unavailable}"
    if waits and order.build_at is None:
        due = f"{day(waits[0].day)}, which is made {until(waits[0].due_at)}."
        return f"{lead}Waits for the summary of {due}"
    parked = organisation.parked_until
    if parked is not None and parked > clock.now():
        why = organisation.parked_reason
        return f"{lead}Waits until Xero takes calls again, {until(parked)}: {why}"
    return f"{lead or 'On its way to Xero. '}{next_try(order, documents)}."


def _so_far(order: TrackedOrder, books: BooksOf) -> str:
    """What of it is in Xero already, while the rest is on its way."""
    sale = books.sale
    if sale is None or not books.stands or sale.is_summary:
        return ""
    changes = {d.purpose for d in books.unfinished if d.verb == "POST" and d.kind == sale.kind}
    if "cancel" in changes:
        return f"{sale.key} is being taken back in Xero. "
    if sale.is_draft:
        approved = ", and is being approved" if changes or order.approved_at else " so far"
        return f"{sale.key} is a draft in Xero{approved}. "
    if changes:
        return f"{sale.key} is in Xero, and is being changed there. "
    missing = (d for d in books.unfinished if d.verb == "PUT" and d.kind != Kind.CONTACT)
    nouns = dict.fromkeys(document_name(d).lower() for d in missing)
    rest = f", but not its {' and '.join(nouns)}" if nouns else ""
    return f"{sale.key} is in Xero{rest}. "


# --- what somebody must look at -----------------------------------------------------------------


def _needs_somebody(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    why = first_reason(order, documents)
    text = (why.message or why.title) if why else "the reason was not noted"
    if order.label == _Label.DEAD:
        dead = next((d for d in documents if d.state == _State.DEAD), None)
        if books.stands and dead is not None and books.sale is not None:
            said = f"Xero refused its {document_name(dead).lower()}"
            return f"{books.sale.key} is in Xero, but {said}: {text}"
        return f"Xero refused it: {text}"
    return f"{'Not everything is in Xero' if books.stands else 'Not posted'}: {text}"


def _differs(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    rest = "Its payment waits" if _money_waits(books) else "Nothing more of it is sent"
    for document in documents:
        if found := difference(document):
            actual, expected = found
            return (
                f"{document.key} is in Xero with {_amount(order, actual)}; "
                f"{money(expected, order.currency)} was expected, a difference "
                f"of {plain(actual - expected)}. {rest}: compare the two in Xero."
            )
    return f"It is in Xero, but with other totals than expected. {rest}."


def _money_waits(books: BooksOf) -> bool:
    return any(d.kind == Kind.PAYMENT for d in books.unfinished)


# --- left out -----------------------------------------------------------------------------------


def _left_out(order: TrackedOrder, documents: _Documents, books: BooksOf) -> str:
    stays = f" What is in Xero stays: {books.sale.key}." if books.stands and books.sale else ""
    if order.excluded_at is None:
        why = first_reason(order, documents)
        text = (why.message or why.title) if why else "the reason was not noted"
        return f"Not synced: {text}{stays}"
    who = order.excluded_by.get_username() if order.excluded_by else "somebody"
    why_left = f"{order.excluded_why or 'not said'}."
    if order.excluded_as == TrackedOrder.Excluded.HANDLED_BY_HAND:
        link = f" See {order.excluded_link}." if order.excluded_link else ""
        return f"Handled in Xero by hand, says {who}: {why_left}{link} Nothing more of it is sent."
    if order.excluded_as == TrackedOrder.Excluded.UNDONE:
        return f"{_undone(order, documents, books, who)} Why: {why_left}"
    return f"Not synced: marked by {who}. Why: {why_left}{stays}"


def _undone(order: TrackedOrder, documents: _Documents, books: BooksOf, who: str) -> str:
    stuck = [d for d in documents if d.state in (_State.DEAD, _State.HELD)]
    if order.build_at is not None or books.unfinished:
        return f"Undo asked for by {who}: its documents are being taken back in Xero."
    if stuck:
        said = stuck[0].reasons[0]["message"] if stuck[0].reasons else "the reason was not noted"
        return f"Undo asked for by {who}, but not all could be taken back in Xero: {said}"
    if books.sale is None:
        return f"Undone by {who}: nothing of it was in Xero."
    if books.stands and not books.credited:
        return f"Undo asked for by {who}, but {books.sale.key} still stands in Xero."
    return f"Undone by {who}: its documents are taken back in Xero."
