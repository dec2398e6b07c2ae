"""What the shop has, or orders showed, and is not mapped: one list, before the first order fails.
Pure.

The same questions that a build asks, over all that was seen, and the same checks as before
posting over all that is mapped (`accounting.linting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from accounting.linting import misfits
from accounting.postable import same_rate, tax_fits
from accounting.reasons import Hold
from accounts_mapping.proposals.propose import ShopShows
from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    Resolution,
    Unmapped,
    home_country,
    payment_account,
)
from accounts_mapping.rules.total_rows import meaning_of
from accounts_mapping.seen.pairs import TaxPair, answer_of, charged_after
from connector.lib.texts.said import parted, said
from xero.documents.facts import OrganisationFacts


class GapKind(StrEnum):
    """What a gap is about, in the order in which the list has them."""

    ACCOUNT = "account"
    METHOD = "method"
    TAX = "tax"
    ROW = "row"
    CURRENCY = "currency"
    STATUS = "status"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not mapped, or mapped so that it does not fit. `field` is the path of the
    setting within the store, `what` the thing in the shop's words; `orders` that showed it, of
    which `sample` is one. `holds`: orders wait for it, or their payments do; the others are for
    information. `key` is the shop's own name of the thing: a method's code, a row's."""

    kind: GapKind
    field: str
    what: str
    text: str
    orders: int = 0
    sample: str = ""
    holds: bool = True
    key: str = ""


def gaps(snapshot: MappingSnapshot, organisation: OrganisationFacts, shows: ShopShows) -> list[Gap]:
    """All of a store, by kind and then by how many orders it stops."""
    found = [
        *_accounts(snapshot, shows),
        *_methods(snapshot, shows),
        *_taxes(snapshot, organisation, shows),
        *_rows(snapshot, shows),
        *_currencies(snapshot, organisation, shows),
        *_statuses(snapshot, shows),
    ]
    known = {one.field for one in found}
    found += [one for one in _misfits(snapshot, organisation) if one.field not in known]
    places = list(GapKind)
    return sorted(found, key=lambda one: (not one.holds, places.index(one.kind), -one.orders))


def _accounts(snapshot: MappingSnapshot, shows: ShopShows) -> Iterator[Gap]:
    """Accounts that the orders of this shop need, as far as they showed it."""
    meanings = {
        meaning_of(snapshot, row.code) for row in shows.rows if _is_text(snapshot, row.code)
    }
    wanted = {
        "sales": (said("Goods that are sold"), True),
        "shipping": (said("Shipping that buyers pay"), shows.ships),
        "discounts": (said("Discounts that are given"), "discount" in meanings),
        "other_income": (said("Fees of the shop's own"), "fee" in meanings),
        "gift_cards": (said("Gift cards"), "gift_card" in meanings),
        "store_credit": (said("Store credit"), "store_credit" in meanings),
        "rewards": (said("Reward points"), "reward" in meanings),
    }
    for key, (what, is_needed) in wanted.items():
        answer = snapshot.accounts[key]
        if is_needed and isinstance(answer, Unmapped):
            yield Gap(GapKind.ACCOUNT, answer.field, what, answer.text)
    if snapshot.scope is None:
        text = said("Rounding and gift cards need the tax type for what is out of the tax's scope.")
        yield Gap(GapKind.TAX, "tax.out_of_scope", said("Rounding and gift cards"), text)


def _is_text(snapshot: MappingSnapshot, code: str) -> bool:
    return isinstance(meaning_of(snapshot, code), str)


def _methods(snapshot: MappingSnapshot, shows: ShopShows) -> Iterator[Gap]:
    if not snapshot.store.streams.payments:
        return
    for method in shows.methods:
        for currency in method.currencies or (snapshot.store.base_currency,):
            answer = payment_account(snapshot, method.code, currency, method.title)
            if isinstance(answer, Unmapped):
                yield Gap(
                    GapKind.METHOD, answer.field, method.item, answer.text, method.orders,
                    method.sample, key=method.code,
                )  # fmt: skip


