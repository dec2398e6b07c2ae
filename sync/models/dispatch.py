"""Requests to Xero, and what was tried of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from connector.lib import clock
from connector.lib.database.claims import Job, JobQuerySet, lapsed
from xero.documents.kinds import SPECS, Kind
from xero.models import Lane, Organisation

KINDS = [(kind.value, SPECS[kind].name.lower()) for kind in Kind]


class DispatchQuerySet(JobQuerySet["Dispatch"]):
    def ready(self, now: datetime) -> DispatchQuerySet:
        """Those to send or look up now, and those whose sender vanished."""
        waiting = Q(state__in=Dispatch.WAITING, not_before__lte=now)
        return self.filter(waiting | _sender_vanished(now))

    def lost(self, now: datetime) -> DispatchQuerySet:
        """Those whose sender vanished: sent or not, nobody knows."""
        return self.filter(_sender_vanished(now))


def _sender_vanished(now: datetime) -> Q:
    return Q(lapsed(now), state=Dispatch.State.SENDING)


class Dispatch(Job):
    """One HTTP request of one kind and verb: the frozen body and its Idempotency-Key.

    `body` is the very text on the wire. Its sender has it claimed. A dispatch is never sent
    twice, but for errors that prove that nothing was carried out.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be sent"
        SENDING = "sending", "Being sent"
        RETRY = "retry", "To be sent again"
        UNKNOWN = "unknown", "To be looked up"
        DONE = "done", "Settled"

    TO_SEND = (State.OPEN, State.RETRY)
    WAITING = (*TO_SEND, State.UNKNOWN)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="dispatches"
    )
    kind = models.CharField(max_length=20, choices=KINDS)
    verb = models.CharField(max_length=4, default="PUT")
    parent_id = models.CharField(max_length=50, blank=True, default="")
    body = models.TextField()
    idempotency_key = models.CharField(max_length=128, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.LIVE)
    sent_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(default=0, help_text="Look-ups of it that failed.")
    created_at = models.DateTimeField(default=clock.now)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "not_before"],
                condition=~Q(state="done"),
                name="dispatch_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} #{self.pk}"

    def claim(self, token: str, lease: timedelta) -> bool:
        """Become its sender; False if it is not to be sent any more."""
        rows = Dispatch.objects.filter(pk=self.pk, state__in=self.TO_SEND)
        begun = {"sent_at": clock.now(), "attempts": F("attempts") + 1}
        if not rows.claim(token, lease, state=self.State.SENDING, **begun):
            return False
        self.refresh_from_db()
        return True

    def move(self, *, to: str, frm: tuple[str, ...], by: str = "", **changes: Any) -> bool:
        """Change the state if it is one of `frm` (and claimed by `by`, if given)."""
        rows = Dispatch.objects.filter(pk=self.pk, state__in=frm)
        if by:
            rows = rows.held_by(by)
        if not rows.update(state=to, **changes):
            return False
        self.refresh_from_db()
        return True


class Attempt(models.Model):
    """One try of one dispatch, or one look-up of it: append-only."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=clock.now)
    what = models.CharField(max_length=10, default="send")
    status = models.PositiveIntegerField(null=True)
    correlation_id = models.CharField(max_length=100, blank=True, default="")
    milliseconds = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=20)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.what} {self.outcome} at {self.at:%Y-%m-%d %H:%M:%S}"
