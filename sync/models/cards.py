"""What orders did with gift cards: which codes they sold, and how much of which they redeemed."""

from __future__ import annotations

from django.db import models

from accounting.gift_cards import CardUse
from stores.models import Store
from sync.models.order import TrackedOrder


class GiftCardEntry(models.Model):
    """One order's use of one card, in ten-thousandths of the shop's base currency.

    `code` is empty where the shop does not state one. Written with the order's documents.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="gift_card_entries")
    order = models.ForeignKey(
        TrackedOrder, on_delete=models.CASCADE, related_name="gift_card_entries"
    )
    code = models.CharField(max_length=255, blank=True, default="")
    use = models.CharField(max_length=10, choices=[(use.value, use.value) for use in CardUse])
    units = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "code", "use"], name="one_entry_a_card_use")
        ]
        indexes = [
            models.Index(fields=["store", "code"], name="gift_card_code"),
            models.Index(fields=["store", "use"], name="gift_card_use"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.code or '(no code)'}"
