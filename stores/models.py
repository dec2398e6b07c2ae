"""Shops, how far each of their streams has been read, and what they said."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When

from connector.lib import clock, exact_json
from connector.lib.crypto import EncryptedJSONField, EncryptedTextField
from connector.lib.database.claims import Claimable, ClaimQuerySet
from stores.canonical.records import Stream
from stores.profile import PlatformProfile
from stores.settings import StoreSettings

SECRET_FIELDS = {"credentials", "webhook_secret"}
_TOKEN_BYTES = 24


class StoreQuerySet(models.QuerySet["Store"]):
    def on_lists(self) -> StoreQuerySet:
        """Without those that are archived. Older rows have no such key."""
        return self.filter(Q(settings__archived__isnull=True) | Q(settings__archived=False))

    def looked_at(self) -> StoreQuerySet:
        """Stores whose shop told once what it is, and is to be asked again."""
        told = Q(look_at__isnull=True, facts__probed_at__isnull=False)
        return self.filter(told | Q(look_at__lte=clock.now()), enabled=True)


class Store(models.Model):
    """One configured shop, or one part of a shop, feeding one organisation.

    `settings` holds what `StoreSettings` dumps, without its secrets. `organisation_name` is
    what the configuration says (name or tenant id); `organisation` is set once it is known.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    platform = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)
    number_prefix = models.CharField(max_length=20)
    organisation_name = models.CharField(max_length=255)
    organisation = models.ForeignKey(
        "xero.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="stores"
    )
    settings = models.JSONField(default=dict)
    credentials = EncryptedJSONField(blank=True, default=dict)
    webhook_secret = EncryptedTextField(blank=True, default="")
    facts = models.JSONField(default=dict, help_text="What the last probe of the shop found.")
    sandbox_confirmed = models.BooleanField(
        default=False, help_text="A person confirmed that a sandbox store may post."
    )
    look_at = models.DateTimeField(null=True, help_text="When the shop is asked anew what it is.")
    trigger_token = EncryptedTextField(blank=True, default="")
    triggered_at = models.DateTimeField(
        null=True, help_text="When the trigger address last had the shop read."
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = StoreQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number_prefix"],
                condition=Q(organisation__isnull=False),
                name="one_number_prefix_per_organisation",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def profile(self) -> StoreSettings:
        """The store's settings without its secrets."""
        return StoreSettings.model_validate(self.settings)

    @property
    def archived(self) -> bool:
        """Put away: off, on no list by default, and refused where its shop calls."""
        return bool(self.settings.get("archived"))

    def signing_secret(self, platform: PlatformProfile) -> str:
        """What signs the calls that come in: the secret that follows from the credentials, where
        one does, else the one that was entered; "" where there is none."""
        derived = platform.hooks.secret_of
        follows = derived(self.credentials) if derived is not None else ""
        return follows or self.webhook_secret or ""

    def apply(self, profile: StoreSettings) -> None:
        """Take over settings; secrets that are given replace the stored ones. Does not save."""
        self.slug = profile.slug
        self.name = profile.name
        self.platform = profile.platform
        self.enabled = profile.enabled
        self.number_prefix = profile.number_prefix
        self.organisation_name = profile.organisation
        self.settings = profile.model_dump(mode="json", by_alias=True, exclude=SECRET_FIELDS)
        if profile.credentials:
            self.credentials = dict(profile.credentials)
        if profile.webhook_secret:
            self.webhook_secret = profile.webhook_secret
        if not self.trigger_token:
            self.trigger_token = secrets.token_urlsafe(_TOKEN_BYTES)

    def switch(self, *, on: bool) -> bool:
        """Turn reading and posting on or off, as `enabled` of the configuration does. What waits
        stays in its queue. False if that is how it is already, or the store is archived."""
        return self._turn(lambda row: row.enabled != on and not row.archived, enabled=on)

    def put_away(self, *, away: bool) -> bool:
        """Archive the store, or take it back; it is off either way. False if it is so already."""
        return self._turn(lambda row: row.archived != away, enabled=False, archived=away)

    def _turn(self, may: Callable[[Store], bool], **flags: bool) -> bool:
        with transaction.atomic():
            row = Store.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not may(row):
                return False
            row.enabled, row.settings = flags["enabled"], row.settings | flags
            row.save(update_fields=["enabled", "settings"])
        return True

    def rotate_trigger(self) -> None:
        """Give the trigger address another token; the old one stops at once."""
        self.trigger_token = secrets.token_urlsafe(_TOKEN_BYTES)
        self.save(update_fields=["trigger_token"])

    def take_look(self, every: timedelta) -> bool:
        """Whether the shop may be asked now what it is; it is again after `every`, also where it
        does not answer."""
        mine = Store.objects.looked_at().filter(pk=self.pk)
        return bool(mine.update(look_at=clock.now() + every))

    def take_trigger(self, every: timedelta) -> bool:
        """Whether the shop may be read because its trigger address was called: at most `every`
        so often."""
        now = clock.now()
        rested = Q(triggered_at__isnull=True) | Q(triggered_at__lte=now - every)
        return bool(Store.objects.filter(rested, pk=self.pk).update(triggered_at=now))


class CursorQuerySet(ClaimQuerySet["Cursor"]):
    """Streams, each of which one worker at a time reads."""


class Cursor(Claimable):
    """How far a stream of a store has been read, when it is read next, and by whom now.

    `mark` is the end of the last page in the adapter's own words, which a stream that is read by
    ids goes on from. `rechecked_at` is when what its list does not show was last looked for.
    `hurried_to`: for when it was last asked to be read sooner, also while it was being read.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Stream])
    position = models.DateTimeField(null=True)
    mark = models.CharField(max_length=200, blank=True, default="")
    rechecked_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True, db_index=True)
    hurried_to = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_records = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    last_error_code = models.CharField(max_length=40, blank=True, default="")
    failures = models.PositiveIntegerField(default=0)

    objects = CursorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "stream"], name="one_cursor_per_stream")
        ]

    def __str__(self) -> str:
        return f"{self.store.slug}/{self.stream}"

    @classmethod
    def of(cls, store: Store, stream: Stream) -> Cursor:
        """The cursor of a stream, made when it is first asked for."""
        return cls.objects.get_or_create(store=store, stream=stream)[0]

    def claim(self, token: str, lease: timedelta) -> bool:
        """Take the right to read this stream; False if another has it."""
        return bool(Cursor.objects.filter(pk=self.pk).claim(token, lease))

    def keep(self, token: str, lease: timedelta, **changes: Any) -> bool:
        """Go on holding it, and write these changes; False if another has it by now."""
        return bool(Cursor.objects.filter(pk=self.pk).keep(token, lease, **changes))

    def release(self, token: str) -> None:
        Cursor.objects.filter(pk=self.pk).release(token)

    def is_due(self) -> bool:
        """Whether the stream is to be read now. Who reads it says when it is next."""
        return self.next_run_at is None or self.next_run_at <= clock.now()

    def hurry(self, due: datetime | None = None) -> None:
        """Have the stream read at `due` (now, if not given), if it would be read later. Where it
        is being read now, it is once more."""
        moment = due or clock.now()
        sooner = When(next_run_at__gt=moment, then=Value(moment))
        Cursor.objects.filter(pk=self.pk).update(
            hurried_to=moment, next_run_at=Case(sooner, default=F("next_run_at"))
        )

    def ended(self, started: datetime, following: datetime, **columns: Any) -> None:
        """A reading that began at `started` has come to its end: the next one is at `following`,
        or sooner where it was hurried meanwhile."""
        hurried = When(hurried_to__gt=started, hurried_to__lt=following, then=F("hurried_to"))
        Cursor.objects.filter(pk=self.pk).update(
            next_run_at=Case(hurried, default=Value(following)), hurried_to=None, **columns
        )


class ShopCategory(models.Model):
    """A category of a shop by its id: its name, and after it the names of those above it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="categories")
    source_id = models.CharField(max_length=100)
    names = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "source_id"], name="one_row_per_category")
        ]

    def __str__(self) -> str:
        return str(self.names[0]) if self.names else self.source_id


