"""Notes for the history of documents in Xero: why one is not as it was first meant to be."""

from __future__ import annotations

from django.db import models

from connector.lib import clock
from sync.models.posting import Posting


class HistoryNote(models.Model):
    """A note is sent at most once: `sent_at` is set before the call. One whose call failed has
    an `error`; it is no document, and is not tried again."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField(max_length=2500)
    made_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["posting"], condition=models.Q(sent_at__isnull=True), name="note_unsent"
            )
        ]

    def __str__(self) -> str:
        return self.text
