"""What the log-in needs to remember in all processes at once."""

from __future__ import annotations

from django.db import models

from connector.lib import clock


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
