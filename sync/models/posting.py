"""The outbox before a document is in Xero, the ledger after: Posting, Dispatch, Attempt.

A Posting's state changes only through conditional updates (`Posting.objects.move`) whose row
count is checked, so that two workers never both act on it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from connector.lib import clock
from connector.lib.money import from_units
from stores.models import Store
from sync.models.backfill import Backfill
from sync.models.dispatch import KINDS, Dispatch
from sync.models.order import TrackedOrder
from xero.documents.kinds import MONEY, OF_CREDIT, WITH_BALANCE, Kind
from xero.documents.statuses import DRAFTS, GONE
from xero.models import Lane, Organisation

# What the postings of a daily summary have as their source: they are no single order's.
SUMMARY = "summary"


class PostingQuerySet(models.QuerySet["Posting"]):
    def due(self, now: datetime) -> PostingQuerySet:
        """Those whose time to be sent has come."""
        return self.filter(state=Posting.State.PENDING, not_before__lte=now)

    def move(self, *, to: str, frm: tuple[str, ...], **changes: Any) -> int:
        """Change the state of those that are in one of the states `frm`; how many moved."""
        return self.filter(state__in=frm).update(state=to, changed_at=clock.now(), **changes)

    def sendable(
        self, organisation: Organisation, now: datetime, kind: Kind | None = None
    ) -> PostingQuerySet:
        """Those (of one kind) that may go out now: due, of an enabled store or of an order that was
        asked for alone or undone, whose parent is in Xero, and whose backfill was neither paused
        nor cancelled.

        A payment waits for changes of its order's invoice, an allocation or refund for all
        payments of its order. Nothing of another order waits. Documents of a summary have no
        order, and so no siblings: its payments and refunds wait for their parents alone.
        """
        ready_parent = Q(parent__isnull=True) | Q(
            parent__state=Posting.State.POSTED, parent__differs=False, parent__conflict=False
        )
        rows = self.filter(
            ready_parent,
            organisation=organisation,
            state=Posting.State.PENDING,
            not_before__lte=now,
        ).filter(_switched_on())
        if kind is not None:
            rows = rows.filter(kind=kind)
        ready_target = Q(target__isnull=True) | Q(
            target__state=Posting.State.POSTED, target__differs=False, target__conflict=False
        )
        return rows.filter(_let_go(), ready_target)._after_their_money(kind)

    def _after_their_money(self, kind: Kind | None) -> PostingQuerySet:
        """Without money that other documents of its order must come before."""
        rows = self
        siblings = Posting.objects.filter(order=OuterRef("order")).order_by()
        if kind is None or kind in MONEY:
            changing = siblings.filter(kind=Kind.INVOICE, verb="POST", state__in=Posting.UNFINISHED)
            rows = rows.filter(~Q(kind__in=MONEY) | ~Exists(changing))
        if kind is None or kind in OF_CREDIT:
            unpaid = siblings.filter(kind=Kind.PAYMENT).exclude(
                state__in=(Posting.State.POSTED, Posting.State.VOIDED)
            )
            rows = rows.filter(~Q(kind__in=OF_CREDIT) | ~Exists(unpaid))
        return rows

    def at_rest(self) -> PostingQuerySet:
        """Documents of which no change left for Xero whose fate nobody knows yet.

        What Xero shows of another is ours to explain before it is anybody else's.
        """
        left = Q(state__in=Posting.ON_ITS_WAY) | Q(
            state=Posting.State.PENDING, look_up=True, dispatch__isnull=False
        )
        changes = Posting.objects.filter(left, parent=OuterRef("pk"), verb="POST").order_by()
        return self.filter(~Exists(changes.filter(kind__in=WITH_BALANCE)))

    def switched_off(self) -> PostingQuerySet:
        """Those of stores that post nothing just now."""
        return self.filter(~_switched_on())

    def drafts(self) -> PostingQuerySet:
        """Invoices and credit notes of ours that are in Xero, and that nobody has approved there,
        as far as is known. What a person linked is that person's own."""
        return self.filter(
            kind__in=WITH_BALANCE, verb="PUT", state=Posting.State.POSTED,
            xero_status__in=DRAFTS, conflict=False, linked=False,
        )  # fmt: skip

    def edited(self) -> PostingQuerySet:
        """Documents of an order's sale that people wrote over in Xero, and that no word was said
        of yet: the difference between the order and what is there can be posted beside them."""
        sales = self.filter(source_kind="order", purpose__in=Posting.SALE)
        mine = sales.filter(verb="PUT", kind__in=WITH_BALANCE, state=Posting.State.POSTED)
        return mine.filter(conflict=True, order__isnull=False).exclude(xero_status__in=GONE)

    def waiting(self) -> PostingQuerySet:
        """Everything that is not finished and does not wait for a person."""
        pending = Q(_let_go(), state=Posting.State.PENDING)
        return self.filter(Q(state__in=Posting.ON_ITS_WAY) | pending)


