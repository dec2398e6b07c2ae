"""Who is working for an organisation, what a run did, and the instance's preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction

from connector.lib import clock
from connector.lib.crypto import EncryptedJSONField, EncryptedTextField
from connector.lib.database.claims import Claimable, ClaimQuerySet
from stores.models import Store
from xero.models import Organisation


class OrganisationRunQuerySet(ClaimQuerySet["OrganisationRun"]):
    """Organisations, for each of which one worker at a time sends."""


class OrganisationRun(Claimable):
    """The lease of the one worker that sends for an organisation.

    One sender at a time is what collects: while its request is under way, postings gather
    for the next. The lease is no lock of the ledger, whose own conditional updates keep two
    senders apart should one outlive its lease.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE)
    # Questions in a row that Xero did not answer, and when the next one is asked.
    failed_looks = models.PositiveIntegerField(default=0)
    look_again_at = models.DateTimeField(null=True)

    objects = OrganisationRunQuerySet.as_manager()

    def __str__(self) -> str:
        return f"sender of {self.organisation}"

    @classmethod
    def take(cls, organisation: Organisation, token: str, lease: timedelta) -> bool:
        """Take or extend the lease; False if another holds it."""
        rows = cls.objects.filter(organisation=organisation)
        if rows.keep(token, lease) or rows.claim(token, lease):
            return True
        if rows.exists():
            return False
        try:
            with transaction.atomic():
                cls.objects.create(organisation=organisation)
        except IntegrityError:
            return False
        return bool(rows.claim(token, lease))

    @classmethod
    def release(cls, organisation: Organisation, token: str) -> None:
        cls.objects.filter(organisation=organisation).release(token)


class SyncRun(models.Model):
    """One run of a pull or of the `sync` command, for the activity page and its progress bar."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="runs")
    stream = models.CharField(max_length=20)
    trigger = models.CharField(max_length=20)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    records = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["-started_at"])]

    def __str__(self) -> str:
        return f"{self.stream} of {self.store.slug}"


class Installation(models.Model):
    """What holds for this database as a whole: one row.

    `key_check` opens with the keys that its secrets were encrypted with, and with no others.
    `clock_at` is the latest moment that a sweep saw, `written_at` when the database was last
    written to find out whether it can be.
    """

    key_check = EncryptedTextField(blank=True, default="")
    clock_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "installation"

    @classmethod
    def column(cls, name: str) -> Any:
        """One column of the row, which is made when it is first asked for. The others are not
        read: `key_check` may not open."""
        row = cls.objects.filter(pk=1).values_list(name, flat=True)
        if not row.exists():
            Installation.objects.bulk_create([Installation(pk=1)], ignore_conflicts=True)
        return row.get()


class Preferences(models.Model):
    """The instance's alerts, logging and retries, as the configuration file writes them."""

    alerts = EncryptedJSONField(blank=True, default=list)
    logging = models.JSONField(default=dict)
    retries = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "preferences"

    @classmethod
    def load(cls) -> Preferences:
        return cls.objects.get_or_create(pk=1)[0]
