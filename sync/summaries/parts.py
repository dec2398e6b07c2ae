"""What orders bring to summaries, as rows: kept, told to the planner, replaced while they wait.

A row's content changes never; the summary takes it over by a conditional update, and what an
order brings otherwise is another row. So either the summary holds an order as it was, or the
order finds that it came too late and is planned anew upon the summary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounting.history import Entry, Slot
from accounting.summary.parts import Part
from connector.lib.money import to_units
from stores.models import Store
from sync.contacts.standing import StandingContacts
from sync.models import Posting, PostingSource, SummaryPart, TrackedOrder
from sync.outbox.entries import MOST_CURES, OPEN, entry_of, slot_of
from sync.summaries.contents import can_be_taken_apart, content_of, part_of
from xero.documents.kinds import Kind
from xero.models import Lane

_State = Posting.State


# --- content -----------------------------------------------------------------------------------


def _row(order: TrackedOrder, part: Part) -> SummaryPart:
    totals = part.totals
    return SummaryPart(
        order=order, store_id=order.store_id, source_kind=part.slot.source_kind,
        source_id=part.slot.source_id, purpose=part.slot.purpose, revision=part.slot.revision,
        kind=part.kind, day=part.day, currency=part.currency, contact=part.contact[:255],
        total_units=to_units(totals.total), tax_units=to_units(totals.total_tax),
        content=content_of(part), due_at=part.due_at,
    )  # fmt: skip


def _same(row: SummaryPart, part: Part) -> bool:
    place = (row.kind, row.day, row.currency, row.contact)
    return place == (part.kind, part.day, part.currency, part.contact[:255]) and (
        row.content == content_of(part)
    )


# --- for the planner ---------------------------------------------------------------------------


def entries_of(row: SummaryPart, contacts: StandingContacts) -> list[Entry]:
    """The document that a part stands for, and its money, as if the order had them itself.

    Nothing while no summary was made of it, or while that can still be given back.
    """
    posting = row.posting
    if posting is None or can_be_taken_apart(posting):
        return []
    part, made = part_of(row), entry_of(posting)
    ended = made.ended
    totals = part.totals
    document = Entry(
        slot=part.slot, kind=part.kind, key=part.key, frozen=not ended, posted=made.posted,
        ended=ended, conflict=made.conflict, status=made.status, total=totals.total,
        tax=totals.total_tax, dated=part.day, lines=part.lines, mode=part.mode,
        currency=part.currency, rate=part.rate,
        contact=contacts.of(posting, made.contact), remarks=made.remarks,
        shared=True,
    )  # fmt: skip
    kind = Kind.PAYMENT if part.kind is Kind.INVOICE else Kind.REFUND
    money = [
        Entry(
            slot=one.slot, kind=kind, key=one.reference, frozen=not ended, posted=made.posted,
            ended=ended, total=one.amount, dated=one.date, account=one.account,
            account_is_id=one.account_is_id, settles=part.key, shared=True,
        )
        for one in part.money
    ]  # fmt: skip
    return [document, *money]


# --- rows --------------------------------------------------------------------------------------


@dataclass(slots=True)
class SummaryParts:
    """The parts of one chunk of orders: `load` before they are planned, `write` within the
    transaction that holds their claim."""

    store: Store
    _rows: dict[int, list[SummaryPart]] = field(default_factory=dict)
    _documents: dict[int, list[Posting]] = field(default_factory=dict)
    _seen: dict[int, set[Slot]] = field(default_factory=dict)
    _given_back: set[int] = field(default_factory=set)

    def load(self, orders: Iterable[int]) -> None:
        """Read what the orders bring, and the documents of their summaries."""
        ids = list(orders)
        self._rows, self._documents = defaultdict(list), defaultdict(list)
        rows = SummaryPart.objects.filter(order_id__in=ids)
        for row in rows.select_related("order", "posting").order_by("pk"):
            self._rows[row.order_id].append(row)
        if self._rows:
            documents = Posting.objects.filter(sources__order_id__in=self._rows)
            linked = documents.values_list("sources__order_id", "pk").distinct()
            pairs = [(order, pk) for order, pk in linked if order in self._rows]
            found = Posting.objects.in_bulk({pk for _, pk in pairs})
            for order, pk in sorted(pairs):
                self._documents[order].append(found[pk])
        for pk in ids:
            self._seen.setdefault(pk, self._made(pk))

    def _made(self, order: int) -> set[Slot]:
        rows = self._rows.get(order, [])
        return {slot_of(row) for row in rows if row.posting and not can_be_taken_apart(row.posting)}

    def entries(self, row: TrackedOrder, contacts: StandingContacts) -> list[Entry]:
        parts = self._rows.get(row.pk, [])
        return [entry for part in parts for entry in entries_of(part, contacts)]

    def summaries(self) -> list[Posting]:
        """The documents that the parts stand in."""
        rows = (row for rows in self._rows.values() for row in rows)
        return [row.posting for row in rows if row.posting is not None]

    def brings(self, row: TrackedOrder) -> bool:
        """Whether the order brings something to a summary."""
        return bool(self._rows.get(row.pk))

    def documents(self, order: int) -> list[Posting]:
        """The documents of the summaries that the order (its primary key) is in."""
        return self._documents.get(order, [])

    def wait(self, row: TrackedOrder) -> bool:
        """Whether something of the order waits for its summary."""
        return any(part.posting_id is None for part in self._rows.get(row.pk, []))

    def posting_at(self, row: TrackedOrder, slot: Slot) -> Posting | None:
        """The summary that stands where the order's own document would."""
        rows = self._rows.get(row.pk, [])
        return next((part.posting for part in rows if slot_of(part) == slot), None)

    def write(self, wanted: Sequence[tuple[TrackedOrder, Sequence[Part]]]) -> set[int]:
        """Bring the rows of these orders in line with what they bring now; the orders that
        came too late, because a summary was made of them while they were planned."""
        new: list[SummaryPart] = []
        late: set[int] = set()
        for row, parts in wanted:
            if (
                self._made(row.pk) != self._seen.get(row.pk, set())
                or (made := self._replace(row, parts)) is None
            ):
                late.add(row.pk)
            else:
                new += made
        SummaryPart.objects.bulk_create(new)
        for one in new:
            self._rows.setdefault(one.order_id, []).append(one)
        return late

    def _replace(self, row: TrackedOrder, parts: Sequence[Part]) -> list[SummaryPart] | None:
        """New rows for an order, the outdated ones being gone; None if it came too late."""
        left = {part.slot: part for part in parts}
        kept: list[SummaryPart] = []
        gone: list[SummaryPart] = []
        for old in self._rows.get(row.pk, []):
            slot = slot_of(old)
            part = left.get(slot)
            if old.posting_id in self._given_back:
                old.posting = None
            if slot in self._seen.get(row.pk, set()) or (_ended(old) and part is None):
                kept.append(old)
                continue
            same = part is not None and _same(old, part)
            if not _ended(old) and not self._let_go(old, row, same=same):
                return None
            if same and not _ended(old):
                kept.append(old)
                del left[slot]
            else:
                gone.append(old)
        for old in gone:
            mine = SummaryPart.objects.filter(pk=old.pk, posting=old.posting_id)
            if not mine.delete()[0]:
                return None
        self._rows[row.pk] = kept
        return [_row(row, part) for part in left.values()]

    def _let_go(self, old: SummaryPart, row: TrackedOrder, *, same: bool) -> bool:
        """Take a part out of a summary that was refused, if it is to change or to be tried
        again; False if that summary has moved."""
        if old.posting is None or (same and not _again(old.posting, row)):
            return True
        gone = give_back(old.posting, again=row.lane == Lane.CLICK)
        self._given_back.update(gone)
        for order, documents in self._documents.items():
            self._documents[order] = [one for one in documents if one.pk not in gone]
        old.posting = None
        return bool(gone)


def _ended(row: SummaryPart) -> bool:
    """Whether its summary was voided in Xero: it stays as a record of that."""
    return row.posting is not None and row.posting.state == _State.VOIDED


def _again(posting: Posting, row: TrackedOrder) -> bool:
    """Whether a summary that was refused is to be tried once more as it is."""
    return row.lane == Lane.CLICK or posting.attempts < MOST_CURES


def give_back(posting: Posting, *, again: bool = False) -> set[int]:
    """Take a summary that is not in Xero apart, so that it is made anew; the documents that
    are withdrawn with it, none if it moved.

    Its orders' parts wait once more.
    """
    rows = Posting.objects.filter(pk=posting.pk, xero_id="")
    changes: dict[str, Any] = {"attempts": 0} if again else {}
    if not rows.move(to=_State.VOIDED, frm=(_State.HELD, _State.DEAD), **changes):
        return set()
    money = list(posting.children.values_list("pk", flat=True))
    Posting.objects.filter(pk__in=money, xero_id="").move(to=_State.VOIDED, frm=OPEN)
    family = {posting.pk, *money}
    PostingSource.objects.filter(posting__in=family).delete()
    SummaryPart.objects.filter(posting=posting).update(posting=None, settled=False)
    return family
