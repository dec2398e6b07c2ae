"""How an order is mapped by the rules in force now: from what is stored, the rules asked once."""

from __future__ import annotations

from dataclasses import dataclass

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.persons import person_of
from accounting.sale.build import build_order
from accounting.sale.built import Standing
from accounting.sale.explained import About, Explained, Told, explained
from accounts_mapping.models import snapshot
from accounts_mapping.rules.mapped_order import map_order
from connector.templatetags.pages import of
from stores.canonical.order import Order
from sync.contacts.directory import load_contacts
from sync.items.known import KnownItems
from sync.models import TrackedOrder
from xero.documents.facts import NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class Mapping:
    """The answers in the order in which a page shows them."""

    told: Explained
    groups: tuple[tuple[str, tuple[About, ...]], ...]
    wrong: int

    @property
    def summary(self) -> str:
        """`12 answers, 1 to mend`: what is folded away."""
        answers = sum(len(about.answers) for _, group in self.groups for about in group)
        said = of(answers, "answer")
        return f"{said}, {self.wrong} to mend" if self.wrong else said


def mapping_of(row: TrackedOrder, order: Order, *, posted: bool) -> Mapping | None:
    """What today's rules say of an order. `posted`: its sale is in Xero, so that no lock of a
    period moves it."""
    store, organisation = row.store, row.store.organisation
    books = Books(snapshot(store), organisation.facts() if organisation else NOT_CONNECTED)
    mapped = map_order(books.snapshot, books.organisation, order)
    contacts = Contacts()
    if organisation is not None:
        person = person_of(books.snapshot, order, mapped.naming)
        contacts = load_contacts(organisation, store.pk, [person])
        books = KnownItems.load(store, [(row, order)]).books(books, row)
    built = build_order(books, order, contacts, Standing(posted=posted), mapped)
    told = explained(books, built)
    return None if told is None else _shown(told)


def _shown(told: Explained) -> Mapping:
    groups = (
        ("Lines", told.lines),
        ("Rows of the total", told.rows),
        ("Methods of payment", told.methods),
        ("The document", (About("", "", told.document),)),
    )
    answers: list[Told] = [one for _, group in groups for about in group for one in about.answers]
    wrong = sum(1 for one in answers if one.wrong)
    return Mapping(told, tuple(one for one in groups if one[1]), wrong)
