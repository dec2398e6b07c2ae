"""The draft of a store as it stands: what is live, and what people have changed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from accounts_mapping import models
from accounts_mapping.sections import paths
from accounts_mapping.sections.paths import Path
from accounts_mapping.sections.section import Document, StoreSection
from connector.configuration.known import Known
from connector.configuration.stored import load_known
from connector.configuration.versions.document import Checked, check, live, new_doubts, new_misfits
from connector.configuration.versions.history import last_changes, place_in_file
from connector.configuration.versions.refusals import Errors, Rival
from stores.models import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One subject that the draft changes: from what is live (`now`) to `after`; None is no value.

    `before` is what was live when it was changed.
    """

    path: Path
    before: Any
    now: Any
    after: Any
    author: Any
    at: datetime

    @property
    def field(self) -> str:
        return paths.name_of(self.path)

    @property
    def in_conflict(self) -> bool:
        """Whether something else has become live meanwhile than what was to be replaced."""
        return self.before != self.now


@dataclass(frozen=True)
class Drafted:
    """A store's draft. Without `changes` it says what is live."""

    store: Store
    revision: int
    live: Document
    changes: tuple[Change, ...]

    @cached_property
    def document(self) -> Document:
        """The section as it would be: what forms show."""
        return self._checked.document if self.changes else self.live

    @property
    def section(self) -> StoreSection | None:
        """The same, checked; None where it has errors."""
        return self._checked.section

    @property
    def errors(self) -> Errors:
        """Why it could not be published as it is: by field, what is wrong."""
        if not self.changes:
            return {}
        if self.section is None:
            return self._checked.errors
        return new_misfits(self.store, self.section.store_rules)

    @property
    def doubts(self) -> list[str]:
        """What it would have posted, but perhaps not as it is meant."""
        return new_doubts(self.store, self.section) if self.changes and self.section else []

    @property
    def authors(self) -> list[Any]:
        """Who changed something, the last first, each once."""
        newest = sorted(self.changes, key=lambda one: one.at, reverse=True)
        return list(dict.fromkeys(one.author for one in newest))

    def value(self, *path: str) -> Any:
        """What the draft has at a path; None where nothing is set."""
        return paths.value_at(self.document, path)

    def seen(self, *shown: Path | str) -> str:
        """For a form's hidden field: what it shows. Each is a path, or the name of a section."""
        found = paths.subjects(self.document)
        wanted = [(one,) if isinstance(one, str) else one for one in shown]
        return paths.seen({p: v for one in wanted for p, v in paths.within(found, one).items()})

    def change_at(self, *path: str) -> Change | None:
        """The change of a subject, if it has one: to say beside the field who made it."""
        return next((one for one in self.changes if one.path == path), None)

    def checked_with(self, edits: Mapping[Path, Any]) -> Checked:
        """The draft as it would be with these edits, which nobody has saved."""
        document = self.document
        for path, value in edits.items():
            document = paths.put(document, path, value)
        return check(self.store, document, self.known)

    @property
    def conflicts(self) -> list[Rival]:
        """Changes in whose place something else was published or imported meanwhile."""
        over = [one for one in self.changes if one.in_conflict]
        by = last_changes(self.store, [one.path for one in over])
        return [rival(one.path, one.now, one.after, by.get(one.path)) for one in over]

    @cached_property
    def _checked(self) -> Checked:
        document = self.live
        for one in self.changes:
            document = paths.put(document, one.path, one.after)
        return check(self.store, document, self.known)

    @cached_property
    def known(self) -> Known:
        """What a section is checked against."""
        return load_known()


def rival(path: Path, theirs: Any, mine: Any, by: Change | models.MappingVersion | None) -> Rival:
    """Theirs against mine, with who brought it; None where nobody knows."""
    if isinstance(by, Change):
        return Rival(path, theirs, mine, by.author, by.at)
    if by is None:
        return Rival(path, theirs, mine, None, None)
    return Rival(path, theirs, mine, by.author, by.created_at, by.number)


def draft(store: Store) -> Drafted:
    """The draft of a store as it stands."""
    row = models.Draft.objects.filter(store=store).first()
    return read(store, row)


def read(store: Store, row: models.Draft | None) -> Drafted:
    """The draft that this row stands for."""
    in_force = live(store)
    rows = row.changes.select_related("author") if row is not None else ()
    changes = tuple(_changes(paths.subjects(in_force), rows))
    return Drafted(store, row.revision if row is not None else 0, in_force, changes)


def _changes(in_force: paths.Subjects, rows: Iterable[models.DraftChange]) -> Iterable[Change]:
    """Those that still change something, in the order of the file; entries of one mapping as they
    were made."""
    changes = [
        Change(row.keys, row.before, in_force.get(row.keys), row.value, row.author, row.changed_at)
        for row in rows
    ]
    open_ones = (one for one in changes if one.now != one.after)
    return sorted(open_ones, key=lambda one: place_in_file(one.path)[0])
