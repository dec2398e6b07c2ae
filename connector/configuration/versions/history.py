"""What the versions of a store say of one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import ngettext

from accounts_mapping.models import DraftChange, MappingVersion
from accounts_mapping.sections.paths import Path, depths, name_of, subjects
from accounts_mapping.sections.section import Document, Writing
from stores.models import Store

# How far back it is looked for who changed something.
_FAR = 100
_BROWSER = frozenset({
    MappingVersion.Origin.PAGES, MappingVersion.Origin.BACK, MappingVersion.Origin.STORE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubjectDifference:
    """A subject that two sections have otherwise; None is no value."""

    path: Path
    before: Any
    after: Any

    @property
    def field(self) -> str:
        return name_of(self.path)


def differences(before: Document, after: Document) -> list[SubjectDifference]:
    """What is otherwise, in the order of the file."""
    old, new = subjects(before), subjects(after)
    paths = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    return [SubjectDifference(p, old.get(p), new.get(p)) for p in sorted(paths, key=place_in_file)]


def place_in_file(path: Path) -> tuple[int, Path]:
    """What sorts subjects as the file has them; unknown ones come last."""
    settings = [*depths()]
    found = (n for n, one in enumerate(settings) if path[: len(one)] == one)
    return next(found, len(settings)), path


def content(version: MappingVersion, around: Document) -> Document:
    """The section of a version. Of one of which only the rules are known, the settings are those
    of the section `around` it."""
    if version.section is not None:
        return dict(version.section)
    known = set(type(version.rules).model_fields)
    settings = {key: value for key, value in around.items() if key not in known}
    return settings | Writing().rules(version.rules)


def newest(store: Store) -> Iterator[MappingVersion]:
    """The last versions of a store, the newest first, a few at a time: they may be long."""
    rows = MappingVersion.objects.filter(store=store).select_related("author")
    return rows.order_by("-number")[:_FAR].iterator(chunk_size=10)


def last_changes(store: Store, paths: Sequence[Path]) -> dict[Path, MappingVersion]:
    """For each subject the version that last changed it, as far as one of the newest did."""
    found: dict[Path, MappingVersion] = {}
    if not paths:
        return found
    for version, changed in _steps(newest(store)):
        for one in changed:
            if one.path in paths:
                found.setdefault(one.path, version)
        if len(found) == len(set(paths)):
            break
    return found


def replaced(store: Store, before: Document, after: Document) -> list[MappingVersion]:
    """Versions made in the browser since the last file, of which what is in force (`before`)
    still has something that `after` has otherwise; the oldest first."""
    lost = {one.path: one.before for one in differences(before, after)}
    found = []
    for version, changed in _steps(newest(store)):
        if version.origin == MappingVersion.Origin.FILE:
            break
        overwritten = (one.path in lost and lost[one.path] == one.after for one in changed)
        if version.origin in _BROWSER and any(overwritten):
            found.append(version)
    return found[::-1]


def about_versions(store: Store, before: Document, after: Document) -> Iterator[str]:
    """What a file takes the place of that was made in the browser, in words."""
    for version in replaced(store, before, after):
        who = version.author.get_username() if version.author else "somebody"
        said = f', "{version.note}"' if version.note else ""
        yield (
            f"store {store.slug}: replaces version {version.number}, made in the browser by {who} "
            f"on {version.created_at:%Y-%m-%d %H:%M} UTC{said}"
        )
    waiting = DraftChange.objects.filter(draft__store=store).count()
    if waiting:
        changes = ngettext("%d change", "%d changes", waiting) % waiting
        yield f"store {store.slug}: a draft of {changes} is open in the browser; it stays"


def _steps(
    versions: Iterable[MappingVersion],
) -> Iterator[tuple[MappingVersion, list[SubjectDifference]]]:
    """Each version but the oldest, with what it changed; the newest first."""
    for version, older in pairwise(versions):
        after = content(version, {})
        yield version, differences(content(older, after), after)
