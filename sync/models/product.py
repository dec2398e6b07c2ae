"""The current state of one product of one store, and which item of Xero it is."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from connector.lib.texts.said import put_together
from stores.models import SourceRecord, Store
from sync.models.posting import Posting
from xero.models import Lane


class TrackedProductQuerySet(ClaimQuerySet["TrackedProduct"]):
    def ready(self, now: datetime) -> TrackedProductQuerySet:
        """Products whose item is to be built, and that nobody is building."""
        return super().ready(now).filter(build_at__lte=now)

    def due(self, now: datetime) -> TrackedProductQuerySet:
        """Those of stores that export them among them."""
        return super().due(now).wanted()

    def wanted(self) -> TrackedProductQuerySet:
        """Products of stores that export them; others read them for their rules only."""
        return self.filter(store__settings__streams__products=True)

    def stuck(self) -> TrackedProductQuerySet:
        """Those that wait for a person: held, or refused by Xero."""
        refused = Q(posting__state__in=(Posting.State.HELD, Posting.State.DEAD))
        return self.filter(refused | Q(state=TrackedProduct.State.HELD))


class TrackedProduct(Claimable):
    """`build_at` is set while the item is to be (re)built; its builder has it claimed.

    `code` is the link: the code of the product's item, kept for good once it is chosen.
    `item_id` is that of an item that Xero had before, `posting` what was sent last. `reasons`
    are those of `accounting.reasons`. `excluded_*`: a person wants its item left as it is.
    """

    class State(models.TextChoices):
        NEW = "new", "New"
        READY = "ready", "Ready"
        HELD = "held", "Needs you"
        SKIPPED = "skipped", "Not synced"

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="products")
    source_id = models.CharField(max_length=100)
    sku = models.CharField(max_length=100, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    record_version = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    reasons = models.JSONField(default=list)
    code = models.CharField(max_length=100, blank=True, default="")
    code_key = models.CharField(max_length=100, blank=True, default="")
    item_id = models.CharField(max_length=50, blank=True, default="")
    posting = models.ForeignKey(Posting, null=True, on_delete=models.SET_NULL, related_name="+")
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.LIVE)
    mapping_version = models.PositiveIntegerField(default=0)
    build_at = models.DateTimeField(null=True, db_index=True)
    excluded_at = models.DateTimeField(null=True)
    excluded_why = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    objects = TrackedProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "source_id"], name="one_row_per_product"),
            models.UniqueConstraint(
                fields=["store", "code_key"],
                condition=~Q(code_key=""),
                name="one_product_per_item_code",
            ),
        ]
        indexes = [models.Index(fields=["store", "sku"]), models.Index(fields=["code_key"])]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.sku}"

    @property
    def xero_id(self) -> str:
        """The ItemID of its item; "" while Xero has none."""
        sent = self.posting.xero_id if self.posting else ""
        return self.item_id or sent

    @property
    def why(self) -> str:
        """Why it waits for a person: its own reason, else that of what was sent."""
        told = self.reasons or (self.posting.reasons if self.posting else [])
        return put_together(told[0]["message"], told[0].get("said")) if told else ""
