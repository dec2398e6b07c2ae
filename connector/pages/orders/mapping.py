"""How an order is mapped by the rules in force now: from what is stored, the rules asked once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.persons import person_of
from accounting.history import NOTHING_YET, SOLD, History
from accounting.sale.build import build_order
from accounting.sale.explained import ITEM, About, Explained, Told, explained
from accounts_mapping.models import snapshot
from accounts_mapping.rules.mapped_order import Naming, map_order
from connector.pages.mapping.subjects import field_url, is_setting, missing_url
from connector.templatetags.pages import of
from stores.canonical.order import Order
from sync.contacts.directory import load_contacts
from sync.items.known import KnownItems
from sync.models import TrackedOrder
from xero.documents.facts import NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class AnsweredThing:
    """A line, a row of the total or a method of payment. `item` is a line's own."""

    title: str
    code: str
    item: Told | None


@dataclass(frozen=True, slots=True)
class Alike:
    """Things of which the rules say the same."""

    things: tuple[AnsweredThing, ...]
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer of the rules, and what it is of: of a group such as the lines, some that are
    alike. `url` is the field that decides it, "" where no page has one."""

    group: str
    things: tuple[AnsweredThing, ...]
    told: Told
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The answers in the order in which a page shows them. `holds` are those that the order's own
    reasons do not say; `wrong` counts the answers that cannot be posted. `store` is its slug."""

    told: Explained
    holds: tuple[Told, ...]
    groups: tuple[tuple[str, tuple[Alike, ...]], ...]
    wrong: int
    store: str
    built_by: int | None = None
    by_others: str = ""

    @property
    def rows(self) -> list[AnswerRow]:
        """One for each answer."""
        return [
            AnswerRow(group, alike.things, told, self.place_of(told))
            for group, found in self.groups
            for alike in found
            for told in alike.answers
        ]

    def place_of(self, told: Told) -> str:
        """Where a person changes this answer."""
        where = missing_url if told.wrong else field_url
        return where(self.store, told.source) if is_setting(told.source) else ""

    @property
    def summary(self) -> str:
        """`12 answers, 1 to mend`: what is folded away."""
        said = of(len(self.rows), "answer")
        if not self.wrong:
            return said
        return _("%(answers)s, %(count)s to mend") % {"answers": said, "count": self.wrong}

    @property
    def by(self) -> str:
        """By which version of the rules, and by which the order was built last."""
        if self.by_others:
            return self.by_others
        version = self.told.version
        if not version:
            said = _("By the defaults: no rules are saved yet")
        else:
            said = _("By version %(version)s of the rules, in force now") % {"version": version}
        if not self.built_by or self.built_by == version:
            return said
        return _("%(said)s; last built by version %(version)s") % {
            "said": said, "version": self.built_by,
        }  # fmt: skip


def rules_of(row: TrackedOrder) -> Books:
    """The rules in force for an order, and its organisation as it was read last."""
    organisation = row.store.organisation
    return Books(snapshot(row.store), organisation.facts() if organisation else NOT_CONNECTED)


def with_known(
    books: Books, row: TrackedOrder, order: Order, naming: Naming | None = None
) -> tuple[Books, Contacts]:
    """The same with the items that the order's lines may name, and the contacts that it may be
    of: a fixed number of queries."""
    store = row.store
    if store.organisation is None:
        return books, Contacts()
    person = person_of(books.snapshot, order, naming)
    contacts = load_contacts(store.organisation, store.pk, [person])
    return KnownItems.load(store, [(row, order)]).books(books, row), contacts


def mapping_of(row: TrackedOrder, order: Order, *, posted: bool) -> Mapping | None:
    """What today's rules say of an order. `posted`: its sale is in Xero, so that no lock of a
    period moves it."""
    return mapping_by(rules_of(row), row, order, history=SOLD if posted else NOTHING_YET)


def mapping_by(
    books: Books, row: TrackedOrder, order: Order, history: History = NOTHING_YET, by: str = ""
) -> Mapping | None:
    """What these rules say of it; `by` says which they are, where they are not those in force."""
    mapped = map_order(books.snapshot, books.organisation, order)
    books, contacts = with_known(books, row, order, mapped.naming)
    told = explained(books, build_order(books, order, contacts, history, mapped))
    if told is None:
        return None
    known = {one["message"] for one in row.reasons}
    return _shown(told, known, row.mapping_version, row.store.slug, by)


def _shown(
    told: Explained, known: Collection[str], built_by: int | None, store: str, by: str
) -> Mapping:
    groups = (
        (_("Lines"), _alike(told.lines)),
        (_("Rows of the total"), _alike(told.rows)),
        (_("Methods of payment"), _alike(told.methods)),
        (_("The document"), (Alike((), told.document),)),
    )
    wrong = sum(bool(a.wrong) for __, group in groups for one in group for a in one.answers)
    holds = tuple(one for one in told.holds if one.value not in known)
    return Mapping(told, holds, tuple(one for one in groups if one[1]), wrong, store, built_by, by)


def _alike(group: Iterable[About]) -> tuple[Alike, ...]:
    """Those with the same answers together, where the first of them stands."""
    found: dict[tuple[Told, ...], list[AnsweredThing]] = {}
    for about in group:
        item = next((one for one in about.answers if one.what == ITEM), None)
        answers = tuple(one for one in about.answers if one is not item)
        found.setdefault(answers, []).append(AnsweredThing(about.title, about.code, item))
    return tuple(Alike(tuple(things), answers) for answers, things in found.items())
