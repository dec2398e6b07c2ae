"""What a store shows, from the rows that are kept of it: as proposals and the inbox need it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from accounts_mapping.proposals.payments import Method
from accounts_mapping.proposals.propose import SeenRow, ShopShows
from accounts_mapping.seen.facts import Showed
from accounts_mapping.seen.pairs import TaxPair
from accounts_mapping.seen.read import Seen, of_kind, seen
from connector.lib.money import parse_decimal, plain
from stores.models import Store


def shows_of(store: Store) -> ShopShows:
    """What the shop said that it has, and what its orders showed. One query."""
    return shown_by(store.facts, seen(store))


def shown_by(facts: dict[str, Any], found: Sequence[Seen]) -> ShopShows:
    """The same, of facts and rows at hand."""
    return ShopShows(
        statuses=_pairs(facts, "statuses"),
        seen_statuses=tuple(
            (one.part("status"), one.orders) for one in of_kind(found, Showed.STATUS)
        ),
        methods=_methods(facts, found),
        taxes=tuple(_tax(one) for one in of_kind(found, Showed.TAX)),
        rows=tuple(
            SeenRow(one.part("code"), one.title, one.orders, one.sample)
            for one in of_kind(found, Showed.TOTAL_ROW)
        ),
        currencies=_currencies(facts, found),
        ships=bool(of_kind(found, Showed.SHIPPING_METHOD)),
        table=tuple(_table(facts)),
    )


def _pairs(facts: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(code), str(name)) for code, name in facts.get(key) or ())


def _methods(facts: dict[str, Any], found: Sequence[Seen]) -> tuple[Method, ...]:
    """Those that orders used, then those that the shop has beside them."""
    methods = {
        one.part("method"): Method(
            one.part("method"),
            one.title,
            one.orders,
            tuple(part.currency for part in one.sums),
            one.sample,
        )
        for one in of_kind(found, Showed.PAYMENT_METHOD)
    }
    titles = {one.title for one in methods.values()}
    for code, title in _pairs(facts, "payment_methods"):
        if title not in titles:
            methods.setdefault(code, Method(code, title))
    return tuple(methods.values())


def _currencies(facts: dict[str, Any], found: Sequence[Seen]) -> tuple[tuple[str, int], ...]:
    """Those that orders were in, then those that the shop takes beside them."""
    seen = {one.part("currency"): one.orders for one in of_kind(found, Showed.CURRENCY)}
    told = {str(currency): 0 for currency in facts.get("currencies") or ()}
    return tuple((told | seen).items())


def _table(facts: dict[str, Any]) -> Iterator[TaxPair]:
    """The shop's own taxes (`stores.canonical.records.ShopTax`), each percentage written as that of
    orders. One that is no number says nothing of what orders will bear."""
    for rate in facts.get("tax_rates") or ():
        with suppress(ValueError):
            text = plain(parse_decimal(rate["rate"]).normalize())
            yield TaxPair(rate["country"], text, rate["name"], state=rate["state"])


def _tax(one: Seen) -> TaxPair:
    return TaxPair(
        one.part("country"), one.part("rate"), one.part("name"),
        vat_number=one.part("vat_number") == "yes", orders=one.orders,
        state=one.part("state"), tax_class=one.part("class"), sample=one.sample,
    )  # fmt: skip
