"""Edits of a draft. What two people change of different subjects comes together; where it is the
same, the second is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts_mapping.models import Draft, DraftChange
from accounts_mapping.sections import paths
from accounts_mapping.sections.paths import Path, Subjects
from accounts_mapping.sections.section import Document
from connector.configuration.versions.document import (
    ARCHIVED,
    IDENTITY,
    SWITCH,
    about,
    check,
    live,
    new_misfits,
)
from connector.configuration.versions.draft import Drafted, read, rival
from connector.configuration.versions.history import last_changes
from connector.configuration.versions.refusals import (
    Conflict,
    DraftRefused,
    Errors,
    Outdated,
    Rival,
)
from connector.lib import clock
from stores.models import Store

_TRIES = 20
_LONGEST = DraftChange._meta.get_field("path").max_length
Edits = Mapping[Path, Any]
# What a setting asks of others, which stand on a page of their own.
_ASKS: Mapping[Path, tuple[str, ...]] = {
    ("items", "tracked"): ("accounts.inventory", "accounts.cogs"),
}


def edit(store: Store, path: Path, value: Any, *, author: Any, seen: str | None) -> Drafted:
    """Set one subject of the draft, or all of a section; see `edit_many`."""
    return edit_many(store, {path: value}, author=author, seen=seen)


def edit_many(store: Store, edits: Edits, *, author: Any, seen: str | None) -> Drafted:
    """Set what a form holds, all of it or nothing; the draft after that.

    A path is a subject, or stands above some: what is given for a section is the whole section.
    Values are as the file has them, numbers as text; None takes away what is set, so that the
    default holds. `seen` is `Drafted.seen` of what the form showed: what the person left alone
    stays as others have made it. None asks for no such check.

    Raises DraftRefused, Conflict; ValueError for a path that no form may name.
    """

    def merged(base: Drafted) -> Subjects:
        return merge(base, edits, seen)

    return _write(store, merged, author)


def keep(store: Store, path: Path, *, author: Any) -> Drafted:
    """Let a change of the draft stand although something else was made live in its place."""

    def again(base: Drafted) -> Subjects:
        found = base.change_at(*path)
        return {path: found.after} if found else {}

    return _write(store, again, author)


def discard(store: Store, path: Path | None = None, *, revision: int | None = None) -> Drafted:
    """Give up the draft, or its change of one subject; the draft after that.

    With a `revision`, only if the draft is still as it was shown. Raises Outdated.
    """
    for _ in range(_TRIES):
        with transaction.atomic():
            row = _row(store)
            if revision is not None and row.revision != revision:
                raise Outdated
            if row.move_on():
                gone = row.changes.all()
                (gone if path is None else gone.filter(path=_stored(path))).delete()
                return read(store, row)
        if revision is not None:
            raise Outdated
    raise Outdated


def merge(base: Drafted, edits: Edits, seen: str | None) -> Subjects:
    """What of the edits is new, by subject. Raises DraftRefused, Conflict, ValueError."""
    wanted = base.document
    for path, value in edits.items():
        _may_be_edited(path)
        wanted = paths.put(wanted, path, value)
    mine, theirs = _subjects_of(base, wanted), paths.subjects(base.document)
    named = [one for one in {**theirs, **mine} if any(one[: len(path)] == path for path in edits)]
    shown = None if seen is None else paths.read_seen(seen)
    taken: Subjects = {}
    fought: Subjects = {}
    for path in named:
        if mine.get(path) == theirs.get(path):
            continue
        if shown is None or paths.same(theirs.get(path), shown.get(path)):
            taken[path] = mine.get(path)
        elif not paths.same(mine.get(path), shown.get(path)):
            fought[path] = mine.get(path)
    if fought:
        raise Conflict(_rivals(base, theirs, fought), base.seen(*edits))
    _must_fit(base, taken)
    return taken


def _subjects_of(base: Drafted, wanted: Document) -> Subjects:
    checked = check(base.store, wanted, base.known)
    if checked.errors:
        raise DraftRefused(checked.errors)
    return paths.subjects(checked.document)


def _must_fit(base: Drafted, taken: Subjects) -> None:
    """What is new, together with what others have made of the rest, must be fit for posting."""
    document = base.document
    for path, value in taken.items():
        document = paths.put(document, path, value)
    checked = check(base.store, document, base.known)
    if checked.section is None:
        raise DraftRefused(checked.errors)
    misfits = new_misfits(base.store, checked.section.store_rules)
    wrong = dict(about(misfits, taken)) | _lacking(misfits, taken)
    wrong |= {
        paths.name_of(path): ["the name is too long"]
        for path in taken
        if len(_stored(path)) > (_LONGEST or 0)
    }
    if wrong:
        raise DraftRefused(wrong)


def _lacking(misfits: Errors, taken: Subjects) -> dict[str, list[str]]:
    """What settings that were switched on ask for and do not find, told where they were."""
    return {
        paths.name_of(path): [
            gettext("needs %(field)s, which is chosen first: %(why)s")
            % {"field": place, "why": why}
            for place in _ASKS[path]
            for why in misfits.get(place, ())
        ]
        for path in taken
        if path in _ASKS and misfits.keys() & set(_ASKS[path])
    }


def _rivals(base: Drafted, theirs: Subjects, fought: Subjects) -> Iterable[Rival]:
    published = last_changes(base.store, [*fought])
    for path, mine in fought.items():
        by: Any = base.change_at(*path) or published.get(path)
        yield rival(path, theirs.get(path), mine, by)


def _may_be_edited(path: Path) -> None:
    """A path of the schema that is at a subject, or above some."""
    settings = paths.depths()
    known = any(
        path == one[: len(path)] or (path[: len(one)] == one and len(path) <= len(one) + levels)
        for one, levels in settings.items()
    )
    if not path or not known or path[0] in (*IDENTITY, SWITCH, ARCHIVED):
        raise ValueError(f"{paths.name_of(path)}: is no subject that can be edited")


def _write(store: Store, changed: Callable[[Drafted], Subjects], author: Any) -> Drafted:
    for _ in range(_TRIES):
        with transaction.atomic():
            row = _row(store)
            base = read(store, row)
            taken = changed(base)
            if not taken:
                return base
            if row.move_on():
                _save(row, paths.subjects(live(store)), taken, author)
                return read(store, row)
    raise Outdated


def _save(row: Draft, in_force: Subjects, taken: Subjects, author: Any) -> None:
    for path, value in taken.items():
        mine = row.changes.filter(path=_stored(path))
        if value == in_force.get(path):
            mine.delete()
            continue
        changes = {
            "before": in_force.get(path), "value": value, "author": author,
            "changed_at": clock.now(),
        }  # fmt: skip
        DraftChange.objects.update_or_create(draft=row, path=_stored(path), defaults=changes)


def _row(store: Store) -> Draft:
    return Draft.objects.get_or_create(store=store)[0]


def _stored(path: Path) -> str:
    return json.dumps(path, ensure_ascii=False)
