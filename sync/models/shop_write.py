"""What a shop is to be told: an outbox of its own, beside the one for Xero."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Job, JobQuerySet, free, lapsed
from stores.models import Store
from sync.models.order import TrackedOrder
from sync.models.posting import Posting


class ShopWriteQuerySet(JobQuerySet["ShopWrite"]):
    def ready(self, now: datetime) -> ShopWriteQuerySet:
        """Those whose time has come, also what a killed worker left."""
        waiting = Q(free(now), state__in=ShopWrite.WAITING, not_before__lte=now)
        lost = Q(lapsed(now), state=ShopWrite.State.SENDING)
        return self.filter(waiting | lost)

    def due(self, now: datetime) -> ShopWriteQuerySet:
        """Those of enabled stores among them."""
        return super().due(now).filter(store__enabled=True)

    def stuck(self) -> ShopWriteQuerySet:
        """Those that wait for a person."""
        return self.filter(state__in=ShopWrite.STUCK)


class ShopWrite(Job):
    """The lasting intention that the shop be told something exactly once; of how an order or a
    product stands in Xero (a sync state), what it is told last.

    `target` is the shop's own id of the order, customer or product. `posting` is the document
    that it is about. `payload` says what is written: of comments and statuses `{"text": …}`, by
    which ours are told from others; `begun` once a status may have been written, of which the
    comment lacks; in the end also the `status`, and whether it was `found` there. Of sync states,
    whose `key` is the stream, it is what the shop was `told`, and that in a few words as `text`:
    with the next change the row is pending again. The state changes by conditional updates only.
    """

    class What(models.TextChoices):
        COMMENT = "comment", gettext_lazy("Comment")
        STATUS = "status", gettext_lazy("Status")
        CUSTOMER = "customer", gettext_lazy("Customer")
        SYNC_STATE = "sync_state", gettext_lazy("Sync state")

    class State(models.TextChoices):
        PENDING = "pending", gettext_lazy("Working")
        SENDING = "sending", gettext_lazy("Working")
        UNKNOWN = "unknown", gettext_lazy("Checking")
        DONE = "done", gettext_lazy("In the shop")
        DROPPED = "dropped", gettext_lazy("Not written")
        HELD = "held", gettext_lazy("Needs you")
        FAILED = "failed", gettext_lazy("Given up")

    WAITING = (State.PENDING, State.UNKNOWN)
    STUCK = (State.HELD, State.FAILED)

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="shop_writes")
    order = models.ForeignKey(
        TrackedOrder, null=True, on_delete=models.CASCADE, related_name="shop_writes"
    )
    posting = models.ForeignKey(Posting, null=True, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    target = models.CharField(max_length=100)
    key = models.CharField(max_length=50, blank=True, default="")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reasons = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    objects = ShopWriteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "what", "target", "key"], name="one_shop_write_per_intention"
            )
        ]
        indexes = [
            models.Index(
                fields=["store", "not_before"],
                condition=Q(state__in=["pending", "sending", "unknown"]),
                name="shop_write_unfinished",
            ),
            models.Index(
                fields=["store"],
                condition=Q(state__in=["held", "failed"]),
                name="shop_write_stuck",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.target}"

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        status = self.payload.get("status")
        return (
            gettext("Status %(status)s") % {"status": status} if status else self.get_what_display()
        )

    def claim(self, token: str, lease: timedelta) -> bool:
        """Take the right to write it; False if it is no longer due."""
        row = ShopWrite.objects.ready(clock.now()).filter(pk=self.pk)
        return bool(row.claim(token, lease, state=self.State.SENDING))

    def begin(self, token: str) -> bool:
        """Note that the writing begins; False if another worker has taken it over."""
        self.payload = self.payload | {"begun": True}
        row = ShopWrite.objects.filter(pk=self.pk, state=self.State.SENDING)
        return bool(row.held_by(token).update(payload=self.payload))

    def settle(self, token: str, state: str, **changes: Any) -> bool:
        """End the claim with this state; False if another worker has taken it over."""
        row = ShopWrite.objects.filter(pk=self.pk, state=self.State.SENDING)
        return bool(row.release(token, state=state, **({"changed_at": clock.now()} | changes)))