def _switched_on() -> Q:
    """Of a store that is on, or of an order that was asked for although it is off, as are the
    contacts that such an order needs. One that is undone has been built as such: until then its
    documents are those that are to leave."""
    asked = {"order__tried_at__isnull": False}
    undone = Q(order__undo_at__isnull=False, order__build_at__isnull=True)
    needed = Posting.objects.filter(Q(parent=OuterRef("pk")) | Q(target=OuterRef("pk")), **asked)
    contact = Q(Exists(needed.order_by()), kind=Kind.CONTACT)
    return Q(store__enabled=True) | Q(**asked) | undone | contact


def _let_go() -> Q:
    """Not held back with a backfill that was paused or cancelled, as are documents of its
    orders, and contacts that nothing else needs."""
    held = {"lane": Lane.BACKFILL, "order__backfill__state__in": Backfill.HELD_BACK}
    its_own = TrackedOrder.objects.filter(
        pk=OuterRef("order"), backfill__state__in=Backfill.HELD_BACK
    )
    documents = Posting.objects.filter(parent=OuterRef("pk")).order_by()
    needed = documents.exclude(state=Posting.State.VOIDED, xero_id="").exclude(**held)
    contact = Q(kind=Kind.CONTACT)
    return (
        ~Q(lane=Lane.BACKFILL)
        | (~contact & ~Exists(its_own))
        | (contact & (~Exists(documents) | Exists(needed)))
    )


