"""What orders would become, without sending anything: the `preview` command's work."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.matching import find_contact
from accounting.contacts.persons import shared_person
from accounting.eligibility import skipped, unreadable_elsewhere, untold
from accounting.gift_cards import CardBook
from accounting.items.codes import item_code
from accounting.orders import Outcome, account_for
from accounting.plan.plan import Plan, documents_of
from accounting.reasons import Reason, gone, unreadable
from accounting.sale.built import HELD, READY, SKIPPED, Built
from accounting.sale.explained import explained
from accounting.sale.numbers import document_number
from accounting.summary.documents import PURPOSES, by_place, day_number, packs, summarised
from accounting.summary.parts import Part
from accounts_mapping.rules.unread import PassedBy, passed_by
from connector.lib.exact_json import tame
from connector.lib.money import plain
from connector.lib.texts.said import said
from stores.canonical.order import Order, Whereabouts
from stores.canonical.records import ParseError, ParseFacts, RecordRef, Stream
from stores.profile import Field
from stores.settings import Only
from xero.documents.documents import Document
from xero.documents.facts import ItemFacts
from xero.documents.kinds import Kind
from xero.documents.payloads import shown
from xero.documents.sources import sources


class Reader(Protocol):
    """The pure part of an adapter."""

    def parse(self, stream: Stream, record: Mapping[str, Any], facts: ParseFacts) -> Any: ...
    def identify(self, stream: Stream, record: Mapping[str, Any]) -> RecordRef: ...
    def scrub(self, record: Mapping[str, Any]) -> dict[str, Any]: ...
    def whereabouts(self, record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts: ...


@dataclass(slots=True)
class Preview:
    """Builds order after order; later ones see the contacts, numbers and gift cards of earlier
    ones. `asked`: the shop was asked for the products, and lacks those that are not known."""

    books: Books
    reader: Reader
    facts: ParseFacts
    contacts: Contacts = field(default_factory=Contacts)
    cards: CardBook = field(default_factory=CardBook)
    asked: bool = False
    _orders: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _parts: list[Part] = field(default_factory=list)

    def add(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """One order's preview as `preview --json` shows it."""
        try:
            order = self._read(record)
        except ParseError as error:
            where = self.reader.whereabouts(record, self.facts)
            elsewhere = unreadable_elsewhere(self.books.snapshot, where)
            status = SKIPPED if elsewhere else HELD
            built = Built(status, (elsewhere or unreadable(error),))
            return _shown(self.books, self._number(record), built, Plan(), {})
        outcome = self._build(order)
        contact = outcome.built.contact
        if contact is not None and contact.contact is not None:
            self.contacts.add_new(contact.contact)
        self._parts += outcome.parts
        return _shown(self.books, order.number, outcome.built, outcome.plan, record)

    def _read(self, record: Mapping[str, Any]) -> Any:
        """The order; ParseError also for what could not be kept of its record."""
        whole, flaws = tame(record)
        order = self.reader.parse(Stream.ORDERS, whole, self.facts)
        for flaw in (*flaws, *tame(self.reader.scrub(whole))[1]):
            raise ParseError(flaw.path, None, flaw.message, code="unreadable")
        return order

    def summaries(self) -> list[dict[str, Any]]:
        """The summaries of the orders so far, one for each day, currency and contact."""
        found = []
        given: Counter[tuple[str, Kind]] = Counter()
        for (day, currency, name), parts in by_place(self._parts):
            number = day_number(self.books, day, currency)
            first = max(given[number, kind] for kind in PURPOSES) + 1
            policy = self.books.snapshot.rules.contacts.archived
            answer = find_contact(shared_person(name), self.contacts, archived=policy)
            documents: list[Document] = []
            if answer.contact is not None:
                documents.append(answer.contact)
                self.contacts.add_new(answer.contact)
            for kind in PURPOSES:
                for pack in packs(self.books, (p for p in parts if p.kind is kind)):
                    given[number, kind] += 1
                    summary = summarised(
                        self.books, pack, answer.id, given[number, kind], answer.terms
                    )
                    documents.append(summary.document)
                    documents += [one.document for one in summary.money]
            numbers = sorted({part.rank[:2]: part.order_number for part in parts}.items())
            found.append(
                {
                    "number": number if first == 1 else f"{number}-{first}",
                    "orders": [shown for _, shown in numbers],
                    "documents": [_document(one) for one in documents],
                }
            )
        return found

    def _plan(self, books: Books, order: Order) -> Outcome:
        """As it would be posted. Where nobody has asked the shop yet which part of it the order
        is of, it is taken to be one that the store reads, and says so."""
        lacking = passed_by(books.snapshot, books.organisation, order) if self.asked else PassedBy()
        if lacking.taxed and skipped(books.snapshot, order) is None:
            return Outcome(Built(HELD, (gone(lacking),)), Plan())
        keys = untold(books.snapshot, order)
        if not keys:
            return account_for(books, order, self.contacts)
        profile = books.snapshot.store
        only = profile.only.model_copy(update=dict.fromkeys(keys, ()))
        anyway = replace(books.snapshot, store=profile.model_copy(update={"only": only}))
        outcome = account_for(replace(books, snapshot=anyway), order, self.contacts)
        reasons = (*outcome.built.reasons, *(_part_unknown(profile.only, key) for key in keys))
        return replace(outcome, built=replace(outcome.built, reasons=reasons))

    def _build(self, order: Order) -> Outcome:
        if order.id in self._orders:
            text = said(
                "Order %(number)s was given before. It is posted once.", number=order.number
            )
            return Outcome(Built(SKIPPED, (Reason("duplicate", text, Field.ID),)), Plan())
        books = replace(self.books, cards=self.cards.facts(order))
        outcome = self._plan(books, order)
        built = outcome.built
        if built.status != READY:
            return outcome
        number = document_number(books.snapshot, order)
        if number in self._numbers:
            text = said(
                "%(number)s is the number of another order of this list. Number the orders apart, "
                "or give the stores different values of number_prefix.",
                number=number,
            )
            return Outcome(Built(HELD, (Reason("number_taken", text, Field.NUMBER),)), Plan())
        self._orders.add(order.id)
        self._numbers.add(number)
        self.cards.put(order.id, built.cards)
        return outcome

    def _number(self, record: Mapping[str, Any]) -> str:
        try:
            return self.reader.identify(Stream.ORDERS, record).number
        except ParseError:
            return ""


