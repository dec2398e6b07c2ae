"""What a reconciliation found: one row a run, with its sums by day and its differences.

Kept so that a page shows a run without working it out again. Amounts are in ten-thousandths.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from connector.lib.money import from_units
from stores.models import Store
from sync.models.order import TrackedOrder


class ReconcileRunQuerySet(ClaimQuerySet["ReconcileRun"]):
    def unfinished(self) -> ReconcileRunQuerySet:
        return self.filter(state__in=(ReconcileRun.State.QUEUED, ReconcileRun.State.RUNNING))

    def ready(self, now: datetime) -> ReconcileRunQuerySet:
        """Those that nobody works on: never begun, or begun by a process that is gone."""
        return super().ready(now).unfinished()


class ReconcileRun(Claimable):
    """One reconciliation of one store; at most one of a store is unfinished.

    `done` is how many orders its worker has compared. `as_of` is the moment up to which Xero's
    lists were known (null: never read), `note` what could not be compared.
    """

    class State(models.TextChoices):
        QUEUED = "queued", gettext_lazy("Waits its turn")
        RUNNING = "running", gettext_lazy("Running")
        DONE = "done", gettext_lazy("Done")
        FAILED = "failed", gettext_lazy("Broken off")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="reconcile_runs")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    orders = models.PositiveIntegerField(default=0)
    documents = models.PositiveIntegerField(default=0)
    in_xero = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    by_hand = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    extra = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    explained = models.PositiveIntegerField(default=0)

    objects = ReconcileRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["store", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_run",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"reconciliation of {self.store.slug}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def open(self) -> int:
        """How many things a person must look at."""
        return self.missing + self.extra + self.differences


class ReconcileDay(models.Model):
    """The sums of one day of the books: what the shop says, what was posted, what Xero holds.

    `measure` sale and credit are by tax type, with net and tax; payment and refund by account,
    with the amount as net. `name` "" is what has no tax type, or no account.
    """

    class Measure(models.TextChoices):
        SALE = "sale", gettext_lazy("Sales")
        CREDIT = "credit", gettext_lazy("Credits")
        PAYMENT = "payment", gettext_lazy("Payments")
        REFUND = "refund", gettext_lazy("Refunds")

    run = models.ForeignKey(ReconcileRun, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    currency = models.CharField(max_length=10)
    measure = models.CharField(max_length=10, choices=Measure)
    name = models.CharField(max_length=100, blank=True, default="")
    documents = models.PositiveIntegerField(default=0)
    shop_net_units = models.BigIntegerField(default=0)
    shop_tax_units = models.BigIntegerField(default=0)
    posted_net_units = models.BigIntegerField(default=0)
    posted_tax_units = models.BigIntegerField(default=0)
    xero_net_units = models.BigIntegerField(default=0)
    xero_tax_units = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "day", "currency", "measure", "name"], name="one_row_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.day}"

    @property
    def agrees(self) -> bool:
        return self.shop == self.posted == self.xero

    @property
    def shop(self) -> Decimal:
        return from_units(self.shop_net_units + self.shop_tax_units)

    @property
    def posted(self) -> Decimal:
        return from_units(self.posted_net_units + self.posted_tax_units)

    @property
    def xero(self) -> Decimal:
        return from_units(self.xero_net_units + self.xero_tax_units)


class ReconcileDifference(models.Model):
    """One thing that does not agree: an order that is missing, a document too many, a field.

    `number` is the order's, or that of the document too many. `explained`: accounted for.
    """

    class What(models.TextChoices):
        MISSING = "missing", gettext_lazy("Missing in Xero")
        EXTRA = "extra", gettext_lazy("In Xero, not in the shop")
        DIFFERENCE = "difference", gettext_lazy("Differs")

    run = models.ForeignKey(ReconcileRun, on_delete=models.CASCADE, related_name="found")
    what = models.CharField(max_length=10, choices=What)
    order = models.ForeignKey(TrackedOrder, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=300)
    xero_id = models.CharField(max_length=50, blank=True, default="")
    currency = models.CharField(max_length=10, blank=True, default="")
    field = models.CharField(max_length=20)
    shop_value = models.CharField(max_length=100, blank=True, default="")
    xero_value = models.CharField(max_length=100, blank=True, default="")
    side = models.CharField(max_length=10)
    cause = models.CharField(max_length=30)
    explained = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["run", "explained", "id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.field}"


class HandledDifference(models.Model):
    """A person looked at a difference and took care of it in Xero: it counts as accounted for.

    It holds while both sides say what they said then; `reopened_at` ends it.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="handled")
    order = models.ForeignKey(
        TrackedOrder, null=True, on_delete=models.CASCADE, related_name="handled"
    )
    number = models.CharField(max_length=300)
    field = models.CharField(max_length=20)
    shop_value = models.CharField(max_length=100, blank=True, default="")
    xero_value = models.CharField(max_length=100, blank=True, default="")
    note = models.CharField(max_length=500)
    link = models.CharField(max_length=500, blank=True, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField(default=clock.now)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["store", "number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.field}: {self.note}"
