"""The configuration of a store: every version of it, and the draft of the next."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy

from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import Statuses, StoreRules
from connector.lib import clock
from stores import registry
from stores.models import Store
from stores.profile import PlatformProfile


class MappingVersionQuerySet(models.QuerySet["MappingVersion"]):
    def current(self, store: Store) -> MappingVersion | None:
        return self.filter(store=store).order_by("-number").first()


class MappingVersion(models.Model):
    """One version of a store's configuration: append-only, the highest number is in force.

    `document` is what `StoreRules` dumps with numbers as text, so that it is exact: what orders
    are built from. `section` is the store's whole section as `written_out` has it, without
    secrets and without `enabled`, which is a switch; null for versions that were kept before
    there were sections: of those only the rules are known.
    """

    class Origin(models.TextChoices):
        """How it came to be."""

        UNKNOWN = "", gettext_lazy("Saved")
        FILE = "file", gettext_lazy("Configuration file")
        PAGES = "pages", gettext_lazy("Published")
        BACK = "back", gettext_lazy("Rolled back")
        STORE = "store", gettext_lazy("From another store")

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="mapping_versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(default=dict)
    section = models.JSONField(null=True)
    origin = models.CharField(max_length=10, choices=Origin, blank=True, default=Origin.UNKNOWN)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    objects = MappingVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="one_mapping_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.store.slug} v{self.number}"

    @property
    def rules(self) -> StoreRules:
        return StoreRules.model_validate(self.document)


class Draft(models.Model):
    """What people have changed of a store's configuration and not published yet.

    A store has one row once it was first edited; without changes there is no draft. `revision`
    counts every change of it: who writes does so on the condition that it is still the one that
    was read.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE, related_name="draft")
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"draft of {self.store.slug}"

    def move_on(self) -> bool:
        """Take the next revision; False if another has taken it. Within a transaction the row is
        this one's until the end."""
        mine = Draft.objects.filter(pk=self.pk, revision=self.revision)
        moved = bool(mine.update(revision=models.F("revision") + 1))
        self.revision += moved
        return moved


class DraftChange(models.Model):
    """One subject of a draft: its value, and the live one that it is to take the place of.

    `path` is the JSON text of the subject's keys. Null stands for no value, in both.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="changes")
    path = models.CharField(max_length=500)
    before = models.JSONField(null=True)
    value = models.JSONField(null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "path"], name="one_change_per_subject")
        ]

    def __str__(self) -> str:
        return ".".join(self.keys)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(json.loads(self.path))


class SeenFact(models.Model):
    """One thing that orders of a store showed and its mapping must know, with how often.

    `key` are the parts that `accounts_mapping.seen.facts.PARTS` names, `text` the whole of it as
    one text. `units` are the money that it moved, in ten-thousandths of the currency in its key.
    `orders` is exact: what an order showed before it changed is taken off again. `last_at` is when
    the latest order that showed it was placed, `sample` the number of one that does.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="seen_facts")
    showed = models.CharField(max_length=20)
    text = models.CharField(max_length=200)
    key = models.JSONField(default=list)
    title = models.CharField(max_length=100, blank=True, default="")
    orders = models.PositiveIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    sample = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "text"], name="one_row_per_fact")]
        indexes = [models.Index(fields=["store", "showed", "-orders"])]

    def __str__(self) -> str:
        return f"{self.store.slug} {self.text}"


def snapshot(store: Store) -> MappingSnapshot:
    """The store's rules in force; the documented defaults where none were saved."""
    version = MappingVersion.objects.current(store)
    platform = registry.profile(store.platform)
    if version is None:
        return MappingSnapshot(store.profile, default_rules(platform), platform, 0)
    return MappingSnapshot(store.profile, version.rules, platform, version.number)


def default_rules(platform: PlatformProfile) -> StoreRules:
    """The rules of a store that was not configured yet."""
    if platform.statuses_hold:
        return StoreRules(statuses=Statuses.proposed(platform))
    return StoreRules()


def dumped(rules: StoreRules) -> dict[str, Any]:
    """The rules as JSON, numbers as text, only what was set."""
    document: dict[str, Any] = rules.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return document


def save_rules(
    store: Store,
    rules: StoreRules,
    *,
    author: Any = None,
    note: str = "",
    origin: str = MappingVersion.Origin.UNKNOWN,
    section: dict[str, Any] | None = None,
) -> bool:
    """Make `rules` the version in force, and the whole section where it is given; False if that
    is what is in force already."""
    document = dumped(rules)
    for _ in range(5):
        latest = MappingVersion.objects.current(store)
        if latest is not None and latest.document == document and section in (None, latest.section):
            return False
        number = latest.number + 1 if latest else 1
        try:
            with transaction.atomic():
                MappingVersion.objects.create(
                    store=store, number=number, document=document, section=section,
                    origin=origin, author=author, note=note[:200],
                )  # fmt: skip
        except IntegrityError:
            continue
        return True
    raise RuntimeError(f"the rules of {store.slug} are being changed by others at the same time")
