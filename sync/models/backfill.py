"""One backfill of one store: past orders, by date, read and posted behind everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Job, JobQuerySet
from connector.lib.days import begin_of, end_of
from stores.adapter import Interval
from stores.canonical.records import By
from stores.models import Store


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the orders of a backfill. `known` were ours before; nothing was done."""

    found: int = 0
    waiting: int = 0
    posted: int = 0
    held: int = 0
    skipped: int = 0

    @property
    def known(self) -> int:
        return max(0, self.found - self.waiting - self.finished)

    @property
    def finished(self) -> int:
        return self.posted + self.held + self.skipped

    @property
    def done(self) -> int:
        """How many of the orders found need nothing more of the backfill."""
        return self.found - self.waiting


class BackfillQuerySet(JobQuerySet["Backfill"]):
    def unfinished(self) -> BackfillQuerySet:
        return self.filter(state__in=Backfill.UNFINISHED)

    def worth_showing(self) -> BackfillQuerySet:
        """Without those that were planned, and given up before they began."""
        return self.exclude(state=Backfill.State.CANCELLED, started_at__isnull=True)

    def ready(self, now: datetime) -> BackfillQuerySet:
        """Those with something to do, that nobody is doing. A cancelled one has until what of
        it was not sent is withdrawn."""
        at_work = (Backfill.State.READING, Backfill.State.RUNNING)
        uncounted = Q(state=Backfill.State.PLANNED, counted_at__isnull=True)
        cancelled = Q(state=Backfill.State.CANCELLED, ended_at__isnull=True)
        return super().ready(now).filter(Q(state__in=at_work) | uncounted | cancelled)

    def due(self, now: datetime) -> BackfillQuerySet:
        return super().due(now).filter(store__enabled=True)


class Backfill(Job):
    """The orders placed from `since` to `until`, both included, dates in the books' zone.

    `position` is the mark of the last page that was stored: reading goes on behind it.
    `expected` is how many orders the shop counted (null: not asked yet, or not told),
    `forecast` what that was said to cost. `read_at`: the range was read to its end.
    `attempts` are tries in a row that failed. `posted`, `held` and `skipped` are kept when it
    ends; until then `counts` looks.
    """

    class State(models.TextChoices):
        PLANNED = "planned", gettext_lazy("Planned")
        READING = "reading", gettext_lazy("Reading the shop")
        RUNNING = "running", gettext_lazy("Posting")
        PAUSED = "paused", gettext_lazy("Paused")
        DONE = "done", gettext_lazy("Done")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")
        FAILED = "failed", gettext_lazy("Broken off")

    UNFINISHED = (State.PLANNED, State.READING, State.RUNNING, State.PAUSED)
    # Nothing of these that has not left yet is sent.
    HELD_BACK = (State.PAUSED, State.CANCELLED)

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="backfills")
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(default=clock.now)
    counted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expected = models.PositiveIntegerField(null=True)
    forecast = models.CharField(max_length=300, blank=True, default="")
    forecast_calls = models.PositiveIntegerField(null=True)
    forecast_seconds = models.PositiveIntegerField(null=True)
    position = models.CharField(max_length=200, blank=True, default="")
    found = models.PositiveIntegerField(default=0)
    posted = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True, default="")

    objects = BackfillQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["store", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["store"],
                condition=Q(state__in=["planned", "reading", "running", "paused"]),
                name="one_unfinished_backfill",
            )
        ]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.since} to {self.until}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def is_moving(self) -> bool:
        """Whether it changes without anybody's doing: its page looks again."""
        counting = self.state == self.State.PLANNED and self.counted_at is None
        return counting or self.state in (self.State.READING, self.State.RUNNING)

    def cursor(self) -> Interval:
        """Where reading goes on: from the first moment of `since`, behind `position`, to the
        last moment of `until`."""
        zone = self.store.profile.timezone
        start, end = (
            begin_of(self.since, zone),
            end_of(self.until, zone) - timedelta(microseconds=1),
        )
        return Interval(start, timedelta(0), end, by=By.PLACED, after=self.position)

    def counts(self) -> Counts:
        """What became of its orders: one query while it goes on, none after."""
        if self.ended_at is not None:
            return Counts(self.found, 0, self.posted, self.held, self.skipped)
        rows = self.orders.order_by().values_list("label").annotate(count=Count("pk"))
        by_label: dict[str, int] = dict(rows)
        return Counts(
            self.found,
            waiting=sum(by_label.get(label, 0) for label in ("working", "unknown")),
            posted=by_label.get("posted", 0),
            held=sum(by_label.get(label, 0) for label in ("held", "dead", "mismatch", "draft")),
            skipped=by_label.get("skipped", 0),
        )

    # --- states ---------------------------------------------------------------------------

    def move(self, *, to: str, frm: tuple[str, ...], **changes: Any) -> bool:
        """Change the state if it is one of `frm`."""
        if not Backfill.objects.filter(pk=self.pk, state__in=frm).update(state=to, **changes):
            return False
        self.refresh_from_db()
        return True

    # --- reading --------------------------------------------------------------------------

    def claim(self, token: str, lease: timedelta) -> bool:
        """Become the one reader; False if there is another, or nothing is to be read."""
        rows = Backfill.objects.filter(pk=self.pk, state=self.State.READING)
        if not rows.claim(token, lease):
            return False
        self.refresh_from_db()
        return True

    def extend(self, token: str, lease: timedelta) -> bool:
        """Keep the right to read; False where it is lost."""
        rows = Backfill.objects.filter(pk=self.pk, state=self.State.READING)
        return bool(rows.keep(token, lease))

    def advance(self, token: str, lease: timedelta, *, position: str, found: int) -> bool:
        """A page was stored; False, and nothing changed, where the reader lost its right:
        somebody paused or cancelled, or took over."""
        rows = Backfill.objects.filter(pk=self.pk, state=self.State.READING)
        read = {"position": position, "found": F("found") + found}
        return bool(rows.keep(token, lease, attempts=0, error="", **read))

    def release(self, token: str) -> None:
        Backfill.objects.filter(pk=self.pk).release(token)
