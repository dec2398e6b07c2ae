"""What a person asked for all orders that fit some filters, and which of them are still to do."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from sync.models.order import TrackedOrder


class BulkActionQuerySet(ClaimQuerySet["BulkAction"]):
    def unfinished(self) -> BulkActionQuerySet:
        return self.filter(state__in=(BulkAction.State.QUEUED, BulkAction.State.RUNNING))

    def ready(self, now: datetime) -> BulkActionQuerySet:
        """Those that nobody works on: never begun, or begun by a process that is gone."""
        return super().ready(now).unfinished()


class BulkAction(Claimable):
    """One action of one person. Which orders it is about is fixed when it is asked for: `orders`
    are those still to do, and one leaves with what is done to it. `changed` is to how many of
    the `done` there was something to do. `filters` is the query of the list that they were chosen
    by, for the way back.
    """

    class State(models.TextChoices):
        QUEUED = "queued", gettext_lazy("Waits its turn")
        RUNNING = "running", gettext_lazy("Running")
        DONE = "done", gettext_lazy("Done")
        STOPPED = "stopped", gettext_lazy("Stopped")
        FAILED = "failed", gettext_lazy("Broken off")

    class What(models.TextChoices):
        SYNC = "sync", gettext_lazy("Sync to Xero")
        APPROVE = "approve", gettext_lazy("Approve drafts")
        DIFFERENCE = "difference", gettext_lazy("Post the difference")
        EXCLUDE = "exclude", gettext_lazy("Do not sync")
        HANDLE = "handle", gettext_lazy("Handled by hand")
        REOPEN = "reopen", gettext_lazy("Open again")
        WRITE = "write", gettext_lazy("Tell the shop again")

    what = models.CharField(max_length=10, choices=What)
    note = models.CharField(max_length=500, blank=True, default="")
    link = models.CharField(max_length=500, blank=True, default="")
    filters = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.what} of {self.total} orders"

    @property
    def is_moving(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class BulkOrder(models.Model):
    """An order that a bulk action has still to do."""

    bulk = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="orders")
    order = models.ForeignKey(
        TrackedOrder, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "order"], name="one_row_per_order_of_a_bulk")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} of {self.bulk_id}"
