"""A day's orders as one invoice, and its refunds as one credit note: pure.

Each order brings parts: its sale, and its refunds, built as if it were posted by itself. Parts
of one day, currency and contact are summed by account, tax type and tracking, tax as it was
charged, so that the document is the sum of its orders to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from accounting.books import Books
from accounting.lines.compose import is_rounding
from accounting.sale.due_date import due_on
from accounting.summary.lines import computed_lines, lines_of
from accounting.summary.parts import Part
from connector.lib.money import ZERO, round_to, smallest_unit, trim
from xero.documents.documents import CreditNote, Invoice
from xero.documents.facts import PaymentTerms
from xero.documents.kinds import Id, Kind, Ref
from xero.documents.lines import TaxMode
from xero.documents.settling import CreditNoteRefund, InvoicePayment

# What a summary may be, and the purposes of its document and of the money on that.
PURPOSES: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.INVOICE: ("invoice", "payment"), Kind.CREDIT_NOTE: ("credit_note", "refund"),
}  # fmt: skip
_REFERENCE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment, or a refund, of a summary, and how much of it is of which part."""

    document: InvoicePayment | CreditNoteRefund
    shares: tuple[tuple[Part, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """One document of a day, the parts behind it, and the money that settles it."""

    document: Invoice | CreditNote
    parts: tuple[Part, ...]
    money: tuple[Settlement, ...] = ()


def due_at(books: Books, day: date) -> datetime:
    """posting.summary_after of the day after, in the time zone of the books."""
    after = time.fromisoformat(books.snapshot.rules.posting.summary_after)
    zone = ZoneInfo(books.snapshot.store.timezone)
    return datetime.combine(day + timedelta(days=1), after, tzinfo=zone)


def day_number(books: Books, day: date, currency: str) -> str:
    """`S1-D20260302-GBP`"""
    return f"{books.snapshot.store.number_prefix}D{day:%Y%m%d}-{currency}"


def summary_number(base: str, kind: Kind, place: int) -> str:
    """The number of a day's first, second … document of a kind."""
    if kind is Kind.CREDIT_NOTE:
        return f"{base}-R" if place == 1 else f"{base}-R{place}"
    return base if place == 1 else f"{base}-{place}"


def packs(books: Books, parts: Iterable[Part]) -> list[tuple[Part, ...]]:
    """Parts of one place and kind by document: all on one, unless the rounding of the orders
    would come to more than one document may bear."""
    parts = tuple(sorted(parts, key=lambda part: part.rank))
    if parts and computed_lines(books, parts, _mode(parts)) is not None:
        return [parts]
    ordered = sorted(parts, key=lambda part: (bool(_rounding_of(part)), part.rank))
    found: list[list[Part]] = []
    for part in ordered:
        home = next((pack for pack in found if _fits((*pack, part))), None)
        if home is None:
            found.append([part])
        else:
            home.append(part)
    return [tuple(sorted(pack, key=lambda part: part.rank)) for pack in found]


def _rounding_of(part: Part) -> Decimal:
    return sum((line.amount for line in part.lines if is_rounding(line)), ZERO)


def _fits(parts: Sequence[Part]) -> bool:
    """Whether the rounding of these orders is no more than their document may bear."""
    rounding = sum((_rounding_of(part) for part in parts), ZERO)
    if not rounding:
        return True
    taxed = {(line.account, line.tax_type) for p in parts for line in p.lines if line.rate}
    unit = smallest_unit(parts[0].currency)
    return abs(rounding) <= min(unit * max(1, len(taxed)), 5 * unit)


def fits_alone(part: Part) -> bool:
    """Whether a part can be summarised at all: summed up, it has fewer lines to round on."""
    return _fits((part,))


def summarised(
    books: Books, parts: Sequence[Part], contact: Id, place: int, terms: PaymentTerms | None = None
) -> Summary:
    """The document of a pack; `terms` are the contact's in Xero. Raises Hold where Xero takes
    no stated tax and the rounding that is left is none."""
    first = parts[0]
    number = summary_number(day_number(books, first.day, first.currency), first.kind, place)
    mode = _mode(parts)
    lines = lines_of(books, parts, mode)
    posting = books.snapshot.rules.posting
    document: Invoice | CreditNote
    if first.kind is Kind.INVOICE:
        document = Invoice(
            number=number, contact=contact, date=first.day,
            due_date=due_on(posting.due_days, first.day, terms), mode=mode,
            currency=first.currency, status=posting.status, reference=_reference(parts),
            lines=lines, currency_rate=_rate(parts), branding_theme_id=first.theme,
        )  # fmt: skip
    else:
        document = CreditNote(
            number=number, contact=contact, date=first.day, mode=mode, currency=first.currency,
            status=posting.status, reference=_reference(parts), lines=lines,
            currency_rate=_rate(parts),
        )  # fmt: skip
    money = settlements(first.kind, number, parts) if document.status == "AUTHORISED" else ()
    return Summary(document, tuple(parts), money)


def _mode(parts: Sequence[Part]) -> TaxMode:
    inclusive = all(part.mode is TaxMode.INCLUSIVE for part in parts)
    return TaxMode.INCLUSIVE if inclusive else TaxMode.EXCLUSIVE


def settlements(kind: Kind, number: str, parts: Iterable[Part]) -> tuple[Settlement, ...]:
    """The money of an approved document: one payment, or refund, for each clearing account and
    day."""
    sums: dict[tuple[date, str, bool], list[tuple[Part, Decimal]]] = defaultdict(list)
    for part in parts:
        for money in part.money:
            sums[money.date, money.account, money.account_is_id].append((part, money.amount))
    found = []
    for index, key in enumerate(sorted(sums), start=1):
        day, account, is_id = key
        made = InvoicePayment if kind is Kind.INVOICE else CreditNoteRefund
        amount = sum((share for _, share in sums[key]), ZERO)
        document = made(
            Ref(kind, number), account, day, amount, f"{number}-P{index}", account_is_id=is_id
        )
        found.append(Settlement(document, tuple(sums[key])))
    return tuple(found)


def _reference(parts: Sequence[Part]) -> str:
    """Which orders it is of: all numbers where they fit, else the first and the last."""
    numbers = list(dict.fromkeys(part.order_number for part in parts))
    text = ", ".join(numbers)
    if len(text) <= _REFERENCE_LIMIT:
        return text
    return f"{len(numbers)} orders, {numbers[0]} to {numbers[-1]}"[:_REFERENCE_LIMIT]


def _rate(parts: Sequence[Part]) -> Decimal | None:
    """The rate of all orders; where they differ, the one that gives the same base amount."""
    rates = {part.rate for part in parts}
    if len(rates) == 1:
        return rates.pop()
    if None in rates:
        return None
    total = sum((part.totals.total for part in parts), ZERO)
    base = sum((part.totals.total / part.rate for part in parts if part.rate), ZERO)
    return trim(round_to(total / base, 6)) if base else None


def by_place(parts: Iterable[Part]) -> list[tuple[tuple[date, str, str], list[Part]]]:
    """Parts by day, currency and contact, each in the order of a document."""
    ordered = sorted(parts, key=lambda part: (part.place, part.rank))
    return [(place, list(some)) for place, some in groupby(ordered, key=lambda p: p.place)]
