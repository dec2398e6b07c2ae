"""A local copy of Xero's items, so that lines name an item only where it is known to exist."""

from __future__ import annotations

from typing import Any

from django.db import models

from connector.lib import clock
from connector.lib.money import from_units, parse_decimal
from xero.documents.facts import ItemFacts
from xero.models.organisation import Organisation


class MirrorItem(models.Model):
    """One item of Xero. Quantities and money in ten-thousandths.

    `code_key` is the code as codes are compared. `details` are the properties that we may
    write, as Xero has them, prices as text. `tracked_since`: tracking began then or later
    (null: nobody knows). `seen_at` is when this row was last written.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="items")
    item_id = models.CharField(max_length=50)
    code = models.CharField(max_length=100)
    code_key = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True, default="")
    is_tracked = models.BooleanField(default=False)
    quantity_units = models.BigIntegerField(null=True)
    cost_pool_units = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    tracked_since = models.DateTimeField(null=True)
    updated_utc = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "item_id"], name="one_item_row")
        ]
        indexes = [models.Index(fields=["organisation", "code_key"])]

    def __str__(self) -> str:
        return self.code

    def facts(self) -> ItemFacts:
        return ItemFacts(
            code=self.code,
            item_id=self.item_id,
            tracked=self.is_tracked,
            on_hand=None if self.quantity_units is None else from_units(self.quantity_units),
            cost_pool=None if self.cost_pool_units is None else from_units(self.cost_pool_units),
            tracked_since=self.tracked_since,
            details={key: _exact(value) for key, value in self.details.items()},
        )


def _exact(value: Any) -> Any:
    """Details with their prices as numbers again."""
    if not isinstance(value, dict):
        return value
    return {key: parse_decimal(v) if key == "UnitPrice" else v for key, v in value.items()}
