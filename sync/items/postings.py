"""The outbox's side of items: one posting for each time that a product's item must change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from accounting.items.build import BuiltItem
from connector.lib import clock
from connector.lib.database.bulk import update_each
from stores.models import Store
from sync.models import Posting, TrackedProduct
from sync.outbox.entries import MOST_CURES, OPEN
from xero.documents.kinds import Kind
from xero.documents.master_data import Item
from xero.documents.payloads import stored
from xero.models import Lane, Organisation

# Fate not known yet: built again once it is.
_ON_ITS_WAY = (Posting.State.SENDING, Posting.State.RETRY, Posting.State.UNKNOWN)
_LOOK_AGAIN = timedelta(minutes=2)
_CORRECTED = [
    "purpose", "verb", "key", "payload", "state", "reasons", "attempts", "lane", "not_before",
    "changed_at",
]  # fmt: skip


@dataclass(slots=True)
class ItemPostings:
    """Writes the items of one chunk of products, inside the transaction that has their claim.

    Sets `posting` and, where it must be built again, `build_at` of the products; saves them not.
    """

    store: Store
    organisation: Organisation
    _latest: dict[str, Posting] = field(default_factory=dict)
    _new: list[tuple[TrackedProduct, Posting]] = field(default_factory=list)
    _corrected: list[Posting] = field(default_factory=list)
    _withdrawn: list[int] = field(default_factory=list)

    def write(self, built: Sequence[tuple[TrackedProduct, BuiltItem]]) -> None:
        """Bring the outbox in line with these builds: a fixed number of statements."""
        ours = Posting.objects.filter(
            organisation=self.organisation, store=self.store, source_kind="product",
            source_id__in=[row.source_id for row, _ in built],
        )  # fmt: skip
        self._latest = {posting.source_id: posting for posting in ours.order_by("revision")}
        for row, one in built:
            self._plan(row, one.item)
        Posting.objects.bulk_create(posting for _, posting in self._new)
        for row, posting in self._new:
            row.posting = posting
        update_each(self._corrected, _CORRECTED, states=OPEN)
        Posting.objects.filter(pk__in=self._withdrawn).move(to=Posting.State.VOIDED, frm=OPEN)

    def _plan(self, row: TrackedProduct, item: Item | None) -> None:
        latest = self._latest.get(row.source_id)
        if latest is not None and latest.state in _ON_ITS_WAY:
            row.build_at = clock.now() + _LOOK_AGAIN
        elif item is None:
            if latest is not None and latest.state in OPEN:
                self._withdrawn.append(latest.pk)
        elif latest is not None and latest.state in OPEN:
            self._correct(row, latest, item)
        else:
            revision = latest.revision + 1 if latest else 1
            self._new.append((row, self._posting(row, item, revision)))

    def _posting(self, row: TrackedProduct, item: Item, revision: int) -> Posting:
        return Posting(
            organisation=self.organisation,
            store=self.store,
            source_kind="product",
            source_id=row.source_id,
            purpose=_purpose(item),
            verb=item.verb,
            revision=revision,
            kind=Kind.ITEM,
            key=item.code,
            payload=stored(item.payload()),
            lane=row.lane,
        )

    def _correct(self, row: TrackedProduct, posting: Posting, item: Item) -> None:
        """New content for a posting of which nothing is in Xero.

        The same content that Xero refused time and again goes out again for a person only.
        """
        payload = stored(item.payload())
        if payload == posting.payload and row.lane != Lane.CLICK:
            waits = posting.state == Posting.State.PENDING and posting.lane == row.lane
            if waits or posting.attempts >= MOST_CURES:
                return
        else:
            posting.attempts = 0
        posting.purpose, posting.verb = _purpose(item), item.verb
        posting.key, posting.payload = item.code, payload
        posting.state, posting.reasons, posting.lane = Posting.State.PENDING, [], row.lane
        posting.not_before = posting.changed_at = clock.now()
        row.posting = posting
        self._corrected.append(posting)


def _purpose(item: Item) -> str:
    """A new item, or a change of one that Xero has."""
    return "item-update" if item.existing_id else "item"
