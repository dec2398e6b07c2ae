"""Accounts that people had made in Xero from here: the log of it, and what a second click finds."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from connector.lib import clock
from xero.models.organisation import Organisation


def _new_key() -> str:
    return uuid.uuid4().hex


class MadeAccount(models.Model):
    """One account that was asked for, by its code. `key` is the Idempotency-Key of every request
    for it: one that comes twice is one to Xero. `said` are Xero's words, where it refused."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        MADE = "made", "Made"
        FOUND = "found", "Was there already"
        REFUSED = "refused", "Refused"
        UNKNOWN = "unknown", "No answer"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="made_accounts"
    )
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=150)
    type = models.CharField(max_length=30)
    payments_enabled = models.BooleanField(default=False)
    key = models.CharField(max_length=32, default=_new_key)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    said = models.TextField(blank=True, default="")
    correlation_id = models.CharField(max_length=100, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "name"], name="one_row_per_account_made"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}: {self.get_state_display()}"