def _part_unknown(only: Only, key: str) -> Reason:
    text = said(
        "`only.%(key)s` names %(names)s, and the shop was not asked yet which codes its parts "
        "have: whether this store reads the order is not known. A sync asks it, and so does Test "
        "connection on the store's page.",
        key=key,
        names=", ".join(getattr(only, key)),
    )
    return Reason("part_unknown", text, f"only.{key}")


def _placed(reason: Reason, record: Mapping[str, Any]) -> Reason:
    """The reason with its path from the top of the record, where the order stands in `order`."""
    inner = record.get("order")
    first = re.split(r"[.\[]", reason.field, maxsplit=1)[0]
    if isinstance(inner, Mapping) and first in inner and first not in record:
        return replace(reason, field=f"order.{reason.field}")
    return reason


def given_facts(context: Mapping[str, Any], *, shop_timezone: str) -> ParseFacts:
    """The facts of a `--context` file. Raises ValueError that names a wrong key."""
    unknown = set(context) - {"products", "customer_groups", "config"}
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]}: unknown key")
    products = _section(context, "products")
    groups = _section(context, "customer_groups")
    config = _section(context, "config")
    inclusive = config.get("prices_include_tax")
    if inclusive is not None and not isinstance(inclusive, bool):
        raise ValueError("config.prices_include_tax: must be true or false")
    return ParseFacts(
        shop_timezone=shop_timezone,
        prices_include_tax=inclusive,
        products={sku: _section(products, sku, "products.") for sku in products},
        customer_groups={str(key): str(name) for key, name in groups.items()},
    )


def over(known: ParseFacts, given: ParseFacts) -> ParseFacts:
    """What a `--context` file gives, over what is known of the shop."""
    inclusive = given.prices_include_tax
    return replace(
        known,
        prices_include_tax=known.prices_include_tax if inclusive is None else inclusive,
        products={**known.products, **given.products},
        customer_groups={**known.customer_groups, **given.customer_groups},
    )


def known_items(facts: ParseFacts) -> dict[str, ItemFacts]:
    """By SKU, the items that the context says Xero has."""
    known = (sku for sku, about in facts.products.items() if about.get("item_known"))
    return {sku: ItemFacts(item_code(sku)) for sku in known}


def _section(context: Mapping[str, Any], key: str, at: str = "") -> dict[str, Any]:
    value = context.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{at}{key}: must be an object")
    return value


def _shown(
    books: Books, number: str, built: Built, plan: Plan, record: Mapping[str, Any]
) -> dict[str, Any]:
    ready = built.status not in (HELD, SKIPPED)
    platform, told = books.snapshot.platform, explained(books, built)
    reasons = (reason.of_records(platform) for reason in (*built.reasons, *plan.reasons))
    return {
        "order": number,
        "status": built.status,
        "reasons": [_placed(reason, record).as_json() for reason in reasons],
        "documents": [_document(one) for one in documents_of(built, plan)] if ready else [],
        "mapping": told.as_json() if told is not None else None,
    }


def _document(document: Document) -> dict[str, Any]:
    totals = document.expected()
    return {
        "kind": document.kind.value,
        "payload": shown(document.payload()),
        "expected": None
        if totals is None
        else {
            "SubTotal": plain(totals.sub_total),
            "TotalTax": plain(totals.total_tax),
            "Total": plain(totals.total),
        },
        **({"sources": found} if (found := sources(document)) else {}),
    }
