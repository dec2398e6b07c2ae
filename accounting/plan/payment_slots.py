"""Which payment of an order that was built again is which of its postings: pure.

A tender may be mapped, split or told apart by the gateway's id only after another one was
posted, so neither its place nor its reference alone says which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.history import History
from xero.documents.kinds import Kind
from xero.documents.settling import InvoicePayment


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A payment in the outbox or ledger, all its parts together."""

    reference: str
    account: str
    amount: Decimal


def numbered(history: History, wanted: Sequence[InvoicePayment]) -> list[InvoicePayment]:
    """The payments with the number of the tender under which each stands in the outbox."""
    places = purposes(known(history), wanted)
    return [
        replace(payment, tender=int(purpose.rpartition("-")[2]))
        for payment, purpose in zip(wanted, places, strict=True)
    ]


def known(history: History) -> dict[str, KnownPayment]:
    """An order's payments in the outbox, the parts of one that grew together."""
    found: dict[str, KnownPayment] = {}
    entries = (e for e in history.entries if e.kind is Kind.PAYMENT and not e.ended)
    for entry in sorted(entries, key=lambda entry: entry.slot.revision):
        purpose = entry.slot.purpose
        if purpose not in found:
            found[purpose] = KnownPayment(entry.key, entry.account, entry.total)
        elif entry.frozen:
            first = found[purpose]
            found[purpose] = replace(first, amount=first.amount + entry.total)
    return found


def purposes(have: Mapping[str, KnownPayment], wanted: Sequence[InvoicePayment]) -> list[str]:
    """The purpose of each payment: that of its posting, or a new one.

    The surest signs come first, for all payments, before weaker ones are looked at.
    """
    signs: tuple[Callable[[str, KnownPayment, InvoicePayment], bool], ...] = (
        lambda _, slot, one: slot.account == one.account and slot.reference == one.reference,
        lambda _, slot, one: slot.account == one.account and slot.reference in one.also,
        lambda _, slot, one: slot.account == one.account and slot.amount == one.amount,
        lambda _, slot, one: slot.reference in (one.reference, *one.also),
        lambda purpose, _, one: purpose == f"payment-{one.tender}",
    )
    chosen: dict[int, str] = {}
    for fits in signs:
        for place, one in enumerate(wanted):
            if place in chosen:
                continue
            taken = set(chosen.values())
            for purpose, slot in have.items():
                if purpose not in taken and fits(purpose, slot, one):
                    chosen[place] = purpose
                    break
    for place, one in enumerate(wanted):
        if place not in chosen:
            chosen[place] = _free(one.tender, {*have, *chosen.values()})
    return [chosen[place] for place in range(len(wanted))]


def _free(number: int, taken: set[str]) -> str:
    while f"payment-{number}" in taken:
        number += 1
    return f"payment-{number}"
