"""What orders would become with a draft, beside what they become with what is live."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet
from stores.models import Store
from sync.models.order import TrackedOrder


class TrialQuerySet(ClaimQuerySet["Trial"]):
    def unfinished(self) -> TrialQuerySet:
        return self.filter(state__in=(Trial.State.QUEUED, Trial.State.RUNNING))

    def ready(self, now: datetime) -> TrialQuerySet:
        """Those that nobody works on: never begun, or begun by a process that is gone."""
        return super().ready(now).unfinished()


class Trial(Claimable):
    """One trial of a draft with orders that are stored; at most one of a store is unfinished.

    `document` is the section that is tried, as it was when the trial began, and `version` what was
    live. The newest `most` orders are built, of those placed from `since` and before `until`,
    where these are given. Nothing of it is posted. `counts` are the kinds of difference, as
    `sync.trials.compare.DifferenceCounts` has them.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waits its turn"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Broken off"
        REPLACED = "replaced", "Begun again"

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="trials")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    document = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(default=100)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    more = models.BooleanField(default=False, help_text="There are more orders than were tried.")
    error = models.CharField(max_length=500, blank=True, default="")
    counts = models.JSONField(default=list)

    objects = TrialQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["store", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_trial",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"trial of {self.store.slug}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class TrialDifference(models.Model):
    """An order, or a summary (`order` null), that becomes something else with the draft.

    `found` is what `sync.trials.compare` says of it.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="differences")
    order = models.ForeignKey(TrackedOrder, null=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=120)
    found = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number