class Posting(models.Model):
    """The lasting intention that this document shall exist in Xero exactly once.

    `payload` is `payloads.stored` text; `parent` is what must be in Xero before, and whose
    id the payload refers to, and so is `target`: the invoice of an allocation, or a contact
    that must be restored. `expected` are the predicted totals as plain text, `rates` the tax
    rate of each line, likewise.
    `breakdown` is `xero.documents.breakdown`'s sums by account and tax type (null: not known),
    `document_date` the date that the document bears. `note` is for Xero's history. `key` is
    the natural key (InvoiceNumber, ContactNumber or name, payment reference); `name_key` and
    `email_key` are a contact's, for look-ups while it is not in Xero yet; `also_called` are
    further references of a payment, by which somebody may have entered it in Xero.

    `voided` with a `xero_id` was in Xero and was taken back there; without one it was
    withdrawn before it was sent.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Working"
        SENDING = "sending", "Working"
        RETRY = "retry", "Working"
        POSTED = "posted", "In Xero"
        HELD = "held", "Needs you"
        DEAD = "dead", "Refused"
        UNKNOWN = "unknown", "Checking"
        VOIDED = "voided", "Voided"

    class Answer(models.TextChoices):
        """What a person wants of a document that was written over in Xero."""

        KEEP = "keep", "Kept as it is there"
        DIFFERENCE = "difference", "The difference is posted beside it"

    ON_ITS_WAY = (State.SENDING, State.RETRY, State.UNKNOWN)
    UNFINISHED = (State.PENDING, *ON_ITS_WAY)
    # The purposes of what an order's sale comes to, together.
    SALE = ("invoice", "edit")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="postings"
    )
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="postings")
    order = models.ForeignKey(
        TrackedOrder, null=True, on_delete=models.PROTECT, related_name="postings"
    )
    source_kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=300)
    purpose = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=KINDS)
    verb = models.CharField(max_length=4, default="PUT")
    key = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300, blank=True, default="")
    email_key = models.CharField(max_length=300, blank=True, default="")
    also_called = models.JSONField(default=list)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    target = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credits")
    payload = models.TextField()
    expected = models.JSONField(null=True)
    rates = models.JSONField(null=True)
    breakdown = models.JSONField(null=True)
    document_date = models.DateField(null=True)
    note = models.CharField(max_length=1000, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reasons = models.JSONField(default=list)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.LIVE)
    not_before = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    dispatch = models.ForeignKey(
        Dispatch, null=True, on_delete=models.SET_NULL, related_name="postings"
    )
    position = models.PositiveIntegerField(default=0)
    look_up = models.BooleanField(
        default=False, help_text="Something like it may be in Xero already: look before sending."
    )
    looked_at = models.DateTimeField(
        null=True, help_text="When it was looked up and not found; a new process forgets it."
    )
    differs = models.BooleanField(default=False)
    conflict = models.BooleanField(
        default=False, help_text="A person changed it in Xero: nothing of it is touched."
    )
    adopted = models.BooleanField(default=False)
    linked = models.BooleanField(
        default=False, help_text="A person linked it: it is somebody's own, and never changed."
    )
    answer = models.CharField(
        max_length=10, choices=Answer, blank=True, default="", db_default="",
        help_text="What a person said of what was written over it in Xero: that stands.",
    )  # fmt: skip
    xero_id = models.CharField(max_length=50, blank=True, default="")
    xero_status = models.CharField(max_length=30, blank=True, default="")
    xero_total_units = models.BigIntegerField(null=True)
    xero_tax_units = models.BigIntegerField(null=True)
    amount_due_units = models.BigIntegerField(null=True)
    xero_updated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    posted_at = models.DateTimeField(null=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "store", "source_kind", "source_id", "purpose", "revision"],
                name="one_posting_per_intention",
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "lane", "kind", "id"],
                condition=Q(state="pending"),
                name="posting_sendable",
            ),
            models.Index(
                fields=["organisation", "state", "not_before"],
                condition=Q(state__in=["pending", "sending", "retry", "unknown"]),
                name="posting_unfinished",
            ),
            models.Index(fields=["organisation", "kind", "name_key"], name="posting_by_name"),
            models.Index(fields=["organisation", "kind", "email_key"], name="posting_by_email"),
            models.Index(fields=["organisation", "kind", "key"], name="posting_by_key"),
            models.Index(fields=["state", "-changed_at"], name="posting_by_state"),
            models.Index(fields=["organisation", "xero_id"], name="posting_by_xero_id"),
            models.Index(fields=["store", "document_date"], name="posting_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def ended(self) -> bool:
        """Whether it was in Xero, and was taken back there."""
        return self.state == Posting.State.VOIDED and bool(self.xero_id)

    @property
    def is_summary(self) -> bool:
        """Whether it stands for several orders: `sources` says for which."""
        return self.source_kind == SUMMARY

    @property
    def is_draft(self) -> bool:
        """Whether it is in Xero and waits there for somebody's approval."""
        document = self.kind in WITH_BALANCE and self.verb == "PUT"
        return document and self.state == Posting.State.POSTED and self.xero_status in DRAFTS

    @property
    def xero_total(self) -> Decimal | None:
        return None if self.xero_total_units is None else from_units(self.xero_total_units)

    @property
    def amount_due(self) -> Decimal | None:
        return None if self.amount_due_units is None else from_units(self.amount_due_units)