def _taxes(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, shows: ShopShows
) -> Iterator[Gap]:
    said: set[tuple[str, str]] = set()
    sales = organisation.accounts.get(snapshot.rules.accounts.sales or "")
    for pair in shows.taxes_to_map(home_country(snapshot, organisation)):
        answer = answer_of(snapshot, organisation, pair)
        if isinstance(answer, Unmapped):
            yield _tax(pair, answer.field, answer.text)
            continue
        try:
            tax_fits(organisation, sales, answer)
            _rate_fits(snapshot, organisation, pair, answer)
        except Hold as hold:
            reason = hold.reason
            if (reason.field, reason.message) not in said:
                said.add((reason.field, reason.message))
                yield _tax(pair, reason.field, reason.message)


def _rate_fits(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, pair: TaxPair, answer: Resolution
) -> None:
    known, charged = organisation.tax_rates.get(answer.value), charged_after(snapshot, pair)
    if known is not None and charged is not None:
        same_rate(answer, known.effective_rate, charged, pair.name)


def _tax(pair: TaxPair, field: str, text: str) -> Gap:
    percent = f"{pair.rate} %" if pair.rate else said("a tax that the shop does not state")
    country = pair.country or said("an unknown country")
    place = said("%(country)s %(state)s", country=country, state=pair.state)
    place = place if pair.state else country  # type: ignore[assignment]
    name = pair.name or said("Tax")
    what = said("%(name)s %(percent)s, %(place)s", name=name, percent=percent, place=place)
    if pair.tax_class:
        what = said("%(what)s, class %(class)s", what=what, **{"class": pair.tax_class})
    return Gap(
        GapKind.TAX, field, what, text, pair.orders, pair.sample, holds=pair.orders > 0,
        key=pair.key,
    )  # fmt: skip


def _rows(snapshot: MappingSnapshot, shows: ShopShows) -> Iterator[Gap]:
    for row in shows.rows:
        if meaning_of(snapshot, row.code) is None:
            what = f"{row.title} ({row.code})" if row.title else row.code
            text = said("Orders with this row are held: nobody knows what the amount is.")
            yield Gap(
                GapKind.ROW, f"total_rows.{row.code}", what, text, row.orders, row.sample,
                key=row.code,
            )  # fmt: skip


def _currencies(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, shows: ShopShows
) -> Iterator[Gap]:
    if not organisation.connected or snapshot.rules.posting.currency_not_enabled == "convert":
        return
    for currency, orders in shows.currencies:
        if currency not in organisation.currencies | {organisation.base_currency}:
            text = said(
                "%(currency)s is not enabled in Xero. Add it there (Settings > Currencies), or "
                "have such orders posted in the books' currency.",
                currency=currency,
            )
            what = said("Orders in %(currency)s", currency=currency)
            yield Gap(
                GapKind.CURRENCY, "posting.currency_not_enabled", what, text, orders,
                holds=orders > 0,
            )  # fmt: skip


def _statuses(snapshot: MappingSnapshot, shows: ShopShows) -> Iterator[Gap]:
    """Statuses that no list names; where none posts anything, that is a gap."""
    statuses = snapshot.rules.statuses
    if not statuses.invoice:
        text = said("No status posts an order, so no order is posted. Choose those that do.")
        what = said("Statuses whose orders are posted")
        yield Gap(GapKind.STATUS, "statuses.invoice", what, text)
        return
    named = {*statuses.invoice, *statuses.reverse, *statuses.refunded, *statuses.paid}
    if "*" in named:
        return
    names = dict(shows.statuses)
    for code, orders in shows.seen_statuses:
        if code and code not in named:
            text = said("Orders with this status are not posted, and not taken back.")
            yield Gap(
                GapKind.STATUS, "statuses.invoice", names.get(code, code), text, orders,
                holds=False, key=code,
            )  # fmt: skip


def _misfits(snapshot: MappingSnapshot, organisation: OrganisationFacts) -> Iterator[Gap]:
    """What is mapped and does not fit: archived, deleted, of another kind."""
    kinds = {
        "accounts": GapKind.ACCOUNT, "payment_accounts": GapKind.METHOD, "tax": GapKind.TAX,
        "total_rows": GapKind.ROW, "statuses": GapKind.STATUS,
    }  # fmt: skip
    for line in misfits(snapshot.rules, organisation):
        field, text = parted(line)
        section = field.split(".", 1)[0].split("[", 1)[0]
        yield Gap(kinds.get(section, GapKind.SETTING), field, field, text)
