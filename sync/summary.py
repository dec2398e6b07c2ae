"""A day's orders as one invoice, and its refunds as one credit note: pure.

Each order brings parts: its sale, and its refunds, built as if it were posted by itself. Parts
of one day, currency and contact are summed by account, tax type and tracking, tax as it was
charged, so that the document is the sum of its orders to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from connector.lib.money import CENT, ZERO, round_to, trim
from sync.books import Books
from sync.charges import closing_accounts, overrides
from sync.history import Slot
from sync.reasons import Hold
from sync.totals import close
from xero.documents import CreditNote, Id, Invoice, Kind, Payment, Ref, Refund
from xero.lines import DocumentLine, TaxMode, Totals, line_tax, line_totals

_REFERENCE_LIMIT = 255
# A stated tax that is farther from its rate than this is no rounding: it is as charged.
_AS_CHARGED = 5 * CENT
_AS_CHARGED_SHARE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one tender: received for a sale, or given back for a refund. `reference` is the
    one that it would bear by itself."""

    slot: Slot
    account: str
    account_is_id: bool
    date: date
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one order brings to a summary: its sale (an invoice) or a refund (a credit note).

    `slot` and `key` are the place and the number that the document would have by itself,
    `due_at` is when the summary may be made, `contact` is the name of the summary's contact,
    `overrides` says whether TaxAmounts may be sent for it, `tax` what the shop charged, `note`
    how it deviates from the order.
    """

    order_id: str
    order_number: str
    slot: Slot
    key: str
    kind: Kind
    day: date
    currency: str
    due_at: datetime
    mode: TaxMode
    lines: tuple[DocumentLine, ...]
    contact: str
    rate: Decimal | None = None
    theme: str = ""
    overrides: bool = True
    tax: Decimal = ZERO
    note: str = ""
    money: tuple[Money, ...] = ()

    @property
    def totals(self) -> Totals:
        return line_totals(self.lines, self.mode)

    @property
    def place(self) -> tuple[date, str, str]:
        """Parts of one place stand on one document."""
        return self.day, self.currency, self.contact

    @property
    def rank(self) -> tuple[int, str, str, Slot]:
        """The order of parts in a document, whatever the order in which they came."""
        return len(self.order_number), self.order_number, self.order_id, self.slot


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment, or a refund, of a summary, and how much of it is of which part."""

    document: Payment | Refund
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


def document_number(base: str, kind: Kind, place: int) -> str:
    """The number of a day's first, second … document of a kind."""
    if kind is Kind.CREDIT_NOTE:
        return f"{base}-R" if place == 1 else f"{base}-R{place}"
    return base if place == 1 else f"{base}-{place}"


def packs(books: Books, parts: Iterable[Part]) -> list[tuple[Part, ...]]:
    """Parts of one place and kind by document: all on one, unless the rounding of the orders
    would come to more than one document may bear."""
    parts = tuple(sorted(parts, key=lambda part: part.rank))
    if parts and _computed_lines(books, parts, _mode(parts)) is not None:
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
    return sum((line.amount for line in part.lines if _is_rounding(line)), ZERO)


def _fits(parts: Sequence[Part]) -> bool:
    """Whether the rounding of these orders is no more than their document may bear."""
    rounding = sum((_rounding_of(part) for part in parts), ZERO)
    if not rounding:
        return True
    taxed = {(line.account, line.tax_type) for p in parts for line in p.lines if line.rate}
    return abs(rounding) <= min(CENT * max(1, len(taxed)), 5 * CENT)


def fits_alone(part: Part) -> bool:
    """Whether a part can be summarised at all: summed up, it has fewer lines to round on."""
    return _fits((part,))


