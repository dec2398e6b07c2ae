"""The registered app and the tokens that people, or the app itself, were given for it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.crypto import EncryptedTextField
from connector.lib.database.claims import Claimable, ClaimQuerySet, lapsed

# A token is renewed this long before it ends, so that no call is sent with one that ends
# while it travels.
EXPIRY_MARGIN = timedelta(seconds=90)
# A refresh token dies after 60 days without use (Xero developer documentation, OAuth 2.0
# token types). It is used well before that.
KEEP_ALIVE = timedelta(days=7)


class XeroApp(models.Model):
    """The app that the operator registered at developer.xero.com. In practice one row.

    `daily_call_limit` is calls a day and organisation: 1,000 on Xero's Starter tier, 5,000
    on Core and up. The last `live_reserve` percent of them are closed to backfills.
    """

    class Mode(models.TextChoices):
        CODE = "code", gettext_lazy("Web app (people log in at Xero)")
        CUSTOM = "custom", gettext_lazy("Custom connection (one organisation, no log-in)")

    mode = models.CharField(max_length=10, choices=Mode, default=Mode.CODE)
    client_id = models.CharField(max_length=100, unique=True)
    client_secret = EncryptedTextField(blank=True, default="")
    daily_call_limit = models.PositiveIntegerField(default=1000, validators=[MinValueValidator(1)])
    live_reserve = models.PositiveSmallIntegerField(
        default=20, validators=[MaxValueValidator(100)], help_text="Percent of the day's calls."
    )
    webhook_key = EncryptedTextField(blank=True, default="")

    class Meta:
        verbose_name = "Xero app"

    def __str__(self) -> str:
        return f"Xero app {self.client_id}"

    @property
    def reserved_calls(self) -> int:
        """How many of the day's calls a backfill may not touch."""
        return math.ceil(self.daily_call_limit * self.live_reserve / 100)


class TokenSetQuerySet(ClaimQuerySet["TokenSet"]):
    def due(self, now: datetime) -> TokenSetQuerySet:
        """Tokens of connected organisations to refresh without waiting for a call.

        Those that nobody has used for long, and those whose refresher vanished or got no
        answer: Xero may have rotated the token by then, and takes the old one for only 30
        minutes more.
        """
        unused = Q(refreshed_at__lt=now - KEEP_ALIVE)
        return self.filter(
            unused | lapsed(now),
            app__mode=XeroApp.Mode.CODE,
            state=TokenSet.State.ACTIVE,
            organisations__connected=True,
        ).distinct()


class TokenSet(Claimable):
    """One consent: what Xero gave one user (or the app itself) for all its organisations.

    The one process that may refresh has it claimed. `scopes` are the granted ones, separated by
    spaces.
    """

    class State(models.TextChoices):
        ACTIVE = "active", gettext_lazy("Active")
        RECONNECT = "reconnect", gettext_lazy("Reconnect needed")

    app = models.ForeignKey(XeroApp, on_delete=models.CASCADE, related_name="token_sets")
    access_token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    previous_refresh_token = EncryptedTextField(blank=True, default="")
    previous_valid_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(default=clock.now)
    refreshed_at = models.DateTimeField(default=clock.now)
    scopes = models.TextField(blank=True, default="")
    xero_user_id = models.CharField(max_length=100, blank=True, default="")
    auth_event_id = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    reason = models.TextField(blank=True, default="")

    objects = TokenSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "xero_user_id"],
                condition=~Q(xero_user_id=""),
                name="one_token_set_per_user",
            )
        ]
        indexes = [models.Index(fields=["state", "refreshed_at"])]

    def __str__(self) -> str:
        return f"tokens of {self.xero_user_id or 'the app'}"

    @property
    def granted_scopes(self) -> frozenset[str]:
        return frozenset(self.scopes.split())

    def usable(self, now: datetime) -> bool:
        """Whether a call may be sent with the access token at `now`."""
        return (
            self.state == self.State.ACTIVE
            and bool(self.access_token)
            and self.expires_at > now + EXPIRY_MARGIN
        )
