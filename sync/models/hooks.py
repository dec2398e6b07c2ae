"""Calls of a shop that say what changed: stored first, worked off after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from connector.lib import clock
from stores.adapter import WebhookCall, WebhookRefused
from stores.canonical.records import RecordRef, Stream
from stores.models import Store

# So many rows are deleted in one statement.
_CHUNK = 1000
_ADDRESS = 300


class IncomingCallQuerySet(models.QuerySet["IncomingCall"]):
    def due(self, now: datetime) -> IncomingCallQuerySet:
        """Calls to work off that nobody is working off, of stores that are switched on."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        return self.filter(
            free, state=IncomingCall.State.WAITING, due_at__lte=now, store__enabled=True
        )

    def claim(self, token: str, until: datetime, *, most: int) -> list[IncomingCall]:
        """Take at most so many due calls of this queryset, the oldest first."""
        now = clock.now()
        ids = list(self.due(now).order_by("pk").values_list("pk", flat=True)[:most])
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        chosen = IncomingCall.objects.filter(free, pk__in=ids, state=IncomingCall.State.WAITING)
        # A try that kills its worker is a try too: it is counted before it begins.
        claimed = {"claimed_by": token, "claimed_until": until, "attempts": F("attempts") + 1}
        if not chosen.update(**claimed):
            return []
        return list(IncomingCall.objects.filter(pk__in=ids).held_by(token).order_by("pk"))

    def held_by(self, token: str) -> IncomingCallQuerySet:
        """Those that this claim still holds: any change of a claimed call goes through here."""
        return self.filter(claimed_by=token, state=IncomingCall.State.WAITING)

    def purge(self, before: datetime) -> int:
        """Delete calls that came in before then, in short statements; how many."""
        deleted = 0
        while True:
            ids = self.filter(received_at__lt=before).order_by("pk").values_list("pk", flat=True)
            count, _ = IncomingCall.objects.filter(pk__in=list(ids[:_CHUNK])).delete()
            deleted += count
            if count < _CHUNK:
                return deleted


class IncomingCall(models.Model):
    """One call of a shop. Its signature was good; what it says is only where to look.

    `digest` tells a call that came twice; `signed` its signature under its secret, whichever
    `address` it came to, so that a call is taken at one address only. `wanted` lists what to
    fetch, as pairs of stream and id. `due_at` is when it is tried next, `claimed_*` the lease of
    the worker that has it. `quiet_until`: the shop asked to be left alone until then. `note` says
    what became of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="incoming_calls")
    digest = models.CharField(max_length=64)
    signed = models.CharField(max_length=64, null=True, unique=True)
    address = models.CharField(max_length=300, blank=True, default="")
    received_at = models.DateTimeField(default=clock.now, db_index=True)
    wanted = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=40, blank=True, default="")
    quiet_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    objects = IncomingCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "digest"], name="one_row_per_incoming_call")
        ]
        indexes = [
            models.Index(fields=["store", "-id"]),
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="incoming_calls_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"call of {self.store.slug} at {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def refs(self) -> list[RecordRef]:
        return [RecordRef(Stream(stream), source_id) for stream, source_id in self.wanted]

    @classmethod
    def store_once(
        cls,
        store_id: int,
        call: WebhookCall,
        signed_headers: Iterable[str],
        refs: Iterable[RecordRef] = (),
        **columns: Any,
    ) -> None:
        """Keep a genuine call; one that is there already is left as it is. WebhookRefused where
        it came to another address before: who overheard it may not use it elsewhere."""
        headers = tuple(signed_headers)
        row = IncomingCall(
            store_id=store_id, digest=call.digest(headers), signed=call.key(headers),
            address=call.address[:_ADDRESS], wanted=[[ref.stream.value, ref.id] for ref in refs],
            received_at=call.received_at, due_at=call.received_at, **columns,
        )  # fmt: skip
        IncomingCall.objects.bulk_create([row], ignore_conflicts=True)
        mine = IncomingCall.objects.filter(store=store_id, signed=row.signed, address=row.address)
        if not mine.exists():
            raise WebhookRefused(
                "The call was taken at another address.", code="other_address", status=401
            )
