"""What a refund gave back on gift cards, as store credit and as points: where it goes. Pure.

It goes the way it came: to the account that the tender was paid from, or as the line that the
invoice has for it, upon the credit note. What goes another way, such as money that was put on
the store credit, goes to the account of what it became.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.books import Books
from accounting.gift_cards import CardMove, CardUse
from accounting.lines.converted import converted
from accounting.lines.currency import Conversion
from accounting.money.issued import How, IssuedTenders, Redeemed, issued_anew, issued_tenders
from accounting.postable import account_target
from accounting.reasons import Hold
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order
from stores.canonical.refund import Refund, TenderBack
from stores.profile import Field

# How a card is filled again, by how it had been used up.
_FILLED = {CardUse.REDEEMED: CardUse.RETURNED, CardUse.UNKNOWN: CardUse.RETURNED,
           CardUse.OPENING: CardUse.RESTORED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReturnedPart:
    """So much, in the currency of the sale, goes where `to` says; `of` is the tender of the sale
    that it comes back from, None where that was money or is not the sale's."""

    to: Redeemed
    of: Redeemed | None = None

    @property
    def amount(self) -> Decimal:
        return self.to.amount

    @property
    def as_it_came(self) -> bool:
        """Whether it went back to where it had come from."""
        return self.of is not None and self.of.code == self.to.code


@dataclass(frozen=True, slots=True)
class Returned:
    """All parts of one refund that are no money."""

    parts: tuple[ReturnedPart, ...] = ()

    @property
    def issued(self) -> IssuedTenders:
        """As tenders of the credit note: those that are its lines, and those that are paid."""
        return IssuedTenders(tuple(part.to for part in self.parts))

    @property
    def on_lines(self) -> Decimal:
        """What is taken off the credit note by negative lines."""
        return self.issued.on_lines

    @property
    def paid(self) -> tuple[ReturnedPart, ...]:
        """What goes back from an account."""
        return tuple(part for part in self.parts if part.to.how is How.PAYMENT)


NOTHING_RETURNED = Returned()


def given_back(
    books: Books, mapped: MappedOrder, refund: Refund, by: Conversion | None = None, *,
    lines_only: bool = False,
) -> Returned:  # fmt: skip
    """What becomes of a refund's tenders, in the currency of the sale (`by`).

    `lines_only`: the sale is a document that takes no payments. Raises Hold where the tender
    that something went back on is not posted itself, or its account does not fit.
    """
    if not refund.tenders:
        return NOTHING_RETURNED
    parts = tuple(_parts(books, mapped, refund, by, lines_only=lines_only))
    if sum((part.amount for part in parts), ZERO) > _whole(refund, by):
        raise Hold(
            "refund_does_not_add_up",
            said(
                "More of the refund %(number)s went back on gift cards, store credit and points "
                "than it is over. Enter it in Xero by hand.",
                number=refund.number or refund.id,
            ),
            Field.REFUNDS,
        )
    return Returned(parts)


def _whole(refund: Refund, by: Conversion | None) -> Decimal:
    # A cent of rounding for each tender is none of the shop's mistake.
    slack = Decimal("0.01") * len(refund.tenders)
    return (round_to(refund.total) if by is None else by.amount(refund.total)) + slack


def _parts(
    books: Books, mapped: MappedOrder, refund: Refund, by: Conversion | None, *, lines_only: bool
) -> Iterator[ReturnedPart]:
    rows = mapped.rows
    sale = issued_tenders(books, converted(mapped, by), lines_only=lines_only)
    before = [back for one in refunds_before(mapped.order, refund) for back in one.tenders]
    payments = books.snapshot.store.streams.payments
    for back in refund.tenders:
        had = [one for one in sale.tenders if one.code == back.of]
        whole = -sum((row.amount for row, _ in rows.tenders if row.code == back.of), ZERO)
        same = [one for one in before if one.of == back.of]
        start = sum((one.amount for one in same), ZERO)
        end = min(start + back.amount, whole)
        total = sum((one.amount for one in had), ZERO)
        first, last = (_place(some, whole, total, by) for some in (same, [*same, back]))
        for of, amount in _between(had, first, last):
            if not payments and of.how in (How.PAYMENT, How.HELD):
                continue  # nobody but a person books it
            yield ReturnedPart(_to(books, mapped, back, of, amount), of)
        if (more := back.amount - max(end - start, ZERO)) > 0 and payments:
            amount = round_to(more) if by is None else by.amount(more)
            yield ReturnedPart(issued_anew(books, mapped, back, amount, lines_only=lines_only))
        before.append(back)


