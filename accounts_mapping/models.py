"""The rules of a store, every version of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction

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
    """One version of a store's rules: append-only, the highest number is in force.

    `document` is what `StoreRules` dumps with numbers as text, so that it is exact.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="mapping_versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(default=dict)
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


def save_rules(store: Store, rules: StoreRules, *, author: Any = None, note: str = "") -> bool:
    """Make `rules` the version in force; False if they are what is in force already."""
    document = dumped(rules)
    for _ in range(5):
        latest = MappingVersion.objects.current(store)
        if latest is not None and latest.document == document:
            return False
        number = latest.number + 1 if latest else 1
        try:
            with transaction.atomic():
                MappingVersion.objects.create(
                    store=store, number=number, document=document, author=author, note=note
                )
        except IntegrityError:
            continue
        return True
    raise RuntimeError(f"the rules of {store.slug} are being changed by others at the same time")
