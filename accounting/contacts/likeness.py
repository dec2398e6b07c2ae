"""When two contacts look like one: a guess that is shown to a person, and never acted upon. Pure.

Contacts stand in the order of their e-mail or of their name, and each is compared with the few
that follow it, so that the work grows with their number and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

By = Literal["email", "name"]
# How many neighbours each is compared with.
WINDOW = 5
_NEAR_EMAIL, _NEAR_NAME, _SIMILAR_NAME = 90, 90, 75
# Of short names nearly all are nearly the same.
_SHORT = 7


@dataclass(frozen=True, slots=True)
class ComparedContact:
    """One contact; `email` case folded, `likeness` as in `xero.models.mirror.likeness`."""

    pk: int
    contact_id: str
    email: str
    likeness: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts that may be one, and what speaks for it."""

    one: ComparedContact
    other: ComparedContact
    why: str

    @property
    def ids(self) -> tuple[str, str]:
        """The smaller one first: a pair is the same whichever way round."""
        first, second = sorted((self.one.contact_id, self.other.contact_id))
        return first, second


def pairs(entries: Sequence[ComparedContact], by: By, count: int) -> Iterator[Pair]:
    """Likely pairs of the first `count` entries with those that follow, in their order.

    The entries are sorted by e-mail or by likeness.
    """
    for place, one in enumerate(entries[:count]):
        for other in entries[place + 1 : place + 1 + WINDOW]:
            if why := why_alike(one, other, by):
                yield Pair(one, other, why)


def why_alike(one: ComparedContact, other: ComparedContact, by: By) -> str:
    """What makes the two look like one; "" where nothing does."""
    same_email = bool(one.email) and one.email == other.email
    if by == "email":
        return "The same e-mail" if same_email else _near_email(one, other)
    if same_email or not one.likeness or not other.likeness:
        return ""
    if one.likeness == other.likeness:
        return "The same name" + _other_email(one, other)
    if min(len(one.likeness), len(other.likeness)) < _SHORT:
        return ""
    near = fuzz.ratio(one.likeness, other.likeness, score_cutoff=_NEAR_NAME)
    return "Nearly the same name" + _other_email(one, other) if near else ""


def _near_email(one: ComparedContact, other: ComparedContact) -> str:
    """Two addresses differ by little all the time: the names must be similar as well."""
    if not one.email or not other.email:
        return ""
    near = fuzz.ratio(one.email, other.email, score_cutoff=_NEAR_EMAIL)
    similar = fuzz.ratio(one.likeness, other.likeness, score_cutoff=_SIMILAR_NAME)
    return "Nearly the same e-mail and name" if near and similar else ""


def _other_email(one: ComparedContact, other: ComparedContact) -> str:
    return ", another e-mail" if one.email and other.email else ""
