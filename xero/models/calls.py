"""What each call to Xero costs of an organisation's limits. The rules are in `budget.py`."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from xero.models.organisation import Organisation


class Lane(models.TextChoices):
    """Who waits for a call. A person's click overtakes live orders, those a backfill."""

    CLICK = "click", "A person is waiting"
    LIVE = "live", "Live orders"
    BACKFILL = "backfill", "Backfill"


class Call(models.Model):
    """One call in the sliding log. `ended_at` is null while it runs, or when nobody knows.

    Such a call is taken to run until `deadline_at`, which the gateway enforces.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="calls")
    lane = models.CharField(max_length=10, choices=Lane)
    kind = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "deadline_at"])]

    def __str__(self) -> str:
        return f"{self.kind} at {self.sent_at:%H:%M:%S}"


class DayCount(models.Model):
    """Calls of one organisation on one UTC day, and how many Xero said were left.

    `remaining_told` was true at `told_at`, when `calls` stood at `calls_when_told`.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="day_counts"
    )
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    remaining_told = models.PositiveIntegerField(null=True)
    calls_when_told = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day"], name="one_count_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.calls} calls on {self.day}"

    def remaining_as_told(self, since: datetime) -> int | None:
        """Calls left by Xero's own count, less ours since; None if told before `since`."""
        if self.remaining_told is None or self.told_at is None or self.told_at <= since:
            return None
        return max(0, self.remaining_told - max(0, self.calls - self.calls_when_told))