def summarised(books: Books, parts: Sequence[Part], contact: Id, place: int) -> Summary:
    """The document of a pack. Raises Hold where Xero takes no stated tax and the rounding
    that is left is none."""
    first = parts[0]
    number = document_number(day_number(books, first.day, first.currency), first.kind, place)
    mode = _mode(parts)
    lines = _lines(books, parts, mode)
    posting = books.snapshot.rules.posting
    document: Invoice | CreditNote
    if first.kind is Kind.INVOICE:
        document = Invoice(
            number=number, contact=contact, date=first.day,
            due_date=first.day + timedelta(days=posting.due_days), mode=mode,
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
        made = Payment if kind is Kind.INVOICE else Refund
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


# --- lines -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sum:
    """Lines of one account, tax type and tracking; `as_charged` if their tax is not the rate's."""

    like: DocumentLine
    as_charged: bool
    net: Decimal = ZERO
    tax: Decimal = ZERO
    orders: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def line(self, mode: TaxMode, title: str, *, stated: bool) -> DocumentLine:
        amount = self.net + self.tax if mode is TaxMode.INCLUSIVE else self.net
        own = line_tax(amount, self.like.rate, mode)
        stated = (stated or self.as_charged) and own != self.tax
        like = self.like
        return DocumentLine(
            title, Decimal(1), amount, like.account, like.tax_type, like.rate,
            tax_amount=self.tax if stated else None, tracking=like.tracking,
            account_is_id=like.account_is_id,
        )  # fmt: skip


def _lines(books: Books, parts: Sequence[Part], mode: TaxMode) -> tuple[DocumentLine, ...]:
    """One line for each account, tax type and tracking, that sum to what was charged.

    Where stated taxes are not wanted, Xero computes them if what it then lacks is rounding.
    """
    computed = _computed_lines(books, parts, mode)
    if computed is not None:
        return computed
    if overrides(books) and not all(part.overrides for part in parts):
        raise Hold(
            "tax_does_not_add_up",
            "Xero refused the tax that the shop charged on these orders, and computes one that "
            "differs by more than rounding. Choose posting.mode: per_order, or enter the day by "
            "hand.",
            "posting.rounding",
        )
    return _stated(books, _sums(parts), mode)


def _computed_lines(
    books: Books, parts: Sequence[Part], mode: TaxMode
) -> tuple[DocumentLine, ...] | None:
    """Lines whose tax Xero computes, closed by a rounding line; None where taxes are stated, or
    where more than rounding would be left."""
    computed = _computed(_sums(parts))
    if (overrides(books) and all(part.overrides for part in parts)) or not computed:
        return None
    total = sum((part.totals.total for part in parts), ZERO)
    tax = sum((part.tax for part in parts), ZERO)
    lines = [one.line(mode, _title(books, one), stated=False) for one in computed]
    closing = closing_accounts(books)
    try:
        return close(lines, mode, total=total, tax=tax, override=False, closing=closing)
    except Hold:
        return None


def _computed(sums: list[_Sum]) -> list[_Sum]:
    """What Xero is to compute tax on: all but the rounding of the orders, which is made anew."""
    return [one for one in sums if not _is_rounding(one.like) and (one.net or one.tax)]


def _stated(books: Books, sums: list[_Sum], mode: TaxMode) -> tuple[DocumentLine, ...]:
    lines = [one.line(mode, _title(books, one), stated=True) for one in sums]
    kept = [line for line in lines if line.amount or line.tax(mode)]
    return tuple(kept or lines)


def _sums(parts: Sequence[Part]) -> list[_Sum]:
    sums: dict[tuple[object, ...], _Sum] = {}
    for part in parts:
        for line in part.lines:
            as_charged = _as_charged(line, part)
            key = (
                _is_rounding(line), line.account, line.account_is_id, line.tax_type, line.rate,
                line.tracking, as_charged,
            )  # fmt: skip
            found = sums.setdefault(key, _Sum(line, as_charged))
            tax = line.tax(part.mode)
            found.net += line.amount - tax if part.mode is TaxMode.INCLUSIVE else line.amount
            found.tax += tax
            found.orders.add(part.order_id)
            found.texts.add(line.description)
    return [sums[key] for key in sorted(sums)]


def _as_charged(line: DocumentLine, part: Part) -> bool:
    """Whether the tax that a line states is the shop's in place of the rate's."""
    if line.tax_amount is None:
        return False
    gap = abs(line.tax_amount - line_tax(line.amount, line.rate, part.mode))
    large = gap > max(_AS_CHARGED, abs(line.amount) * _AS_CHARGED_SHARE)
    return large or not part.overrides


def _is_rounding(line: DocumentLine) -> bool:
    return line.description == "Rounding" and not line.rate


def _title(books: Books, one: _Sum) -> str:
    """What the line is for: by its account's purpose, else what all its lines are called."""
    if _is_rounding(one.like):
        return "Rounding"
    name = _purpose(books, one.like.account)
    if not name:
        name = one.texts.copy().pop() if len(one.texts) == 1 else "Sales"
    count = len(one.orders)
    return f"{name} of {count} {'order' if count == 1 else 'orders'}"


def _purpose(books: Books, account: str) -> str:
    """`shipping` → Shipping, for the account that is mapped to it."""
    for name, mapped in books.snapshot.rules.accounts:
        facts = books.organisation.accounts.get(mapped) if mapped else None
        if account and account in (mapped, facts and facts.code, facts and facts.account_id):
            return str(name).replace("_", " ").capitalize()
    return ""


# --- all of it -------------------------------------------------------------------------------


def by_place(parts: Iterable[Part]) -> list[tuple[tuple[date, str, str], list[Part]]]:
    """Parts by day, currency and contact, each in the order of a document."""
    ordered = sorted(parts, key=lambda part: (part.place, part.rank))
    return [(place, list(some)) for place, some in groupby(ordered, key=lambda p: p.place)]
