"""Work as rows of tables: what is due, who has it, and until when that one is trusted.

A worker takes a row by a conditional update under a token of its own, and whatever it writes
later is on the condition that the row still bears that token. So of two that are at the same row
one writes, and what a killed worker left is free again when its claim has run out. No lock is
held meanwhile, and none while somebody else is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from connector.lib import clock
from connector.lib.database.deadlocks import statement_twice

_Row = TypeVar("_Row", bound=models.Model)
# What a row has that nobody has claimed.
FREED: dict[str, Any] = {"claimed_until": None, "claimed_by": ""}


class TakenOver(Exception):
    """Somebody else was first: the row is another worker's, or is not as it was."""


def lapsed(now: datetime) -> Q:
    """Claimed by somebody whose time is over."""
    return Q(claimed_until__lte=now)


def free(now: datetime) -> Q:
    """Claimed by nobody, or no longer."""
    return Q(claimed_until__isnull=True) | lapsed(now)


def taken(now: datetime) -> Q:
    """Claimed by somebody who is at it."""
    return Q(claimed_until__gt=now)


class ClaimQuerySet(models.QuerySet[_Row]):
    """Rows that one worker at a time may have."""

    def ready(self, now: datetime) -> Self:
        """Those that may be taken, by their own columns alone: a database that has waited for a
        row's lock looks at that row again, and not at what was joined to it."""
        return self.filter(free(now))

    def due(self, now: datetime) -> Self:
        """Those that are to be taken: ready, and wanted by what other tables say."""
        return self.ready(now)

    def claimed(self, now: datetime) -> Self:
        """Those that somebody is at."""
        return self.filter(taken(now))

    def held_by(self, token: str) -> Self:
        """Those that this claim has, also when its time is over and nobody else came."""
        return self.filter(claimed_by=token) if token else self.none()

    def claim(self, token: str, lease: timedelta, **changes: Any) -> int:
        """Take those that nobody has, with these changes; how many."""
        now = clock.now()
        return self.filter(free(now)).update(claimed_until=now + lease, claimed_by=token, **changes)

    def take(
        self, token: str, lease: timedelta, *, most: int, at: datetime | None = None, **changes: Any
    ) -> Self:
        """Claim the first of what is due (at `at`), at most so many; those, by their keys."""
        moment = at or clock.now()
        keys = list(self.due(moment).values_list("pk", flat=True)[:most])
        rows = type(self)(model=self.model, using=self.db).filter(pk__in=keys)
        ready = rows.ready(moment)
        # As `write` does.
        if not keys or not statement_twice(lambda: ready.claim(token, lease, **changes)):
            return rows.none()
        return rows.held_by(token).order_by("pk")

    def write(self, **changes: Any) -> int:
        """Change rows that nobody here has locked, as they lie; how many. Where it meets one that
        takes them otherwise and is given up for it, it is made once more."""
        return statement_twice(lambda: self.update(**changes))

    def keep(self, token: str, lease: timedelta, **changes: Any) -> int:
        """Go on holding those that are still this claim's, and write these changes; how many."""
        return self.held_by(token).update(claimed_until=clock.now() + lease, **changes)

    def release(self, token: str, **changes: Any) -> int:
        """Give back those that are still this claim's, with these changes; how many."""
        return self.held_by(token).update(**(FREED | changes))


class Claimable(models.Model):
    """A row that one worker at a time may have: `claimed_by` is its token, new for every claim,
    and after `claimed_until` another may take the row."""

    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_claimed(self) -> bool:
        """Whether somebody is at it."""
        return self.claimed_until is not None and self.claimed_until > clock.now()


class JobQuerySet(ClaimQuerySet[_Row]):
    """Rows that are tried again at a time of their own."""

    def ready(self, now: datetime) -> Self:
        return super().ready(now).filter(not_before__lte=now)

    def put_off(self, until: datetime, **changes: Any) -> int:
        """Not before then, with these changes, whoever has them; how many."""
        return self.update(not_before=until, **changes)


class Job(Claimable):
    """Work that is tried again: not before `not_before`, and `attempts` is how often it was in
    vain, or was begun."""

    not_before = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
