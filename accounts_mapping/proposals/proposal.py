"""What is proposed: a setting, its value, why, and how sure it is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from connector.lib.texts.said import said
from xero.documents.facts import AccountFacts, OrganisationFacts, TaxRateFacts

# A path of a store's configuration, as drafts have it: codes of shops have dots.
Path = tuple[str, ...]


class Sure(StrEnum):
    """How sure a proposal is. All but guesses may be accepted together."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """A value for one setting. `item` is what it is about in the shop's or the bookkeeper's words,
    `shown` the value as a person reads it, `why` a sentence. `adds`: the value is one more entry
    of the list that stands at the path."""

    path: Path
    value: Any
    item: str
    shown: str
    why: str
    sure: Sure
    adds: bool = False

    @property
    def field(self) -> str:
        """The path as reasons and the inbox write it."""
        return ".".join(self.path)

    @property
    def key(self) -> str:
        """What a form names it by: equal for the same setting and value only."""
        return f"{self.field}={self.value!r}"

    def of_the_table(self) -> MappingProposal:
        """The same of a tax that no order bore yet: it stands in the shop's own table, and is at
        most likely."""
        why = said("It stands in the shop's own table of taxes. %(why)s", why=self.why)
        sure = Sure.LIKELY if self.sure is Sure.CERTAIN else self.sure
        return replace(self, why=why, sure=sure)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that the organisation lacks, as it would be made in Xero at a click: `payments` to
    it are enabled."""

    code: str
    name: str
    type: str
    item: str
    why: str
    payments: bool = False


@dataclass(frozen=True, slots=True)
class NoProposal:
    """Something for which nothing can be proposed, and what a person does about it."""

    path: Path
    item: str
    text: str


@dataclass(slots=True)
class StoreProposals:
    """All that a look at a store gives."""

    proposals: list[MappingProposal] = field(default_factory=list)
    missing: list[NewAccount] = field(default_factory=list)
    gaps: list[NoProposal] = field(default_factory=list)

    def add(self, other: StoreProposals) -> None:
        self.proposals += other.proposals
        self.missing += other.missing
        self.gaps += other.gaps


def called(account: AccountFacts) -> str:
    """`200 Sales`; a bank account may have no code."""
    return f"{account.code} {account.name}".strip()


def named_by(account: AccountFacts) -> str:
    """What the configuration names the account by."""
    return account.code or account.account_id


def usable(organisation: OrganisationFacts) -> list[AccountFacts]:
    """Active accounts that are not Xero's own, each once, in the order of their codes."""
    distinct = {one.account_id: one for one in organisation.accounts.values()}
    found = [one for one in distinct.values() if one.status == "ACTIVE" and not one.system_account]
    return sorted(found, key=lambda one: (one.code or "~", one.name))


def fits(account: AccountFacts, rate: TaxRateFacts | None) -> bool:
    """Whether Xero lets an active tax type be used with the account."""
    return rate is not None and rate.status == "ACTIVE" and account.account_class in rate.applies_to


def by_name(
    accounts: Iterable[AccountFacts], words: Iterable[str], fit: Callable[[AccountFacts], bool]
) -> list[AccountFacts]:
    """Fitting accounts whose name holds one of the words: those of the first word first, and of
    these the shortest names."""
    fitting = [one for one in accounts if fit(one)]
    found: dict[str, AccountFacts] = {}
    for word in words:
        having = [one for one in fitting if holds(one.name, word)]
        for one in sorted(having, key=lambda one: (len(one.name), one.code)):
            found.setdefault(one.account_id, one)
    return list(found.values())


def holds(text: str, word: str) -> bool:
    """Whether the text holds the word, or words, whole; blanks and signs count alike."""
    return f" {plain_words(word)} " in f" {plain_words(text)} "


def plain_words(text: str) -> str:
    """In small letters, anything but letters and digits a blank."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