def refunds_before(order: Order, refund: Refund) -> list[Refund]:
    """The refunds that were made before this one."""
    mine = refund.refunded_at, refund.id
    return [one for one in order.refunds if (one.refunded_at, one.id) < mine]


def completes(mapped: MappedOrder, refund: Refund) -> bool:
    """Whether with this refund all of the order is given back, without goodwill and fees kept."""
    given = [*refunds_before(mapped.order, refund), refund]
    sold = mapped.order.total + mapped.rows.tendered
    total = sum((one.total for one in given), ZERO)
    return round_to(total) == round_to(sold) and not any(one.adjustment for one in given)


def _place(
    backs: Sequence[TenderBack], whole: Decimal, total: Decimal, by: Conversion | None
) -> Decimal:
    """What these come to of tenders over `total` in the books, `whole` as the shop states it. In
    another currency it is the shop's own word, as far as it gives it."""
    amount = sum((one.amount for one in backs), ZERO)
    if amount >= whole:
        return total
    base = [one.base_amount for one in backs if one.base_amount is not None]
    if by is not None and len(base) == len(backs):
        return min(round_to(sum(base, ZERO)), total)
    return round_to(amount * total / whole)


def _between(
    had: Sequence[Redeemed], first: Decimal, last: Decimal
) -> Iterator[tuple[Redeemed, Decimal]]:
    """The parts of these tenders that lie between two amounts of their sum: each memo goes on
    where the one before it ended, so that together they are the tenders to the cent."""
    place = ZERO
    for one in had:
        part = min(last, place + one.amount) - max(first, place)
        place += one.amount
        if part > 0:
            yield one, part


def _to(
    books: Books, mapped: MappedOrder, back: TenderBack, of: Redeemed, amount: Decimal
) -> Redeemed:
    """Where a part of one of the sale's tenders goes."""
    if of.how is How.HELD:
        assert of.reason is not None
        raise Hold(
            "refund_waits_for_payment",
            said(
                "%(amount)s of the refund went back on what the shop issued itself (%(title)s), "
                "and that is not posted as paid yet: the refund waits for it. %(message)s",
                amount=amount,
                title=of.title,
                message=of.reason.message,
            ),
            of.reason.field,
        )
    if back.code == back.of:
        return replace(of, amount=amount)
    if of.how is How.GOODS:
        raise Hold(
            "refund_does_not_add_up",
            said(
                "%(amount)s of the refund went from %(title)s to %(back_title)s. %(title)s stands "
                "on the invoice as a line taxed like the goods, so that nothing of it can be given "
                "back in another way. Enter the refund in Xero by hand.",
                amount=amount,
                title=of.title,
                back_title=back.title,
            ),
            back.path,
        )
    lines_only = of.how is How.LINE
    return issued_anew(books, mapped, back, amount, lines_only=lines_only)


def refilled(
    books: Books, mapped: MappedOrder, *, lines_only: bool = False
) -> tuple[CardMove, ...]:
    """By how much refunds filled the gift cards again that had paid for the order."""
    moves = []
    for refund in mapped.order.refunds:
        try:
            returned = given_back(books, mapped, refund, lines_only=lines_only)
        except Hold:
            continue  # nothing is posted of it
        for part in returned.parts:
            of = part.of
            if of is None or of.move is None or not part.as_it_came or not of.refillable:
                continue
            amount = round_to(of.move.amount * part.amount / of.amount, 4)
            moves.append(CardMove(of.move.code, _FILLED[of.move.use], amount))
    return tuple(moves)


def issued_accounts(books: Books, mapped: MappedOrder) -> frozenset[tuple[str, bool]]:
    """From where the tenders that the shop issued itself are paid."""
    issued = issued_tenders(books, mapped)
    paid = (one.account for one in issued.tenders if one.how is How.PAYMENT)
    return frozenset(account_target(books.organisation, one.value) for one in paid if one)
