"""An order that is looked at and not kept: asked of the shop, stored already, or pasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.preview import Preview
from accounts_mapping.rules.resolve import about_products
from accounts_mapping.rules.schema import StoreRules
from connector.lib import exact_json
from connector.pages.orders.detail import totals
from connector.pages.orders.mapping import Mapping as Mapped
from connector.pages.orders.mapping import mapping_by, with_known
from connector.pages.wording import Why, reasons_of
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.models import Store
from sync.ingest.ask_order import ask_order
from sync.models import TrackedOrder
from sync.parsing import parse_facts, parsed_raw, with_products
from xero.documents.kinds import SPECS

# A person waits for the shop's answer before a page.
_PATIENCE = {"connect_timeout": 3.0, "read_timeout": 10.0, "total_timeout": 20.0}
# Of what is pasted; a list of a shop's API is longer at times.
MOST = 10


@dataclass(frozen=True, slots=True)
class Given:
    """Records as the shop's API answers them, and what a parser needs beside them. `asked`: the
    shop was asked just now."""

    records: Sequence[Mapping[str, Any]]
    facts: ParseFacts
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What one order would become. `order` is None where it cannot be read; `ours` is the total
    of its sale and its currency, None where it becomes none."""

    number: str
    status: str
    reasons: list[Why]
    documents: list[dict[str, Any]]
    summaries: list[str]
    order: Order | None
    mapping: Mapped | None
    ours: tuple[Decimal, str] | None

    @property
    def extra_rows(self) -> list[tuple[str, Decimal]]:
        return list(totals(self.order)) if self.order is not None else []

    @property
    def difference(self) -> Decimal | None:
        """None also where the sale is converted to the currency of the books."""
        if self.order is None or self.ours is None or self.ours[1] != self.order.currency:
            return None
        return self.ours[0] - self.order.total


class OrderForm(forms.Form):
    """Which order: one of the fields."""

    number = forms.CharField(
        label=gettext_lazy("Number of the order"), required=False, max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "As the customer sees it, or the shop's own id. The shop is asked for it."
        ),
    )  # fmt: skip
    pasted = forms.CharField(
        label=gettext_lazy("Or paste an order"), required=False, max_length=1_000_000,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "class": "mono"}),
        help_text=gettext_lazy("JSON, as the shop's API answers it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.values()):
            self.add_error("number", _("Type the number of an order, or paste one."))
        return given


def pasted(store: Store, text: str) -> Given:
    """Raises ValueError that says what is wrong with it."""
    try:
        raw = exact_json.loads(text)
        records = registry.reader(store.platform).documents_of(raw)
    except ParseError as error:
        raise ValueError(str(error)) from None
    except ValueError as error:
        raise ValueError(_("This is not JSON: %(why)s") % {"why": error}) from None
    if not records:
        raise ValueError(_("No order stands in it."))
    if len(records) > MOST:
        raise ValueError(_("More than %(most)s orders stand in it. Paste fewer.") % {"most": MOST})
    return Given(records, parse_facts(store))


def asked(store: Store, number: str, rules: StoreRules | None = None) -> Given:
    """Raises the shop's errors."""
    answer = ask_order(store, number, rules, **_PATIENCE)
    return Given(answer.records, answer.facts, asked=True)


def stored(row: TrackedOrder) -> Given:
    return Given([row.record.record], parse_facts(row.store))


def looked_at(store: Store, books: Books, given: Given, by: str = "") -> list[Looked]:
    """What each would become by these rules; `by` says which they are, where they are not in
    force. Nothing is kept."""
    return [_looked_at(store, books, given, record, by) for record in given.records]


def _looked_at(
    store: Store, books: Books, given: Given, record: Mapping[str, Any], by: str
) -> Looked:
    facts = _with_products(store, books, given, record)
    order, contacts, mapping = _order(store, record, facts), Contacts(), None
    row = TrackedOrder(store=store, number=order.number if order else "")
    known = books
    if order is not None:
        known, contacts = with_known(books, row, order)
    made = Preview(known, registry.reader(store.platform), facts, contacts, asked=given.asked)
    found = made.add(record)
    row.reasons = found["reasons"]
    if order is not None:
        mapping = mapping_by(books, row, order, by=by)
    return Looked(
        found["order"], found["status"], reasons_of(found["reasons"], store.slug),
        [one | {"name": SPECS[one["kind"]].name} for one in found["documents"]],
        [one["number"] for one in made.summaries()], order, mapping,
        next(_sums(found["documents"]), None),
    )  # fmt: skip


def _sums(documents: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Decimal, str]]:
    """The totals of the documents that have one: the sale comes first."""
    for one in documents:
        if one["expected"] is not None:
            yield Decimal(one["expected"]["Total"]), one["payload"]["CurrencyCode"]


def _order(store: Store, record: Mapping[str, Any], facts: ParseFacts) -> Order | None:
    """None where it cannot be read: the preview says why."""
    whole, flaws = exact_json.tame(record)
    try:
        order = parsed_raw(registry.reader(store.platform), Stream.ORDERS, whole, facts)
    except ParseError:
        return None
    assert isinstance(order, Order)
    return None if flaws else order


def _with_products(
    store: Store, books: Books, given: Given, record: Mapping[str, Any]
) -> ParseFacts:
    """Where rules ask about products, with what is stored of those that it names."""
    order = _order(store, record, given.facts)
    if order is None or not about_products(books.snapshot.rules):
        return given.facts
    read = with_products(store, given.facts, {line.sku for line in order.lines})
    return replace(given.facts, products=read.products | given.facts.products)
