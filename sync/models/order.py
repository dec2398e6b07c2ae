"""The current state of one order of one store. The Orders list reads it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from connector.lib.money import from_units
from stores.models import SourceRecord, Store
from sync.models.backfill import Backfill
from xero.models import Lane

# What says that the shop cancelled an order that was posted, among its first reasons.
_REVERSED = "reversed_in_xero"
_LOOKED_AT = 3


class TrackedOrderQuerySet(ClaimQuerySet["TrackedOrder"]):
    def ready(self, now: datetime) -> TrackedOrderQuerySet:
        """Orders whose documents are to be built, and that nobody is building."""
        return super().ready(now).let_go().filter(build_at__lte=now)

    def unseen(self) -> TrackedOrderQuerySet:
        """Those whose latest record was not looked at for what a mapping must know."""
        return self.exclude(seen_record=F("record"))

    def ended(self, ending: str) -> TrackedOrderQuerySet:
        """Those whose `ending` this is."""
        rows = self.filter(label=TrackedOrder.Label.POSTED)
        places = (f"reasons__{place}__code" for place in range(_LOOKED_AT))
        cancelled = reduce(or_, (Q(**{place: _REVERSED}) for place in places))
        sold = Coalesce("invoiced_units", "total_units")
        whole = Q(refunded_units__gt=0, refunded_units__gte=sold)
        if ending == TrackedOrder.Ending.REFUNDED:
            return rows.filter(whole)
        if ending == TrackedOrder.Ending.CANCELLED:
            return rows.filter(cancelled & ~whole)
        # Not `exclude`: a reason that is not there is neither this one nor another.
        others = rows.filter(cancelled | whole).values("pk")
        return rows.filter(refunded_units__gt=0).exclude(pk__in=others)

    def let_go(self) -> TrackedOrderQuerySet:
        """Without those that wait for their backfill to go on. One that the shop changed or a
        person asked for meanwhile does not.

        No join, so that an UPDATE of these rows checks them again after it waited for a lock.
        """
        paused = Backfill.objects.filter(pk=OuterRef("backfill"), state=Backfill.State.PAUSED)
        return self.filter(~Q(lane=Lane.BACKFILL) | ~Exists(paused))


class TrackedOrder(Claimable):
    """`build_at` is set while the order is to be (re)built; its builder has it claimed.
    `backfill` is the one that read it first. `document_number` is what its documents are called
    behind the store's prefix, fixed when the first of them is planned.

    Amounts are in ten-thousandths of `currency`. `reasons` are those of `accounting.reasons`.
    `approved_*`: a person approved what is posted as a draft. `tried_at`: see
    `sync.orders.alone`. `invoiced_*`, `tendered_units`, `received_units` and `refunded_*` are what
    the books must come to by the shop's own word, see `accounting.reconcile.expected`;
    `invoiced_units` is null until they were worked out. They are in `books_currency` where the sale
    is converted to that.
    """

    class State(models.TextChoices):
        NEW = "new", gettext_lazy("New")
        READY = "ready", gettext_lazy("Ready")
        HELD = "held", gettext_lazy("Needs you")
        SKIPPED = "skipped", gettext_lazy("Not synced")
        EXCLUDED = "excluded", gettext_lazy("Not synced")

    class Label(models.TextChoices):
        """What the order's documents amount to: look.md's states in one word."""

        WORKING = "working", gettext_lazy("Working")
        POSTED = "posted", gettext_lazy("In Xero")
        DRAFT = "draft", gettext_lazy("Draft")
        HELD = "held", gettext_lazy("Needs you")
        DEAD = "dead", gettext_lazy("Refused")
        CHECKING = "unknown", gettext_lazy("Checking")
        SKIPPED = "skipped", gettext_lazy("Not synced")
        DIFFERS = "mismatch", gettext_lazy("Differs")

    class Ending(models.TextChoices):
        """What became afterwards of an order that is in Xero: its label, where it has one."""

        REFUNDED = "refunded", gettext_lazy("Refunded")
        PART_REFUNDED = "part", gettext_lazy("Part refunded")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")

    class Excluded(models.TextChoices):
        """Why a person left an order out: also the code of its reason."""

        DO_NOT_SYNC = "do_not_sync", gettext_lazy("Do not sync")
        HANDLED_BY_HAND = "handled_by_hand", gettext_lazy("Handled in Xero by hand")
        UNDONE = "undone", gettext_lazy("Undone")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="orders")
    source_id = models.CharField(max_length=100)
    number = models.CharField(max_length=100)
    document_number = models.CharField(max_length=120, blank=True, default="")
    record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    record_version = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    label = models.CharField(max_length=10, choices=Label, default=Label.WORKING)
    reasons = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.LIVE)
    backfill = models.ForeignKey(
        Backfill, null=True, on_delete=models.SET_NULL, related_name="orders", db_index=False
    )
    build_at = models.DateTimeField(null=True, db_index=True)
    mapping_version = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=10, blank=True, default="")
    total_units = models.BigIntegerField(default=0)
    tax_units = models.BigIntegerField(default=0)
    outstanding_units = models.BigIntegerField(null=True)
    invoiced_units = models.BigIntegerField(null=True)
    invoiced_tax_units = models.BigIntegerField(null=True)
    tendered_units = models.BigIntegerField(default=0)
    received_units = models.BigIntegerField(null=True)
    by_hand_units = models.BigIntegerField(default=0)
    refunded_units = models.BigIntegerField(default=0)
    refunded_tax_units = models.BigIntegerField(null=True)
    books_currency = models.CharField(max_length=10, blank=True, default="")
    customer_name = models.CharField(max_length=255, blank=True, default="")
    customer_email = models.CharField(max_length=255, blank=True, default="")
    shop_status = models.CharField(max_length=100, blank=True, default="")
    payment_method = models.CharField(max_length=100, blank=True, default="")
    placed_at = models.DateTimeField(null=True)
    shop_updated_at = models.DateTimeField(null=True)
    tax_override_refused = models.BooleanField(
        default=False, help_text="Xero refused a TaxAmount: rounding lines are used instead."
    )
    stock_refused = models.BooleanField(
        default=False, help_text="Xero refused its tracked items: its lines go without them."
    )
    excluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    excluded_as = models.CharField(max_length=20, choices=Excluded, blank=True, default="")
    excluded_why = models.CharField(max_length=500, blank=True, default="")
    excluded_link = models.CharField(max_length=500, blank=True, default="")
    excluded_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(
        null=True, help_text="A person asked for it as a draft, though its store is off."
    )
    undo_at = models.DateTimeField(null=True)
    undo_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    # What it counts for among the facts that were seen (fact, ten-thousandths), and of which record
    # that is: 0 while none of it was looked at.
    seen = models.JSONField(default=list)
    seen_record = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    objects = TrackedOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "source_id"], name="one_row_per_order")
        ]
        indexes = [
            models.Index(fields=["label", "-id"]),
            models.Index(fields=["store", "-id"]),
            models.Index(fields=["-placed_at", "-id"]),
            models.Index(fields=["number"]),
            # Few orders are refunded, and the list of those must not look at all of them.
            models.Index(
                fields=["label", "-id"], condition=Q(refunded_units__gt=0), name="order_refunded"
            ),
            models.Index(
                fields=["backfill", "label"], condition=Q(backfill__isnull=False),
                name="order_of_backfill",
            ),
            models.Index(
                fields=["store"], condition=~Q(seen_record=F("record")), name="order_unseen"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.store.slug} {self.number}"

    @property
    def is_reversed(self) -> bool:
        """Whether the shop cancelled what is, or was, in Xero."""
        return any(reason.get("code") == _REVERSED for reason in self.reasons[:_LOOKED_AT])

    @property
    def sold_units(self) -> int:
        """What it came to before anything was given back."""
        return self.total_units if self.invoiced_units is None else self.invoiced_units

    @property
    def ending(self) -> Ending | None:
        """What became of it afterwards; None while it is not, or only partly, in Xero."""
        if self.label != self.Label.POSTED:
            return None
        if self.refunded_units > 0 and self.refunded_units >= self.sold_units:
            return self.Ending.REFUNDED
        if self.is_reversed:
            return self.Ending.CANCELLED
        return self.Ending.PART_REFUNDED if self.refunded_units > 0 else None

    @property
    def shown(self) -> tuple[str, str]:
        """The class of its label in the stylesheet, and the word."""
        shown = self.ending or self.Label(self.label)
        return shown.value, str(shown.label)

    @property
    def is_given_up(self) -> bool:
        """Whether its backfill was cancelled, and neither shop nor person asked for it since."""
        cancelled = self.backfill is not None and self.backfill.state == Backfill.State.CANCELLED
        return cancelled and self.lane == Lane.BACKFILL

    @property
    def total(self) -> Decimal:
        return from_units(self.total_units)

    @property
    def tax(self) -> Decimal:
        return from_units(self.tax_units)

    @property
    def outstanding(self) -> Decimal | None:
        return None if self.outstanding_units is None else from_units(self.outstanding_units)


class OrderAction(models.Model):
    """What a person did to an order: append-only, for the timeline and for audits."""

    class What(models.TextChoices):
        SYNC = "sync", gettext_lazy("Sync to Xero asked for")
        EXCLUDE = "exclude", gettext_lazy("Marked as not to be synced")
        APPROVE = "approve", gettext_lazy("Approved")
        HANDLE = "handle", gettext_lazy("Marked as handled in Xero by hand")
        REOPEN = "reopen", gettext_lazy("Opened again")
        UNDO = "undo", gettext_lazy("Undo asked for")
        WRITE = "write", gettext_lazy("Writing to the shop asked for again")
        LINK = "link", gettext_lazy("Linked to an invoice in Xero")
        POST = "post", gettext_lazy("Posted though an invoice like it is in Xero")
        DIFFERENCE = "difference", gettext_lazy("Difference asked for beside what Xero has")
        TRY = "try", gettext_lazy("Asked for as a draft, to look at it in Xero")

    order = models.ForeignKey(TrackedOrder, on_delete=models.CASCADE, related_name="actions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    what = models.CharField(max_length=10, choices=What)
    note = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["order", "-at"])]

    def __str__(self) -> str:
        return f"{self.what} of {self.order}"