class SourceRecord(models.Model):
    """One version of what a shop said of one object; never edited.

    `body` is the JSON text, scrubbed of card data; `digest` its SHA-256. Numbers keep the
    digits that the shop wrote: read it through `record`. `flaws` say what could not be kept as
    it was, each as `{"field", "message"}`; null for nearly all.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="records")
    stream = models.CharField(max_length=20)
    source_id = models.CharField(max_length=100)
    version = models.CharField(max_length=40, blank=True, default="")
    digest = models.CharField(max_length=64)
    body = models.TextField()
    flaws = models.JSONField(null=True)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "stream", "source_id", "digest"], name="one_record_per_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.source_id} {self.version}"

    @property
    def record(self) -> dict[str, Any]:
        """The record with exact numbers."""
        loaded: dict[str, Any]
        try:
            loaded = exact_json.loads(self.body)
        except ValueError:
            loaded = exact_json.loads(_mended(self.body))
        return loaded


def as_text(record: dict[str, Any]) -> tuple[str, str]:
    """A record as JSON text, and the text's SHA-256; equal content gives equal text."""
    text = exact_json.dumps(record)
    return text, hashlib.sha256(text.encode()).hexdigest()


# JSON's strings and words; and what its numbers look like.
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+')
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_ONCE_MARKED = re.compile(r"[-+0-9.Ee]+")


def _mended(body: str) -> str:
    """The text of a record of earlier days, in which one kind of text lost its quotes: such as
    began with a NUL and an "n", and went on with what looked like a number to nobody else."""

    def word(found: re.Match[str]) -> str:
        lost = _ONCE_MARKED.fullmatch(found[0]) and not _NUMBER.fullmatch(found[0])
        return f'"\\u0000n{found[0]}"' if lost else found[0]

    return _WORD.sub(word, body)
