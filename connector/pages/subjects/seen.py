"""What the shop has and its orders showed, beside what the draft answers to each: the same facts as
those of proposals and of what is not mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_mapping.models import snapshot
from accounts_mapping.proposals.propose import ShopShows
from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    NotPosted,
    Resolution,
    Unmapped,
    home_country,
    payment_account,
)
from accounts_mapping.rules.schema import RowAccount
from accounts_mapping.rules.total_rows import meaning_of
from accounts_mapping.seen.facts import Showed
from accounts_mapping.seen.pairs import answer_of
from accounts_mapping.seen.read import Seen, SeenSum, of_kind, seen
from accounts_mapping.shows import shown_by
from connector.pages.mapping.looking import snapshot_of
from connector.pages.mapping.subjects import field_url, missing_url
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor
from xero.documents.facts import TaxRateFacts

# A shop with more has thousands of local taxes; the most frequent stand first.
MOST = 100
_MEANINGS = {
    "discount": gettext_lazy("a discount"),
    "gift_card": gettext_lazy("paid by gift card"),
    "store_credit": gettext_lazy("paid by store credit"),
    "reward": gettext_lazy("reward points"),
    "fee": gettext_lazy("a fee"),
    "ignore": gettext_lazy("left out"),
}
_STATUSES = {
    "invoice": gettext_lazy("posted"),
    "paid": gettext_lazy("counted as paid"),
    "reverse": gettext_lazy("cancelled"),
    "refunded": gettext_lazy("refunded"),
}


@dataclass(frozen=True, slots=True)
class SeenThing:
    """One thing, and what becomes of it. `answer` is "" where nothing answers it, and `holds` says
    that orders wait then; `url` is the field that decides."""

    title: str
    code: str
    answer: str
    url: str
    orders: int = 0
    sample: str = ""
    sums: tuple[tuple[str, Decimal], ...] = ()
    place: str = ""
    rate: str = ""
    tax_class: str = ""
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page of one kind of thing is made of."""

    store: str
    mapped: MappingSnapshot
    around: Around
    shows: ShopShows
    found: Sequence[Seen]

    def url(self, field: str, answer: str, pair: str = "") -> str:
        """The field that answers it; where nothing does yet, in a row for it."""
        return field_url(self.store, field) if answer else missing_url(self.store, field, pair)

    def sums(self, showed: Showed) -> dict[str, tuple[SeenSum, ...]]:
        return {one.key[0]: one.sums for one in of_kind(self.found, showed)}


@dataclass(frozen=True, slots=True)
class SeenTable:
    """What stands beside the rows of a subject: `things` are its table, of which `more` are not
    shown."""

    title: Any
    things: Callable[[Facts], Iterable[SeenThing]]
    rates: bool = False

    def pressed(self, sent: QueryDict) -> bool:
        return False

    def shown(
        self, around: Around, editors: Sequence[Editor], saving: Any, sent: QueryDict | None
    ) -> dict[str, Any]:
        things = list(self.things(_facts(around)))
        return {
            "seen_title": self.title,
            "things": things[:MOST],
            "more": len(things[MOST:]),
            "with_sums": any(one.sums for one in things),
            "with_places": any(one.rate or one.place for one in things),
            "rates": _rates(around) if self.rates else (),
            "shows_rates": self.rates,
            "probed": around.store.facts.get("probed_at"),
        }


def _facts(around: Around) -> Facts:
    """One query: what was seen."""
    store, section = around.store, around.drafted.section
    mapped = snapshot(store) if section is None else snapshot_of(store, section)
    found = seen(store)
    return Facts(store.slug, mapped, around, shown_by(store.facts, found), found)


def _rates(around: Around) -> list[TaxRateFacts]:
    rates = around.organisation.tax_rates.values()
    return sorted((one for one in rates if one.status == "ACTIVE"), key=lambda one: one.name)


