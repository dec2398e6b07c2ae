"""Bring the database to what a checked file says, and say what that changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Concat
from django.utils.translation import ngettext

from accounts_mapping.models import MappingVersion, save_rules
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.sections.section import Document, StoreSection
from connector.configuration.differences import between, differences, secret_change
from connector.configuration.installation.apply import ApplyingInstallation
from connector.configuration.known import Known
from connector.configuration.organisations import organisation_for
from connector.configuration.schema import FileSchema
from connector.configuration.stored import credentials_of, rules_of
from connector.configuration.versions.document import kept, live
from connector.configuration.versions.history import about_versions
from connector.lib import doorbell
from connector.models import InstallationChange
from stores.models import SECRET_FIELDS, Store
from stores.schedules import bring_forward
from sync.models import TrackedOrder
from sync.rebuild import rebuild
from xero.models import Lane


class Applying:
    """One import. `changes` is what it did, `notices` what a person should know beside it.

    Call `run` within a transaction.
    """

    def __init__(
        self,
        configuration: FileSchema,
        known: Known,
        author: Any = None,
        *,
        origin: str = MappingVersion.Origin.FILE,
        note: str = "config import",
    ) -> None:
        self.changes: list[str] = []
        self.notices: list[str] = []
        self._configuration = configuration
        self._known = known
        self._author = author
        self._origin, self._note = origin, note

    def run(self, alert_texts: list[str]) -> None:
        """`alert_texts` are the addresses of the alerts as the file has them."""
        installation = ApplyingInstallation(self._configuration, self._author)
        installation.run(alert_texts)
        self.changes += installation.changes
        self.notices += installation.notices
        self.only_stores()
        named = {section.slug for section in self._configuration.stores}
        for slug in sorted(self._known.stores.keys() - named):
            self.notices.append(f"store {slug}: not in the file, left as it is")

    def only_stores(self) -> None:
        """The stores that are named, and nothing else."""
        _free_prefixes(self._configuration)
        for section in self._configuration.stores:
            self._store(section)

    # --- stores

    def _store(self, section: StoreSection) -> None:
        rows = Store.objects.select_related("organisation").select_for_update(of=("self",))
        found = rows.filter(slug=section.slug).first()
        kept_before: Document = {}
        store = found or Store(slug=section.slug)
        section = self._put_away(store, section)
        changes = []
        moves = found is None or found.number_prefix != section.number_prefix
        if found is not None:
            before, kept_before = _store_values(store), live(store)
            changes = self._secret_changes(store, section)
            self._write_down([*changes, *_archived(store, section)])
        store.apply(section.profile)
        if "webhook_secret" in section.model_fields_set and section.webhook_secret is None:
            store.webhook_secret = ""
        if found is not None:
            changes += differences(before, _store_values(store), f"stores.{store.slug}")
        changes += self._link(store, created=found is None)
        if moves or changes:
            store.save()
        changes += self._rules(store, section.store_rules, kept_before)
        if found is not None and changes:
            bring_forward(store)
            self._look_again(store)
        self.changes += [f"store {store.slug}: created"] if found is None else []
        self.changes += changes

    def _put_away(self, store: Store, section: StoreSection) -> StoreSection:
        """An archived store stays so where the section does not say: no older file wakes it."""
        if not store.archived or "archived" in section.model_fields_set:
            return section
        self.notices.append(
            f"stores.{store.slug}.archived: it stays archived, and off; archived: false takes it "
            "back"
        )
        return section.model_copy(update={"archived": True, "enabled": False})

    def _write_down(self, lines: list[str]) -> None:
        """What no version keeps: who changed the keys, and who archived the store."""
        if lines:
            by_file = self._origin == MappingVersion.Origin.FILE
            how = InstallationChange.Origin.FILE if by_file else InstallationChange.Origin.PAGES
            InstallationChange.objects.create(author=self._author, origin=how, changes=lines)

    def _look_again(self, store: Store) -> None:
        """What was held may not be any more: held orders are built anew once this is saved."""
        held = TrackedOrder.objects.filter(store=store, label=TrackedOrder.Label.HELD)
        count = rebuild(held.values_list("pk", flat=True), lane=Lane.LIVE)
        if count:
            said = ngettext(
                "store %(store)s: %(count)d held order is looked at again",
                "store %(store)s: %(count)d held orders are looked at again",
                count,
            )
            self.notices.append(said % {"store": store.slug, "count": count})
            doorbell.ring("sync.build", store.pk)

    def _secret_changes(self, store: Store, section: StoreSection) -> list[str]:
        """What happens to the stored secrets; those of another platform's shop are dropped."""
        path = f"stores.{store.slug}"
        lines = []
        if store.platform != section.platform and (store.credentials or store.webhook_secret):
            lines.append(f"{path}.credentials: removed, they were for {store.platform}")
            store.credentials, store.webhook_secret = {}, ""  # type: ignore[assignment]
        if section.credentials:
            old = credentials_of(store)
            for key in [*section.credentials, *(k for k in old if k not in section.credentials)]:
                if old.get(key, "") != section.credentials.get(key, ""):
                    change = secret_change(old.get(key, ""), section.credentials.get(key, ""))
                    lines.append(f"{path}.credentials.{key}: {change}")
        if "webhook_secret" in section.model_fields_set:
            new = section.webhook_secret or ""
            if new != (store.webhook_secret or ""):
                change = secret_change(store.webhook_secret or "", new)
                lines.append(f"{path}.webhook_secret: {change}")
        return lines

    def _link(self, store: Store, *, created: bool) -> list[str]:
        """Point the store at its organisation; what was confirmed for another is forgotten."""
        path = f"stores.{store.slug}.organisation"
        organisation = organisation_for(store, self._known)
        if organisation is None:
            self.notices.append(
                f'{path}: no organisation "{store.organisation_name}" is connected; the store is '
                "linked once it is"
            )
        if store.organisation == organisation:
            return []
        before = store.organisation
        if before is not None and store.postings.exists():
            self.notices.append(f"{path}: what was posted to {before} stays there")
        store.organisation = organisation
        store.sandbox_confirmed = False
        return [] if created else [f"{path}: {_link_words(before, organisation)}"]

    def _rules(self, store: Store, rules: StoreRules, before: Document) -> list[str]:
        """Make a version of it if the section says something else than the one in force; what is
        otherwise in the rules. `before` is empty for a new store."""
        lines = list(between(rules_of(store), rules, f"stores.{store.slug}")) if before else []
        after, latest = kept(store, rules), MappingVersion.objects.current(store)
        if latest is not None and after == before:
            return lines
        if before and self._origin == MappingVersion.Origin.FILE:
            self.notices += about_versions(store, before, after)
        if latest is not None and latest.section is None:
            MappingVersion.objects.filter(pk=latest.pk).update(section=before)
        save_rules(
            store, rules, author=self._author, note=self._note, origin=self._origin, section=after
        )
        return lines


def _archived(store: Store, section: StoreSection) -> Iterator[str]:
    return differences(store.archived, section.archived, f"stores.{store.slug}.archived")


def _free_prefixes(configuration: FileSchema) -> None:
    """Take the old prefixes out of the way, so that two stores may swap theirs.

    The database forbids one prefix twice in one organisation, at every single save.
    """
    for section in configuration.stores:
        moving = Store.objects.filter(slug=section.slug).exclude(
            number_prefix=section.number_prefix, organisation_name=section.organisation
        )
        moving.update(number_prefix=Concat(Value("~"), "pk", output_field=CharField()))


def _store_values(store: Store) -> dict[str, Any]:
    """The store's settings with every default filled in, without secrets."""
    values: dict[str, Any] = store.profile.model_dump(
        mode="json", by_alias=True, exclude=SECRET_FIELDS
    )
    return values


def _link_words(before: object, after: object) -> str:
    if after is None:
        return f"no longer linked to {before}"
    return f"linked to {after}"
