"""What each tender of an order received, and what of it went back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounting.history import Entry, History
from connector.lib.money import ZERO
from xero.documents.kinds import Kind
from xero.documents.settling import InvoicePayment


@dataclass(slots=True)
class ReceivedTender:
    """`ours` is False where a person enters the money in Xero: none of it goes back from here."""

    payment: InvoicePayment
    paid: Decimal = ZERO
    given_back: Decimal = ZERO
    ours: bool = True

    @property
    def left(self) -> Decimal:
        return max(self.paid - self.given_back, ZERO)

    @property
    def place(self) -> tuple[str, bool]:
        return self.payment.account, self.payment.account_is_id


@dataclass(slots=True)
class Tenders:
    """The tenders of one order by their number. 0 stands for none of the order's; money that
    people enter in Xero has its tender's number with a minus."""

    _received: dict[int, ReceivedTender] = field(default_factory=dict)

    @classmethod
    def standing(cls, history: History) -> Tenders:
        """As they are in Xero, or on their way there."""
        tenders = cls()
        for entry in history.tenders("payment"):
            tenders.of(_stands_for(entry)).paid += entry.total
        for entry in history.frozen(lambda e: e.kind is Kind.REFUND):
            tenders.of(_stands_for(entry)).given_back += entry.total
        return tenders

    def of(self, payment: InvoicePayment) -> ReceivedTender:
        """The tender of a payment; that payment is its first, where it is a new one."""
        return self._received.setdefault(payment.tender, ReceivedTender(payment))

    def at(self, place: tuple[str, bool]) -> list[tuple[int, ReceivedTender]]:
        """Those that went to an account."""
        return [
            (n, tender) for n, tender in sorted(self._received.items()) if tender.place == place
        ]

    def know(self, payments: Sequence[InvoicePayment]) -> None:
        """Payments that were made elsewhere: money can go back the way it came."""
        for payment in payments:
            tender = self.of(payment)
            tender.payment, tender.paid = payment, payment.amount

    def elsewhere(self, payments: Sequence[InvoicePayment]) -> None:
        """Money that people post, as far as it is not posted from here: refunds that went back
        the way it came are not paid from the other tenders."""
        for payment in payments:
            posted = self._received.get(payment.tender)
            rest = payment.amount - (posted.paid if posted is not None else ZERO)
            if rest > 0:
                self._received[-payment.tender] = ReceivedTender(payment, rest, ours=False)

    def last_first(self, method: str) -> list[tuple[int, ReceivedTender]]:
        """Those of a method, then the others; of each, the last paid first."""

        def last(item: tuple[int, ReceivedTender]) -> tuple[bool, date, int]:
            number, tender = item
            named = bool(method) and tender.payment.method == method
            return named, tender.payment.date, abs(number)

        return sorted(self._received.items(), key=last, reverse=True)

    def kept(self, *, without: Collection[tuple[str, bool]]) -> Decimal:
        """What came in and has not gone back, without tenders that went to these accounts."""
        money = [one for one in self._received.values() if one.place not in without]
        return max(sum((one.paid - one.given_back for one in money), ZERO), ZERO)


def number_of(entry: Entry) -> int:
    """The tender's place in the order, as the purpose ends with it."""
    tail = entry.slot.purpose.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _stands_for(entry: Entry) -> InvoicePayment:
    """The payment that an entry shows a tender by, as far as that tells."""
    return InvoicePayment(
        "", entry.account, entry.dated or date.min, ZERO, "", entry.account_is_id,
        tender=number_of(entry),
    )  # fmt: skip
