"""What all processes remember together: of the log-in, who changed the installation, and what the
last look at everything found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.database.claims import Claimable, ClaimQuerySet


class LogInTry(models.Model):
    """A password that was tried and was not right, or is being checked.

    `key` is a digest of the account and the address, see `connector.log_in.tries`: an address
    is personal data, and nobody has to read it here.
    """

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "-at"], name="connector_l_key_at")]

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at:%Y-%m-%d %H:%M:%S}"


class CacheEntry(models.Model):
    """The table of Django's cache, which all processes share: short-lived counters, and codes of
    authenticator apps that were used. Only `DatabaseCache` reads and writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "connector_cache"

    def __str__(self) -> str:
        return self.cache_key


class InstallationChange(models.Model):
    """Who changed what of the installation: append-only. A store's changes are its versions; here
    stands what these do not keep, its keys and whether it is archived.

    `changes` are the lines of `config import`, in which no secret stands. Without an author it
    was a file, or somebody whose account is gone.
    """

    class Origin(models.TextChoices):
        PAGES = "pages", gettext_lazy("in the browser")
        FILE = "file", gettext_lazy("by a configuration file")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    origin = models.CharField(max_length=10, choices=Origin)
    changes = models.JSONField(default=list)
    at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{len(self.changes)} changes at {self.at:%Y-%m-%d %H:%M:%S}"


class Examination(Claimable):
    """What was found when everything was looked at last, or one store: the newest only.

    `about` is the store's slug, "" for everything; `findings` are the fields of each `Finding`.
    Whoever looks has claimed it.
    """

    about = models.CharField(max_length=50, blank=True, default="", unique=True)
    findings = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    objects = ClaimQuerySet["Examination"].as_manager()

    def __str__(self) -> str:
        return self.about or "everything"
