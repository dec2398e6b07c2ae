"""What two sections of a store have otherwise, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from accounts_mapping.models import MappingVersion
from accounts_mapping.sections.paths import Path, name_of
from accounts_mapping.sections.section import Document
from connector.configuration.versions.draft import Change, Drafted
from connector.configuration.versions.history import differences
from connector.configuration.versions.refusals import Errors, Rival, at
from connector.pages.mapping.subjects import field_url
from connector.pages.subjects.naming import value_of, words_of

_MOST = 50


@dataclass(frozen=True, slots=True)
class DifferingSubject:
    """One subject, called `title` by its page: `was` and `becomes` are lines, several where it is
    a list of entries."""

    path: Path
    title: str
    url: str
    was: list[str]
    becomes: list[str]
    change: Change | None = None
    rival: Rival | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def by(self) -> str:
        """Who changed it."""
        return who(self.change.author) if self.change is not None else ""

    @property
    def problem(self) -> bool:
        """Whether something stands against publishing it."""
        return bool(self.errors or self.rival)

    @property
    def conflict(self) -> str:
        """Whose change is in the way."""
        if self.rival is None:
            return ""
        if self.rival.version is None:
            return _("Somebody has made something else live since.")
        said = _("%(who)s has made something else live since, with version %(number)d.")
        return said % {"who": who(self.rival.author), "number": self.rival.version}

    @property
    def key(self) -> str:
        """The path in a form."""
        return "\n".join(self.path)


def path_of(key: str) -> Path:
    """What `DifferingSubject.key` says."""
    return tuple(key.split("\n"))


def row(store: str, path: Path, before: Any, after: Any, **more: Any) -> DifferingSubject:
    name = name_of(path)
    was, becomes = lines(name, before, after)
    return DifferingSubject(path, words_of(name), field_url(store, name), was, becomes, **more)


def rows_between(store: str, before: Document, after: Document) -> list[DifferingSubject]:
    """All that is otherwise, in the order of the file."""
    return [row(store, one.path, one.before, one.after) for one in differences(before, after)]


def rows_of(draft: Drafted, errors: Errors) -> list[DifferingSubject]:
    """The changes of a draft, each with who made it and what stands against it."""
    rivals = {rival.path: rival for rival in draft.conflicts}
    return [
        row(
            draft.store.slug, one.path, one.now, one.after, change=one,
            rival=rivals.get(one.path), errors=at(errors, *one.path),
        )
        for one in draft.changes
    ]  # fmt: skip


def lines(name: str, before: Any, after: Any) -> tuple[list[str], list[str]]:
    """Two values of a setting in words; of two lists of entries only the entries that differ."""
    if not (_of_entries(before) and _of_entries(after)):
        return [value_of(name, before)], [value_of(name, after)]
    old, new = ([value_of(name, one) for one in some or ()] for some in (before, after))
    gone, come = [], []
    for kind, first, last, start, end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            gone += [f"{n + 1}: {old[n]}" for n in range(first, last)]
            come += [f"{n + 1}: {new[n]}" for n in range(start, end)]
    return _first(gone), _first(come)


def who(user: Any) -> str:
    """A person by name, as pages call people."""
    return user.get_username() if user is not None else _("somebody")


def author_of(version: MappingVersion) -> str:
    """Who made a version; a file's that nobody signed is the command line's."""
    if version.author is None and version.origin == MappingVersion.Origin.FILE:
        return _("the command line")
    return who(version.author)


def _of_entries(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _first(found: list[str]) -> list[str]:
    """No page grows with a list of thousands."""
    if len(found) <= _MOST:
        return found or [_("nothing")]
    return [*found[:_MOST], _("and %(count)d more") % {"count": len(found) - _MOST}]
