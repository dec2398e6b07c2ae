"""How an order is mapped by the rules in force now: from what is stored, the rules asked once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.persons import person_of
from accounting.history import NOTHING_YET, SOLD
from accounting.sale.build import build_order
from accounting.sale.explained import ITEM, About, Explained, Told, explained
from accounts_mapping.models import snapshot
from accounts_mapping.rules.mapped_order import Naming, map_order
from connector.templatetags.pages import of
from stores.canonical.order import Order
from sync.contacts.directory import load_contacts
from sync.items.known import KnownItems
from sync.models import TrackedOrder
from xero.documents.facts import NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class Thing:
    """A line, a row of the total or a method of payment. `item` is a line's own."""

    title: str
    code: str
    item: Told | None


@dataclass(frozen=True, slots=True)
class Alike:
    """Things of which the rules say the same."""

    things: tuple[Thing, ...]
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """The answers in the order in which a page shows them. `holds` are those that the order's own
    reasons do not say; `wrong` counts the answers that cannot be posted."""

    told: Explained
    holds: tuple[Told, ...]
    groups: tuple[tuple[str, tuple[Alike, ...]], ...]
    wrong: int

    @property
    def summary(self) -> str:
        """`12 answers, 1 to mend`: what is folded away."""
        said = of(sum(len(one.answers) for _, group in self.groups for one in group), "answer")
        return f"{said}, {self.wrong} to mend" if self.wrong else said


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
    books = rules_of(row)
    mapped = map_order(books.snapshot, books.organisation, order)
    books, contacts = with_known(books, row, order, mapped.naming)
    built = build_order(books, order, contacts, SOLD if posted else NOTHING_YET, mapped)
    told = explained(books, built)
    return None if told is None else _shown(told, {one["message"] for one in row.reasons})


def _shown(told: Explained, known: Collection[str]) -> Mapping:
    groups = (
        ("Lines", _alike(told.lines)),
        ("Rows of the total", _alike(told.rows)),
        ("Methods of payment", _alike(told.methods)),
        ("The document", (Alike((), told.document),)),
    )
    wrong = sum(bool(a.wrong) for _, group in groups for one in group for a in one.answers)
    holds = tuple(one for one in told.holds if one.value not in known)
    return Mapping(told, holds, tuple(one for one in groups if one[1]), wrong)


def _alike(group: Iterable[About]) -> tuple[Alike, ...]:
    """Those with the same answers together, where the first of them stands."""
    found: dict[tuple[Told, ...], list[Thing]] = {}
    for about in group:
        item = next((one for one in about.answers if one.what == ITEM), None)
        answers = tuple(one for one in about.answers if one is not item)
        found.setdefault(answers, []).append(Thing(about.title, about.code, item))
    return tuple(Alike(tuple(things), answers) for answers, things in found.items())
