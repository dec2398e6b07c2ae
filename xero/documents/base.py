"""What each document says of itself, and what is so of those that do not say otherwise."""

from __future__ import annotations

from datetime import date as Day
from decimal import Decimal

from xero.documents.kinds import Id, Ref
from xero.documents.lines import DocumentLine, TaxMode, Totals


class DocumentBase:
    """A document that is new, and has neither lines, nor an amount, nor a date.

    Beside this each has its `kind`, its `payload()` and its `natural_key`: that by which Xero's
    answer, or a look-up, is matched.
    """

    __slots__ = ()

    @property
    def verb(self) -> str:
        """POST changes a document that the payload names by its id; PUT creates."""
        return "PUT"

    def expected(self) -> Totals | None:
        """What Xero must come to; None where it adds nothing up."""
        return None

    def charged(self) -> tuple[tuple[DocumentLine, ...], TaxMode] | None:
        """Its lines, and how they state tax."""
        return None

    def moved(self) -> tuple[str, Decimal] | None:
        """Money that moves on an account: which, and how much."""
        return None

    def dated(self) -> Day | None:
        """The date that it bears."""
        return None


def key_of(one: Id) -> str:
    """The key of a document that is referred to."""
    return one.key if isinstance(one, Ref) else one
