"""The books kept by hand: one page for each order, with what the shop said, summed.

Deliberately naive, so that a bookkeeper can check it, and independent: it knows nothing of the
connector and nothing of Xero but the sums that must stand there. Documents do not occur in it.
Whether a cancelled order was voided, deleted or credited, its sale comes to nothing; whether a
refund was allocated or paid back shows in the money alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")
MONEY = ("970", "090")  # where money comes in; elsewhere it is gift cards and the like


@dataclass(frozen=True)
class Event:
    on: date


@dataclass(frozen=True)
class Sold(Event):
    """An order was placed."""

    total: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Changed(Event):
    """The order was edited: it is worth so much more, or less."""

    more: Decimal
    more_tax: Decimal


@dataclass(frozen=True)
class Received(Event):
    """Money came in on a clearing account. `by_hand`: a person entered it, beside the shop's."""

    account: str
    amount: Decimal
    by_hand: bool = False


@dataclass(frozen=True)
class Refunded(Event):
    """A refund of the shop; money goes out by this account where it had come in. `back` went
    back on what the shop issued itself, by account."""

    total: Decimal
    tax: Decimal
    account: str
    back: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class Cancelled(Event):
    """`returned`: the money that had come in went back by this account, and what the shop had
    issued itself by the accounts of `issued`."""

    returned: bool
    account: str
    issued: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reopened(Event):
    """The cancellation was taken back."""


@dataclass(frozen=True)
class Shrunk(Event):
    """A part of the order that nobody had paid was cancelled: it was never charged."""

    total: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Undone(Event):
    """A person took the sale back in Xero, and its money with it."""

    account: str


@dataclass(frozen=True)
class OpenedAgain(Reopened):
    """It was posted anew: what was sold, given back and paid counts once more."""

    account: str


@dataclass(frozen=True)
class Approved(Event):
    """A person approved the draft in Xero."""


@dataclass
class Sums:
    """What one order comes to: its sale net of credits, the tax in that, and the money."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    paid_in: Counter[str] = field(default_factory=Counter)
    paid_out: Counter[str] = field(default_factory=Counter)
    by_hand: Decimal = ZERO

    def to_give_back(self, account: str) -> Decimal:
        """What of the money goes back by this account: not what a person entered, nor what gift
        cards and the like still hold."""
        cards = self.paid_in.keys() - {account, *MONEY}
        kept = sum((self.paid_in[own] - self.paid_out[own] for own in cards), ZERO)
        return max(self.money - self.by_hand - kept, ZERO)

    @property
    def money(self) -> Decimal:
        """What came in and did not go back."""
        return sum(self.paid_in.values(), ZERO) - sum(self.paid_out.values(), ZERO)

    @property
    def receivable(self) -> Decimal:
        """What the customer still owes; below zero what the shop owes the customer."""
        return self.net - self.money


def sums(events: Iterable[Event]) -> Sums:
    """The running sums of one order's events."""
    found = Sums()
    before_cancelling, undone = (ZERO, ZERO), (ZERO, ZERO, ZERO)
    for event in events:
        match event:
            case Sold(total=total, tax=tax) | Changed(more=total, more_tax=tax):
                found.net, found.tax = found.net + total, found.tax + tax
            case Received(account=account, amount=amount, by_hand=by_hand):
                found.paid_in[account] += amount
                found.by_hand += amount if by_hand else ZERO
            case Refunded(total=total, tax=tax, account=account, back=back):
                found.net, found.tax = found.net - total, found.tax - tax
                for own, amount in back:
                    found.paid_out[own] += amount
                    total -= amount
                # What came in goes back; credit beyond that settles what is owed.
                found.paid_out[account] += min(total, found.to_give_back(account))
            case Cancelled(returned=returned, account=account, issued=issued):
                before_cancelling = found.net, found.tax
                found.net = found.tax = ZERO
                if returned:
                    for own in issued:
                        found.paid_out[own] = found.paid_in[own]
                    found.paid_out[account] += found.to_give_back(account)
            case Shrunk(total=total, tax=tax):
                found.net, found.tax = found.net - total, found.tax - tax
            case Undone(account=account):
                undone = found.net, found.tax, found.money
                found.net = found.tax = ZERO
                found.paid_out[account] += undone[2]
            case OpenedAgain(account=account):
                found.net, found.tax, again = undone
                found.paid_in[account] += again
            case Reopened():
                found.net, found.tax = before_cancelling
    return found


