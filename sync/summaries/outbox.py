"""A day's summary in the outbox: its document, its money, what it takes over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from accounting.reasons import Reason
from accounting.summary.documents import PURPOSES, Settlement, Summary
from connector.lib import clock
from connector.lib.database.claims import TakenOver
from connector.lib.money import to_units
from stores.models import Store
from sync.models import Posting, PostingSource
from sync.models.posting import SUMMARY
from sync.outbox.entries import withdrawn
from sync.outbox.fill import fill
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.models import MirrorDocument, Organisation

_State = Posting.State


def link(posting: Posting, amounts: dict[int, Decimal]) -> None:
    PostingSource.objects.bulk_create(
        PostingSource(posting=posting, order_id=order, amount_units=to_units(amount))
        for order, amount in amounts.items()
    )


@dataclass(slots=True)
class Outbox:
    """The postings of one day and currency: new, or ones that were withdrawn before."""

    store: Store
    organisation: Organisation
    source: str
    _have: dict[tuple[str, int], Posting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ours = Posting.objects.filter(
            organisation=self.organisation, store=self.store, source_kind=SUMMARY,
            source_id=self.source,
        )  # fmt: skip
        self._have = {(posting.purpose, posting.revision): posting for posting in ours}

    def next_place(self, purpose: str) -> int:
        """The first place where no document stands or stood in Xero."""
        place = 1
        while (one := self._have.get((purpose, place))) is not None and not withdrawn(one):
            place += 1
        return place

    def document(
        self, summary: Summary, place: int, contact: Posting, reason: Reason | None, origin: str
    ) -> Posting:
        document = summary.document
        posting = self._at(PURPOSES[document.kind][0], place)
        fill(posting, document, contact)
        notes = dict.fromkeys(part.note for part in summary.parts if part.note)
        posting.note = " ".join(filter(None, (origin, *notes)))[:1000]
        posting.look_up = posting.look_up or self._in_xero(document)
        if reason is not None:
            posting.state, posting.reasons = _State.HELD, [reason.kept()]
        return self._save(posting)

    def money(
        self, settling: Iterable[Settlement], parent: Posting, orders: dict[str, int]
    ) -> list[Posting]:
        """Payments, or refunds, of a document that is approved."""
        found = []
        purpose = PURPOSES[Kind(parent.kind)][1]
        for index, one in enumerate(settling, start=1):
            posting = self._at(f"{purpose}-{index}", parent.revision)
            fill(posting, one.document, parent)
            found.append(self._save(posting))
            amounts: dict[int, Decimal] = defaultdict(Decimal)
            for part, amount in one.shares:
                amounts[orders[part.order_id]] += amount
            link(posting, amounts)
        return found

    def _in_xero(self, document: Invoice | CreditNote) -> bool:
        """Whether Xero has the number already: ours, of a database that was lost, or not."""
        return MirrorDocument.objects.filter(
            organisation=self.organisation, kind=document.kind, number=document.number
        ).exists()

    def _at(self, purpose: str, place: int) -> Posting:
        posting = self._have.get((purpose, place))
        if posting is None:
            return Posting(
                organisation=self.organisation, store=self.store, source_kind=SUMMARY,
                source_id=self.source, purpose=purpose, revision=place,
            )  # fmt: skip
        posting.state, posting.reasons = _State.PENDING, []
        posting.not_before = posting.created_at = posting.changed_at = clock.now()
        posting.dispatch = None
        return posting

    def _save(self, posting: Posting) -> Posting:
        """Insert it, or bring a withdrawn one back if nobody else has."""
        if posting.pk is None:
            posting.save(force_insert=True)
        else:
            mine = Posting.objects.filter(pk=posting.pk, xero_id="", state=_State.VOIDED)
            names = [f.attname for f in Posting._meta.concrete_fields if f.attname != "id"]
            if not mine.update(**{name: getattr(posting, name) for name in names}):
                raise TakenOver
        return posting
