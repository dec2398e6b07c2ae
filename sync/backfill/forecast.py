"""What a backfill will cost: calls to Xero, and time. Pure arithmetic; the answer is "about".

Documents of one kind go fifty to a call. How many of each kind an order makes is measured on
what was posted before; of a shop that has posted nothing yet, each order is taken to make one
new contact, one invoice and one payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xero.documents.kinds import SPECS, Kind

BATCH = 50
# Lists that are read before the first document is sent: contacts, invoices, credit notes, items.
_LISTS = 4
# Fewer orders than this say too little.
ENOUGH = 50
# What a call takes where none was measured.
USUAL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How many documents of each kind so many orders made."""

    orders: int = 1
    documents: Mapping[Kind, int] = field(
        default_factory=lambda: {Kind.CONTACT: 1, Kind.INVOICE: 1, Kind.PAYMENT: 1}
    )

    def of(self, kind: Kind, orders: int) -> int:
        """How many of a kind so many orders will make, rounded up."""
        return -(-orders * self.documents.get(kind, 0) // self.orders)


@dataclass(frozen=True, slots=True)
class Supply:
    """The calls there are: today and on a whole day, less `reserve`, which is for live work.

    `a_minute` is what the limit leaves to a backfill; a call takes `seconds_a_call`.
    """

    left_today: int
    a_day: int
    reserve: int
    a_minute: int
    seconds_a_call: float = USUAL_SECONDS

    @property
    def usable_today(self) -> int:
        return max(0, self.left_today - self.reserve)

    @property
    def usable_a_day(self) -> int:
        return max(1, self.a_day - self.reserve)


@dataclass(frozen=True, slots=True)
class ReadingPace:
    """How fast the shop is: orders a page, and seconds a page with all that belongs to it."""

    orders_a_page: int = 100
    seconds_a_page: float = 2.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """`seconds` is the time of work; `days` how many further days the calls must come from."""

    orders: int
    calls: int
    seconds: int
    days: int
    supply: Supply

    def sentence(self) -> str:
        """`2,340 orders in the shop. About 150 calls and 4 minutes; 812 calls are left today.`"""
        if not self.orders:
            return "No order was placed in the shop on these days."
        lead = f"{_of(self.orders, 'order')} in the shop. About {_of(self.calls, 'call')}"
        left = f"{_of(self.supply.left_today, 'call')} {_are(self.supply.left_today)} left today"
        if not self.days:
            return f"{lead} and {span(self.seconds)}; {left}."
        return (
            f"{lead}; {left}, of which {self.supply.reserve:,} are kept for live orders. It takes "
            f"{_of(self.days, 'more day')} than today."
        )


def forecast(
    orders: int, measured: Measured, supply: Supply, pace: ReadingPace | None = None
) -> Forecast:
    """Calls and time that so many orders of a shop will take."""
    calls = calls_for(orders, measured)
    pace = pace or ReadingPace()
    pages = -(-orders // pace.orders_a_page)
    a_second = min(supply.a_minute / 60, 1 / max(supply.seconds_a_call, 0.01))
    seconds = max(pages * pace.seconds_a_page, calls / a_second)
    beyond = max(0, calls - supply.usable_today)
    days = -(-beyond // supply.usable_a_day)
    return Forecast(orders, calls, round(seconds), days, supply)


def calls_for(orders: int, measured: Measured) -> int:
    """Full requests of each kind, and the lists that are read before."""
    if not orders:
        return 0
    calls = _LISTS
    for kind in measured.documents:
        count = measured.of(kind, orders)
        calls += count if SPECS[kind].address else -(-count // BATCH)
    return calls


def time_left(done: int, expected: int, *, elapsed: float, foreseen: float) -> int | None:
    """Seconds until the rest is done, at the pace so far; before there is one, as foreseen.

    None where nobody can tell.
    """
    rest = max(0, expected - done)
    if not rest:
        return 0
    if done and elapsed > 0:
        return round(elapsed * rest / done)
    return round(foreseen) if foreseen else None


def span(seconds: float) -> str:
    """`40 seconds`, `4 minutes`, `3 hours`: rounded up, in the largest unit that fits."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds > size:
            return _of(-(-round(seconds) // size), unit)
    return _of(max(1, round(seconds)), "second")


def _of(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
