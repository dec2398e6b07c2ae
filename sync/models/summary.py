"""What orders bring to the summaries of their days, and which orders stand in which."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q

from connector.lib.money import from_units
from stores.models import Store
from sync.models.backfill import Backfill
from sync.models.dispatch import KINDS
from sync.models.order import TrackedOrder
from sync.models.posting import Posting


class SummaryPartQuerySet(models.QuerySet["SummaryPart"]):
    def waiting(self) -> SummaryPartQuerySet:
        """Those whose summary has not been made."""
        return self.filter(posting__isnull=True)

    def due(self, now: datetime) -> SummaryPartQuerySet:
        """Those whose summary can be made: their day is over, and no backfill holds them."""
        held = Q(order__backfill__isnull=False, order__backfill__state=Backfill.State.PAUSED)
        return self.waiting().filter(~held, due_at__lte=now)


class SummaryPart(models.Model):
    """A sale, or a refund, that stands on the summary of its day in place of a document of its
    own: `kind` and the slot are that document's.

    A row is never changed but for `posting`, the summary it stands on, and `settled`, which
    says that its money is in the outbox: what an order brings otherwise is another row.
    `content` is `sync.summaries.contents.content_of`; amounts are in ten-thousandths of `currency`.
    """

    order = models.ForeignKey(TrackedOrder, on_delete=models.CASCADE, related_name="summary_parts")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    source_kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=300)
    purpose = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=KINDS)
    day = models.DateField()
    currency = models.CharField(max_length=10)
    contact = models.CharField(max_length=255)
    total_units = models.BigIntegerField()
    tax_units = models.BigIntegerField()
    content = models.JSONField()
    due_at = models.DateTimeField()
    posting = models.ForeignKey(
        Posting, null=True, on_delete=models.PROTECT, related_name="summary_parts"
    )
    settled = models.BooleanField(default=False)

    objects = SummaryPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "source_kind", "source_id", "purpose", "revision"],
                name="one_part_per_document",
            )
        ]
        indexes = [
            models.Index(
                fields=["store", "due_at"], condition=Q(settled=False), name="summary_part_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order} on {self.day}"

    @property
    def total(self) -> Decimal:
        return from_units(self.total_units)

    @property
    def tax(self) -> Decimal:
        return from_units(self.tax_units)


class PostingSource(models.Model):
    """Links a document that stands for several orders (a daily summary) to them."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="sources")
    order = models.ForeignKey(TrackedOrder, on_delete=models.PROTECT, related_name="summaries")
    amount_units = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["posting", "order"], name="one_source_per_posting")
        ]

    def __str__(self) -> str:
        return f"{self.order} in {self.posting}"
