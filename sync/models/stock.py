"""Stock: what a shop and Xero had of a product when they last agreed, or were made to; and what an
outside system says a shop shall have of it, on its way there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models

from connector.lib import clock
from connector.lib.database.claims import Job, JobQuerySet
from connector.lib.money import from_units, plain
from stores.canonical.product import StockTarget
from stores.models import Store


class StockState(models.Model):
    """Quantities in ten-thousandths: as last seen, or as last written by us.

    `product_id` is the shop's own id of the product, "" where it is known by its SKU alone.
    `reasons` say why a product is left as it is.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock")
    sku = models.CharField(max_length=100, blank=True)
    product_id = models.CharField(max_length=100, blank=True, default="")
    shop_units = models.BigIntegerField(null=True)
    xero_units = models.BigIntegerField(null=True)
    reasons = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "sku", "product_id"], name="one_stock_row_per_product"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.sku}"


class MasterLevelQuerySet(JobQuerySet["MasterLevel"]):
    def ready(self, now: datetime) -> MasterLevelQuerySet:
        """Those that are to be written now, and that nobody is writing."""
        return super().ready(now).filter(state=MasterLevel.State.PENDING)


class MasterLevel(Job):
    """One row for each that is said a level of, by its SKU and by ids of the shop where they are
    said too: the newest word on it, `said_at`, wins.

    `wanted_units` is in ten-thousandths. `version` tells what is being written from what was
    said meanwhile. `reasons` say why a level is held, or what it waits for.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        WRITTEN = "written", "In the shop"
        HELD = "held", "Needs you"

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="master_levels")
    sku = models.CharField(max_length=100, blank=True)
    product_id = models.CharField(max_length=100, blank=True, default="")
    variant_id = models.CharField(max_length=100, blank=True, default="")
    location_id = models.CharField(max_length=100, blank=True, default="")
    wanted_units = models.BigIntegerField()
    said_at = models.DateTimeField()
    version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reasons = models.JSONField(default=list)
    written_at = models.DateTimeField(null=True)

    objects = MasterLevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "sku", "product_id", "variant_id", "location_id"],
                name="one_master_level_per_product",
            )
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="master_level_due")]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.target}"

    @property
    def target(self) -> StockTarget:
        return StockTarget(self.sku, self.product_id, self.variant_id, self.location_id)

    @property
    def wanted(self) -> Decimal:
        return from_units(self.wanted_units)

    @property
    def quantity(self) -> str:
        """The wanted quantity in plain notation, without needless zeros."""
        return plain(self.wanted.normalize())
