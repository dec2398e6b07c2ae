"""Money without an invoice, looked up among the bank transactions of its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.money.overpayments import OVERPAID
from accounting.reasons import Reason
from connector.lib.money import ZERO
from connector.lib.texts.said import Day, figure, said
from sync.dispatch.lookup.verdicts import Element, Findings, Pairs, Verdict, to_survivors
from sync.models import Dispatch, Posting, TrackedOrder
from xero.api import replies
from xero.api.gateway import Gateway
from xero.api.replies import ElementResult, element_result
from xero.documents.kinds import Kind
from xero.mirror.refresh import PAGE_SIZE


def bank_transactions(dispatch: Dispatch, gateway: Gateway, pairs: Pairs) -> Findings:
    """By contact and day, then amount and reference: Xero has no key for these either."""
    pairs = to_survivors(dispatch, pairs, {})
    listed: dict[tuple[str, str], list[Element]] = {}
    for _, sent in pairs:
        place = (sent["Contact"]["ContactID"], sent["Date"])
        if place not in listed:
            listed[place] = _of_day(gateway, *place)
    ids = [str(one.get("BankTransactionID")) for some in listed.values() for one in some]
    others = Posting.objects.filter(
        organisation=dispatch.organisation, kind=Kind.BANK_TRANSACTION, xero_id__in=ids
    ).exclude(pk__in=[row.pk for row, _ in pairs])
    taken = set(others.values_list("xero_id", flat=True))
    found = Findings()
    # First those that are there for certain, so that none of them is taken for another.
    references = {one.get("Reference") or "" for some in listed.values() for one in some}
    ours = _Ours.load(dispatch, [row for row, _ in pairs], references)
    for judge in (_is_received, _may_be_received):
        for row, sent in pairs:
            there = [
                one
                for one in listed[sent["Contact"]["ContactID"], sent["Date"]]
                if one.get("Status") != "DELETED"
                and one.get("Type") == sent["Type"]
                and str(one.get("BankTransactionID")) not in taken
                and not ours.is_another(one.get("Reference") or "", sent)
            ]
            if found.verdicts.get(row.pk) is None:
                found.verdicts[row.pk] = verdict = judge(row, sent, there)
                if isinstance(verdict, ElementResult):
                    taken.add(verdict.xero_id)
    return found


@dataclass(frozen=True, slots=True)
class _Ours:
    """Which references are made here: those of other documents and orders of ours, and what begins
    with the prefix of a store, or ends as overpayments do."""

    named: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def load(cls, dispatch: Dispatch, rows: Sequence[Posting], references: set[str]) -> _Ours:
        organisation = dispatch.organisation
        known = Posting.objects.filter(
            organisation=organisation, kind=Kind.BANK_TRANSACTION, key__in=references
        ).exclude(pk__in=[row.pk for row in rows])  # fmt: skip
        orders = TrackedOrder.objects.filter(
            store__organisation=organisation, number__in=references
        ).exclude(pk__in=[row.order_id for row in rows if row.order_id])  # fmt: skip
        stores = organisation.stores.exclude(number_prefix="")
        return cls(
            frozenset(known.values_list("key", flat=True))
            | frozenset(orders.values_list("number", flat=True)),
            tuple(stores.values_list("number_prefix", flat=True)),
        )

    def is_another(self, reference: str, sent: Element) -> bool:
        """Whether a reference is one of ours, and not the one that was sent."""
        if not reference or reference == sent.get("Reference", ""):
            return False
        made_here = reference.endswith(OVERPAID) or reference.startswith(self.prefixes)
        return made_here or reference in self.named


def _of_day(gateway: Gateway, contact_id: str, on: str) -> list[Element]:
    """All bank transactions of a contact on a day."""
    day = date.fromisoformat(on)
    asked = (
        f'Contact.ContactID==Guid("{contact_id}") AND '
        f"Date==DateTime({day.year}, {day.month:02}, {day.day:02})"
    )
    found: list[Element] = []
    while True:
        page = len(found) // PAGE_SIZE + 1
        reply = gateway.read("bank_transactions", where=asked, page=page, page_size=PAGE_SIZE)
        more = replies.elements("bank_transactions", reply.json)
        found += more
        if len(more) < PAGE_SIZE:
            return found


def _is_received(row: Posting, sent: Element, free: Sequence[Element]) -> Verdict:
    """The one with this reference and amount; of what was paid too much also a part, which was
    sent before the rest came in."""
    named = [one for one in free if (one.get("Reference") or "") == sent.get("Reference", "")]
    for one in named:
        if replies.amount(one.get("Total")) == _total(row):
            return element_result("bank_transactions", one)
    if named and sent["Type"] == "RECEIVE-OVERPAYMENT" and sent.get("Reference"):
        return element_result("bank_transactions", named[0])
    return None


def _may_be_received(row: Posting, sent: Element, free: Sequence[Element]) -> Verdict:
    """Like it in one of both: a person must compare."""
    for one in free:
        total, reference = replies.amount(one.get("Total")) or ZERO, one.get("Reference") or ""
        if total == _total(row) or (reference and reference == sent.get("Reference")):
            text = said(
                "%(total)s on %(day)s stands in Xero under the reference %(reference)s. It may be "
                "this one: compare, then decide.",
                total=figure(total),
                day=Day(sent["Date"]),
                reference=reference or said("(none)"),
            )
            return Reason("outcome_ambiguous", text)
    return None


def _total(row: Posting) -> Decimal:
    assert row.expected is not None
    return Decimal(row.expected["Total"])