@dataclass
class Page:
    """One order. `told` is what the books have heard, `unread` what the shop has said since.
    `missed` is of before: it was sold and cancelled, and the books heard of it when it was over.
    Should it be opened again, it is sold on its day."""

    number: str
    missed: list[Event] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    unread: list[Event] = field(default_factory=list)
    closed: str = ""  # why nothing more of this order may be booked
    unmapped: bool = False  # nobody has said yet where its money is posted
    outdated: bool = False  # the shop has changed it, and that was ignored

    @property
    def sums(self) -> Sums:
        return sums(self.told)

    @property
    def events(self) -> list[Event]:
        return [*self.missed, *self.told, *self.unread]

    def has(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    @property
    def cancelled(self) -> bool:
        last = [one for one in self.events if isinstance(one, Cancelled | Reopened)][-1:]
        return bool(last) and isinstance(last[0], Cancelled)

    @property
    def never_sold(self) -> bool:
        return self.cancelled and not self.told and not self.has(Received)

    def take_up(self) -> None:
        """What was missed counts once the cancellation is taken back."""
        if self.missed and not self.cancelled:
            self.unread, self.missed = [*self.missed, *self.unread], []

    @property
    def sold_on(self) -> date:
        return self.events[0].on


def _changes(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, Changed | Shrunk)]


@dataclass
class BookKeeper:
    """Reads what the shop says into the pages, by the shop owner's choices."""

    holds_locked_days: bool = True
    ignores_edits: bool = False
    drafts: bool = False
    locked_until: date = date.min
    pages: list[Page] = field(default_factory=list)

    def is_held(self, page: Page) -> bool:
        """Whether a person must decide before anything more of the order is booked."""
        return (
            self.holds_locked_days
            and not page.closed
            and not page.never_sold
            and (
                any(self._is_locked(page, event) for event in page.unread)
                or self._is_changed_in_locked_days(page)
            )
        )

    def _is_locked(self, page: Page, event: Event) -> bool:
        """Cancellations are booked today; sales, opened again too, and money on their own day."""
        day = page.sold_on if isinstance(event, Reopened) else event.on
        dated = isinstance(event, Sold | Received | Refunded | Reopened)
        return dated and day <= self.locked_until

    def _is_changed_in_locked_days(self, page: Page) -> bool:
        """Where the invoice itself may not be changed any more, the difference is booked on the
        day on which the shop changed the order last."""
        may_be_changed = self.ignores_edits or (self.drafts and not page.has(Approved))
        if not page.told or may_be_changed:
            return False
        known, now = sums(page.told), sums([*page.told, *_changes(page.unread)])
        moved = (known.net, known.tax) != (now.net, now.tax)
        return moved and max(event.on for event in page.unread) <= self.locked_until

    def read(self, today: date) -> None:
        """Book everything that may be booked."""
        for page in self.pages:
            page.take_up()
            if page.closed:
                page.unread.clear()
            elif not self.is_held(page):
                self._book(page, today)

    def _book(self, page: Page, today: date) -> None:
        booked_before = bool(page.told)
        if page.never_sold:
            page.missed, page.unread = [*page.missed, *page.unread], []
            return
        waits = self.drafts and not page.has(Approved)
        # Of money that came and went unseen, the payment goes first.
        batch = sorted(page.unread, key=lambda event: not isinstance(event, Sold | Received))
        page.unread = []
        paid = any(isinstance(one, Received) and one.account in MONEY for one in batch)
        for event in batch:
            of_money = isinstance(event, Received | Refunded)
            unmapped = page.unmapped and (
                (isinstance(event, Received | Refunded) and event.account in MONEY)
                or (paid and isinstance(event, Cancelled))
            )
            if unmapped or (waits and of_money):
                page.unread.append(event)
            elif self.ignores_edits and booked_before and isinstance(event, Changed):
                page.outdated = True
            else:
                page.told.append(event)

    def is_settled(self, page: Page, today: date) -> bool:
        """Whether the invoice as it was posted can no longer be changed or taken back."""
        sold = page.sold_on
        month_over = (sold.year, sold.month) != (today.year, today.month)
        return month_over or sold <= self.locked_until or page.has(Received) or page.has(Refunded)


def split(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`amount` in whole cents over `weights`: the cents that are left go to the largest rests."""
    whole = sum(weights, ZERO)
    exact = [abs(amount) * 100 * weight / whole for weight in weights]
    cents = [int(part) for part in exact]
    left = int(abs(amount) * 100) - sum(cents)
    order = sorted(range(len(weights)), key=lambda i: (cents[i] - exact[i], -weights[i], i))
    for at in order[:left]:
        cents[at] += 1
    sign = -1 if amount < 0 else 1
    return [sign * Decimal(part) / 100 for part in cents]
