"""How an order or a product stands in Xero, as its shop is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from stores.canonical.records import Stream


class SyncStatus(StrEnum):
    """All that an order or a product can be said to be. A shop may rely on there being no other.

    waiting    it was read, and is not in Xero yet: nobody has to do anything
    in_xero    it is in Xero, also as a draft
    held       a person must act first, or the document and the shop say different things
    left_out   a rule or a person keeps it out of Xero
    voided     it was in Xero, and was taken back there
    """

    WAITING = "waiting"
    IN_XERO = "in_xero"
    HELD = "held"
    LEFT_OUT = "left_out"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class SyncState:
    """What a shop's admin shows beside one of its orders or products.

    `stream` is Stream.ORDERS, Stream.PRODUCTS or, of a customer whom somebody in the shop left out
    or took in again, Stream.CUSTOMERS; `id` the shop's own. `number` is what the
    document, or the item, is called in Xero (at most 64 characters) and `link` its address there
    (at most 500): both "" until Xero has it, and `link` also where it has no page of its own.
    `reason` is a sentence for a person, at most 500 characters; "" where there is nothing to say.
    """

    stream: Stream
    id: str
    state: SyncStatus
    number: str = ""
    link: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}

    @property
    def text(self) -> str:
        """In a few words: `In Xero: INV-0042`."""
        words = _WORDS[self.state]
        return f"{words}: {self.number or self.reason}" if self.number or self.reason else words


_WORDS = {
    SyncStatus.WAITING: "Waiting",
    SyncStatus.IN_XERO: "In Xero",
    SyncStatus.HELD: "Held",
    SyncStatus.LEFT_OUT: "Left out",
    SyncStatus.VOIDED: "Voided in Xero",
}
