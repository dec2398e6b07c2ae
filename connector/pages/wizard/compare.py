"""The last orders as the shop has them, beside what would be posted of them. Nothing is sent.

The rules in force are asked; the cut-over is left aside, so that orders of before show too how they
would be posted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.eligibility import local_date
from accounting.reasons import Reason, unreadable
from accounting.reconcile.expected import figures_of
from accounting.sale.build import build_order
from accounting.sale.built import HELD, READY, Built
from accounts_mapping.models import snapshot
from accounts_mapping.rules.resolve import about_products
from connector.lib import clock
from connector.lib.money import ZERO
from connector.pages.wording import Why, reasons_of
from connector.templatetags.pages import day, money
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, Stream
from stores.models import Store
from sync.items.known import KnownItems
from sync.models import TrackedOrder
from sync.parsing import parse_facts, parsed, with_products
from sync.trials.latest import MOST
from xero.documents.facts import NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class BothSides:
    """An order on both sides. `ours` is None where nothing would be posted; `said` explains a
    difference, or why there is nothing; `may_post`: it could be posted as it is; `early`: it was
    placed before the cut-over; `unexplained`: the two differ, and nothing says why."""

    row: TrackedOrder
    status: str
    currency: str = ""
    shop: Decimal | None = None
    ours: Decimal | None = None
    ours_in: str = ""
    said: tuple[str, ...] = ()
    reasons: tuple[Why, ...] = ()
    may_post: bool = False
    early: bool = False
    unexplained: bool = False

    @property
    def difference(self) -> Decimal | None:
        """None where the two are not comparable."""
        if self.ours is None or self.shop is None or self.ours_in != self.currency:
            return None
        return self.ours - self.shop

    @property
    def same(self) -> bool:
        return self.difference == 0

    @property
    def state(self) -> tuple[str, str]:
        """The state in the stylesheet, and its word."""
        if self.status == HELD:
            return "held", _("Needs you")
        if self.status != READY:
            return "skipped", _("Not synced")
        if self.unexplained:
            return "mismatch", _("Differs")
        return "posted", _("Same") if self.same else _("Explained")


@dataclass(frozen=True, slots=True)
class SharedReason:
    """One reason that several orders have, word for word, and these."""

    why: Why
    rows: tuple[TrackedOrder, ...]


def shared_reasons(lines: Sequence[BothSides]) -> list[SharedReason]:
    """What more than one of them says, the most frequent first: it is mended once for all."""
    rows: dict[Why, list[TrackedOrder]] = defaultdict(list)
    for line in lines:
        for why in dict.fromkeys(line.reasons):
            rows[why].append(line.row)
    found = [SharedReason(why, tuple(some)) for why, some in rows.items() if len(some) > 1]
    return sorted(found, key=lambda one: -len(one.rows))


def last_orders(store: Store) -> list[TrackedOrder]:
    """Those that were placed last, the newest first."""
    rows = TrackedOrder.objects.filter(store=store).select_related("record", "store")
    return list(rows.order_by("-placed_at", "-pk")[:MOST])


def side_by_side(store: Store) -> list[BothSides]:
    """The last orders, built by what is live. A fixed number of queries."""
    rows = last_orders(store)
    reader, facts = registry.reader(store.platform), parse_facts(store)
    rules = snapshot(store)
    orders: dict[int, Order | ParseError] = {}
    for row in rows:
        orders[row.pk] = _read(reader, row, facts)
    if about_products(rules.rules):
        skus = {line.sku for one in orders.values() if isinstance(one, Order) for line in one.lines}
        facts = with_products(store, facts, skus)
        orders = {row.pk: _read(reader, row, facts) for row in rows}
    organisation = store.organisation
    known = organisation.facts() if organisation else NOT_CONNECTED
    anyway = replace(rules, store=rules.store.model_copy(update={"cut_over": None}))
    books = Books(anyway, known, today=clock.today(rules.store.timezone))
    pairs = [(row, one) for row in rows if isinstance(one := orders[row.pk], Order)]
    items = KnownItems.load(store, pairs) if organisation else None
    found = []
    for row in rows:
        one = orders[row.pk]
        if isinstance(one, ParseError):
            found.append(_held(row, unreadable(one)))
            continue
        mine = items.books(books, row) if items is not None else books
        found.append(_beside(mine, row, one, rules.store.cut_over))
    return found


def _read(reader: Any, row: TrackedOrder, facts: Any) -> Order | ParseError:
    try:
        order = parsed(reader, Stream.ORDERS, row.record, facts)
    except ParseError as error:
        return error
    assert isinstance(order, Order)
    return order


def _held(row: TrackedOrder, reason: Reason) -> BothSides:
    return BothSides(row, HELD, reasons=tuple(reasons_of([reason.kept()], row.store.slug)))


def _beside(books: Books, row: TrackedOrder, order: Order, cut_over: Any) -> BothSides:
    built = build_order(books, order, Contacts())
    document = built.invoice or built.receipt
    totals = document.expected() if document is not None else None
    told = [reason.of_records(books.snapshot.platform).kept() for reason in built.reasons]
    early = cut_over is not None and local_date(books.snapshot, order.placed_at) < cut_over
    found = BothSides(
        row, built.status, order.currency, order.total,
        None if totals is None else totals.total,
        document.currency if document is not None else "",
        reasons=tuple(reasons_of(told, row.store.slug)),
        may_post=built.status == READY and document is not None and not early, early=early,
    )  # fmt: skip
    said, rest = _explained(books, order, built, found)
    if early:
        said.append(
            _("Placed before %(day)s, the cut-over: it is not posted.") % {"day": day(cut_over)}
        )
    return replace(found, said=tuple(said), unexplained=bool(rest))


def _explained(
    books: Books, order: Order, built: Built, found: BothSides
) -> tuple[list[str], Decimal]:
    """Why the two totals are not the same, and what is left unexplained."""
    if found.ours is None or found.same:
        return [], ZERO
    if found.ours_in != found.currency:
        told = _("Posted in %(currency)s, which the books are kept in.")
        return [told % {"currency": found.ours_in}], ZERO
    said: list[str] = []
    figures = figures_of(books, order, tax=built.tax, mapped=built.mapped)
    rest = found.ours - figures.invoiced
    if figures.tendered:
        amount = f"{money(figures.tendered, order.currency)} {order.currency}"
        told = _(
            "%(amount)s was paid with what the shop itself issued, such as a gift card: the "
            "invoice holds it, and is settled from there."
        )
        said.append(told % {"amount": amount})
    if rest:
        amount = f"{money(rest, order.currency)} {order.currency}"
        told = _("%(amount)s is not explained: look at the order’s lines before you go on.")
        said.append(told % {"amount": amount})
    return said, rest
