"""Why an edit or a publication did not happen: in each case nothing was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts_mapping.sections.paths import Path, name_of
from connector.lib.texts.said import at_field

# By the dotted path of a field within the store's section, what is wrong with it.
Errors = Mapping[str, list[str]]


class DraftRefused(Exception):
    """What was typed would be refused by `config import`, or by posting."""

    def __init__(self, errors: Errors) -> None:
        self.errors = {place: list(messages) for place, messages in errors.items()}
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """`posting.due_days: must be …`."""
        return [at_field(place, one) for place, texts in self.errors.items() for one in texts]

    def at(self, *path: int | str) -> list[str]:
        """What is wrong at a field, or inside it."""
        return at(self.errors, *path)


def at(errors: Errors, *path: int | str) -> list[str]:
    """What is wrong at a field, or inside it: of inside with the place."""
    here = name_of(path)
    found = list(errors.get(here, ()))
    for place, messages in errors.items():
        if place.startswith((f"{here}.", f"{here}[")):
            inner = place.removeprefix(here).lstrip(".")
            found += [at_field(inner, one) for one in messages]
    return found


@dataclass(frozen=True, slots=True)
class Rival:
    """Another's change of a subject: their value (None: they took it away), and mine.

    `author` is a user or None; `version` the number of the version that brought it, None where it
    is in the draft.
    """

    path: Path
    theirs: Any
    mine: Any
    author: Any
    at: datetime | None
    version: int | None = None

    @property
    def field(self) -> str:
        return name_of(self.path)


class Conflict(Exception):
    """Somebody else changed the same since the form was shown, or since the draft was made.

    `seen` is what the form is to send along the next time: with it, mine takes theirs' place.
    """

    def __init__(self, rivals: Iterable[Rival], seen: str = "") -> None:
        self.rivals = tuple(rivals)
        self.seen = seen
        super().__init__(", ".join(one.field for one in self.rivals))


class Outdated(Exception):
    """What was shown is not what is there any more: it is to be looked at again."""