def methods(facts: Facts) -> Iterator[SeenThing]:
    """All that the shop has, and all that orders used; of one with accounts by currency, each."""
    sums = facts.sums(Showed.PAYMENT_METHOD)
    for one in facts.shows.methods:
        for currency in one.currencies or (facts.mapped.store.base_currency,):
            moved = [sum for sum in sums.get(one.code, ()) if sum.currency == currency]
            answer = payment_account(facts.mapped, one.code, currency, one.title)
            field = answer.field if isinstance(answer, Unmapped) else answer.source
            said = _paid_into(facts.around, answer)
            yield SeenThing(
                one.title or one.code, one.code, said, facts.url(field, said),
                sum(sum_.orders for sum_ in moved), one.sample,
                tuple((sum_.currency, sum_.amount) for sum_ in moved),
                holds=facts.mapped.store.streams.payments,
            )  # fmt: skip


def _paid_into(around: Around, answer: Resolution | NotPosted | Unmapped) -> str:
    if isinstance(answer, NotPosted):
        return _("No payment: leave the invoice open")
    return "" if isinstance(answer, Unmapped) else _account(around, answer.value)


def _account(around: Around, code: str) -> str:
    known = around.organisation.accounts.get(code)
    return f"{code} {known.name}" if known else code


def taxes(facts: Facts) -> Iterator[SeenThing]:
    """The pairs of country, class, name and rate that orders bore, then those that the shop's own
    table has beside them."""
    home = home_country(facts.mapped, facts.around.organisation)
    for pair in facts.shows.taxes_to_map(home):
        answer = answer_of(facts.mapped, facts.around.organisation, pair)
        mapped = isinstance(answer, Resolution)
        field = answer.source if isinstance(answer, Resolution) else answer.field
        known = facts.around.organisation.tax_rates.get(answer.value) if mapped else None  # type: ignore[union-attr]
        said = answer.value if isinstance(answer, Resolution) else ""
        yield SeenThing(
            pair.name or _("Without a name"), "", f"{known.name} ({said})" if known else said,
            facts.url(field, said, pair.key), pair.orders, pair.sample,
            place=" ".join(filter(None, (pair.country, pair.state))), rate=pair.rate,
            tax_class=pair.tax_class, holds=pair.orders > 0,
        )  # fmt: skip


def total_rows(facts: Facts) -> Iterator[SeenThing]:
    sums = facts.sums(Showed.TOTAL_ROW)
    for row in facts.shows.rows:
        meaning = meaning_of(facts.mapped, row.code)
        if isinstance(meaning, RowAccount):
            answer = _account(facts.around, meaning.account)
        else:
            answer = str(_MEANINGS.get(meaning, meaning)) if meaning else ""
        yield SeenThing(
            row.title or row.code, row.code, answer, facts.url(f"total_rows.{row.code}", answer),
            row.orders, row.sample,
            tuple((one.currency, one.amount) for one in sums.get(row.code, ())),
        )  # fmt: skip


def statuses(facts: Facts) -> Iterator[SeenThing]:
    """The shop's own list, then those that only orders showed."""
    counted = dict(facts.shows.seen_statuses)
    samples = {one.key[0]: one.sample for one in of_kind(facts.found, Showed.STATUS)}
    names = dict(facts.shows.statuses)
    rules = facts.mapped.rules.statuses
    for code in [*names, *(one for one in counted if one not in names)]:
        lists = [name for name in _STATUSES if {code, "*"} & {*getattr(rules, name)}]
        answer = ", ".join(str(_STATUSES[name]) for name in lists)
        field = f"statuses.{lists[0] if lists else 'invoice'}"
        yield SeenThing(
            names.get(code, code), code, answer, field_url(facts.store, field),
            counted.get(code, 0), samples.get(code, ""), holds=False,
        )  # fmt: skip


METHODS = SeenTable(gettext_lazy("Payment methods of the shop"), methods)
TAXES = SeenTable(gettext_lazy("Taxes that orders showed"), taxes, rates=True)
TOTAL_ROWS = SeenTable(gettext_lazy("Rows that orders showed"), total_rows)
STATUSES = SeenTable(gettext_lazy("Statuses of the shop"), statuses)
