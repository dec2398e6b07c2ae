"""What makes another version the one in force: a draft, an edit, an older version, another store's.

All of them pass the same checks, and `config import` ends where they do. What was held is built
anew with what is in force then; what is posted stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts_mapping.models import Draft, MappingVersion
from accounts_mapping.sections import paths
from accounts_mapping.sections.section import Document
from connector.configuration.applying import Applying
from connector.configuration.schema import FileSchema
from connector.configuration.stored import load_known
from connector.configuration.versions import history
from connector.configuration.versions.document import check, live, new_misfits
from connector.configuration.versions.draft import Drafted, read
from connector.configuration.versions.edit import Edits, merge
from connector.configuration.versions.refusals import Conflict, DraftRefused, Outdated
from stores.models import Store

Origin = MappingVersion.Origin
# What a store that takes over another's version keeps: who it is, and where it posts.
OWN = (
    "slug", "name", "platform", "url", "organisation", "environment", "number_prefix",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """`version` is the one in force now. `changes` say what is otherwise, `notices` what a person
    should know beside it."""

    version: MappingVersion
    changes: tuple[str, ...]
    notices: tuple[str, ...]


def publish(store: Store, *, revision: int, author: Any, note: str = "") -> Published:
    """Make the draft the version in force, as it was shown with this revision.

    Raises Outdated where it is not that draft any more, or there is none; Conflict where
    something else was made live meanwhile; DraftRefused.
    """
    with transaction.atomic():
        _lock(store)
        row = Draft.objects.filter(store=store).first()
        base = read(store, row)
        if row is None or row.revision != revision or not base.changes:
            raise Outdated
        if rivals := base.conflicts:
            raise Conflict(rivals)
        published = _make_live(store, base.document, author=author, note=note, origin=Origin.PAGES)
        if not row.move_on():
            raise Outdated
        row.changes.all().delete()
    return published


def change(
    store: Store,
    edits: Edits,
    *,
    author: Any,
    seen: str | None,
    note: str = "",
    secrets: Document | None = None,
) -> Published:
    """Edit what is in force, at once; otherwise as `edit_many`. An open draft stays.

    `secrets` are `credentials` and `webhook_secret` as the file has them; what is absent stays,
    null takes a webhook secret away.
    """
    with transaction.atomic():
        _lock(store)
        base = Drafted(store, 0, live(store), ())
        document = base.live
        for path, value in merge(base, edits, seen).items():
            document = paths.put(document, path, value)
        return _make_live(
            store, document, author=author, note=note, origin=Origin.PAGES, secrets=secrets
        )


def roll_back(store: Store, number: int, *, current: int, author: Any, note: str = "") -> Published:
    """Make the content of an older version the one in force, as a new version.

    `current` is the version in force that the person saw. Raises Outdated, DraftRefused;
    MappingVersion.DoesNotExist.
    """

    def old(in_force: Document) -> Document:
        return history.content(MappingVersion.objects.get(store=store, number=number), in_force)

    note = note or f"Version {number} again"
    return _replace(store, old, current=current, author=author, note=note, origin=Origin.BACK)


def promote(
    source: MappingVersion, target: Store, *, current: int, author: Any, note: str = ""
) -> Published:
    """Make a version of one store, such as its sandbox, the one in force of another.

    Addresses, keys, environment and prefix stay the target's, and so does a cut-over that it has.
    Raises Outdated, DraftRefused.
    """
    if source.store.platform != target.platform:
        raise DraftRefused(
            {"platform": [f"is {source.store.platform} there: its codes mean nothing"]}
        )
    note = note or f"Version {source.number} of {source.store.slug}"
    return _replace(
        target, lambda own: promoted(source, own), current=current, author=author, note=note,
        origin=Origin.STORE,
    )  # fmt: skip


def promoted(source: MappingVersion, own: Document) -> Document:
    """What the target's section becomes."""
    taken = history.content(source, live(source.store))
    stays = {key: own[key] for key in OWN if key in own}
    if "cut_over" in own:
        stays["cut_over"] = own["cut_over"]
    return {key: value for key, value in taken.items() if key not in OWN} | stays


def _replace(
    store: Store, by: Callable[[Document], Document], *, current: int, **about: Any
) -> Published:
    with transaction.atomic():
        _lock(store)
        latest = MappingVersion.objects.current(store)
        if (latest.number if latest else 0) != current:
            raise Outdated
        return _make_live(store, by(live(store)), **about)


def _lock(store: Store) -> None:
    """From here to the end of the transaction nobody else makes anything of this store live."""
    Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
    store.refresh_from_db()


def _make_live(
    store: Store,
    document: Document,
    *,
    author: Any,
    note: str,
    origin: str,
    secrets: Document | None = None,
) -> Published:
    known = load_known()
    checked = check(store, document, known, secrets)
    if checked.section is None:
        raise DraftRefused(checked.errors)
    if wrong := new_misfits(store, checked.section.store_rules):
        raise DraftRefused(wrong)
    configuration = FileSchema(version="1", stores=(checked.section,))
    applying = Applying(configuration, known, author, origin=origin, note=note)
    applying.only_stores()
    store.refresh_from_db()
    version = MappingVersion.objects.current(store)
    assert version is not None
    return Published(version, tuple(applying.changes), tuple(applying.notices))
