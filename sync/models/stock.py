"""What a shop and Xero had of a product when they last agreed, or were made to."""

from __future__ import annotations

from django.db import models

from connector.lib import clock
from stores.models import Store


class StockState(models.Model):
    """Quantities in ten-thousandths: as last seen, or as last written by us.

    `reasons` say why a product is left as it is.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="stock")
    sku = models.CharField(max_length=100)
    shop_units = models.BigIntegerField(null=True)
    xero_units = models.BigIntegerField(null=True)
    reasons = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "sku"], name="one_stock_row_per_product")
        ]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.sku}"
