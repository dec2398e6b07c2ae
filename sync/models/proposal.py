"""Invoices in Xero that may already stand for an order of ours: a person says whether they do."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounting.sale.recognise import Certainty
from connector.lib import clock
from connector.lib.money import from_units
from sync.models.order import TrackedOrder


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> ProposalQuerySet:
        """Those that wait for a person."""
        return self.filter(decision="")


class Proposal(models.Model):
    """One invoice that was found for one order, as Xero had it then.

    `certainty` is `accounting.sale.recognise`'s. An invoice stands for one order at most. Amounts
    are in ten-thousandths of `currency`.
    """

    class Decision(models.TextChoices):
        LINKED = "linked", "Linked"
        BY_HAND = "by_hand", "Handled by hand"
        POST = "post", "Posted anyway"

    order = models.ForeignKey(TrackedOrder, on_delete=models.CASCADE, related_name="proposals")
    organisation = models.ForeignKey(
        "xero.Organisation", on_delete=models.CASCADE, related_name="proposals"
    )
    xero_id = models.CharField(max_length=50)
    number = models.CharField(max_length=300, blank=True, default="")
    reference = models.CharField(max_length=500, blank=True, default="")
    contact_id = models.CharField(max_length=50, blank=True, default="")
    date = models.DateField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    total_units = models.BigIntegerField(default=0)
    certainty = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Certainty]
    )
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "xero_id"], name="one_proposal_per_invoice"),
            models.UniqueConstraint(
                fields=["organisation", "xero_id"],
                condition=Q(decision__in=["linked", "by_hand"]),
                name="one_order_per_linked_invoice",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(decision=""), name="proposal_open"),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.xero_id} for {self.order}"

    @property
    def total(self) -> Decimal:
        return from_units(self.total_units)

    @property
    def adopts(self) -> bool:
        """Whether linking makes it the order's invoice; else the order counts as handled: where
        the totals differ, or the store posts no invoices."""
        streams = self.order.store.profile.streams
        return self.certainty != Certainty.NUMBER and streams.invoices
