"""Calls of a shop that say what changed: stored first, worked off after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Job, JobQuerySet
from stores.adapter import WebhookCall, WebhookRefused
from stores.canonical.records import RecordRef, Stream
from stores.models import Store

# So many rows are deleted in one statement.
_CHUNK = 1000
_ADDRESS = 300


class IncomingCallQuerySet(JobQuerySet["IncomingCall"]):
    def ready(self, now: datetime) -> IncomingCallQuerySet:
        """Calls to work off that nobody is working off."""
        return super().ready(now).filter(state=IncomingCall.State.WAITING)

    def due(self, now: datetime) -> IncomingCallQuerySet:
        """Those of stores that are switched on among them."""
        return super().due(now).filter(store__enabled=True)

    def held_by(self, token: str) -> IncomingCallQuerySet:
        """Those that this claim still holds: any change of a claimed call goes through here."""
        return super().held_by(token).filter(state=IncomingCall.State.WAITING)

    def purge(self, before: datetime) -> int:
        """Delete calls that came in before then, in short statements; how many."""
        deleted = 0
        while True:
            ids = self.filter(received_at__lt=before).order_by("pk").values_list("pk", flat=True)
            count, _ = IncomingCall.objects.filter(pk__in=list(ids[:_CHUNK])).delete()
            deleted += count
            if count < _CHUNK:
                return deleted


class IncomingCall(Job):
    """One call of a shop. Its signature was good; what it says is only where to look.

    `digest` tells a call that came twice; `signed` its signature under its secret, whichever
    `address` it came to, so that a call is taken at one address only. `wanted` lists what to
    fetch, as pairs of stream and id; `asked`: somebody in the shop wants it. `attempts` are counted
    when they begin. `quiet_until`: the shop asked to be left alone until then. `note` says what
    became of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting")
        DONE = "done", gettext_lazy("Done")
        FAILED = "failed", gettext_lazy("Failed")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="incoming_calls")
    digest = models.CharField(max_length=64)
    signed = models.CharField(max_length=64, null=True, unique=True)
    address = models.CharField(max_length=300, blank=True, default="")
    received_at = models.DateTimeField(default=clock.now, db_index=True)
    wanted = models.JSONField(default=list)
    asked = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
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
                fields=["not_before"], condition=Q(state="waiting"), name="incoming_calls_waiting"
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
    ) -> bool:
        """Keep a genuine call; False for one that is there already, which is left as it is.
        WebhookRefused where
        it came to another address before: who overheard it may not use it elsewhere."""
        headers = tuple(signed_headers)
        row = IncomingCall(
            store_id=store_id, digest=call.digest(headers), signed=call.key(headers),
            address=call.address[:_ADDRESS], wanted=[[ref.stream.value, ref.id] for ref in refs],
            received_at=call.received_at, not_before=call.received_at, **columns,
        )  # fmt: skip
        IncomingCall.objects.bulk_create([row], ignore_conflicts=True)
        mine = IncomingCall.objects.filter(store=store_id, signed=row.signed, address=row.address)
        if not mine.exists():
            raise WebhookRefused(
                "The call was taken at another address.", code="other_address", status=401
            )
        return mine.filter(received_at=call.received_at).exists()
