"""Taxes that orders showed to tax types that the organisation has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts_mapping.editions.read import Edition
from accounts_mapping.proposals.accounts import Purpose
from accounts_mapping.proposals.codes import free_code
from accounts_mapping.proposals.countries import name_of
from accounts_mapping.proposals.proposal import (
    MappingProposal,
    NewAccount,
    NoProposal,
    Path,
    StoreProposals,
    Sure,
    by_name,
    called,
    fits,
    holds,
    named_by,
    plain_words,
    usable,
)
from accounts_mapping.rules.resolve import MappingSnapshot, Resolution
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.rules.taxes import EU
from accounts_mapping.seen.pairs import TaxPair, answer_of
from connector.lib.money import plain
from connector.lib.texts.said import said
from xero.documents.facts import AccountFacts, OrganisationFacts, TaxRateFacts

_RULES = ("tax", "rules")
_NO_SALE = said("Rounding and gift cards")
_SALES_TAX = Purpose(
    "sales_tax", said("Sales tax that the shop charged"),
    ("sales tax payable", "sales tax collected", "sales tax"),
    "LIABILITY", "Sales tax of online orders", "CURRLIAB", 225,
)  # fmt: skip
# Words of types that are not for sales at home.
_OTHERS = (
    "expenses", "purchases", "capital", "imports", "acquisitions", "reverse", "ec", "moss", "oss",
    "input", "old", "export", "exports",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """What all of it is judged by; `sales` is the account that sales go to, None while unknown."""

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    edition: Edition
    home: str
    sales: AccountFacts | None

    @property
    def rules(self) -> StoreRules:
        return self.snapshot.rules

    def type(self, tax_type: str) -> TaxRateFacts | None:
        """The organisation's type, if sales may bear it."""
        rate = self.organisation.tax_rates.get(tax_type)
        return rate if rate is not None and self.for_sales(rate) else None

    def for_sales(self, rate: TaxRateFacts) -> bool:
        if self.sales is not None:
            return fits(self.sales, rate)
        return rate.status == "ACTIVE" and "REVENUE" in rate.applies_to


def taxes(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, edition: Edition, home: str,
    pairs: Iterable[TaxPair], sales: AccountFacts | None,
) -> StoreProposals:  # fmt: skip
    """What no rule answers yet: types without tax, then the pairs, the most frequent first."""
    look = _Look(snapshot, organisation, edition, home, sales)
    found, rules = StoreProposals(), snapshot.rules
    if rules.tax.out_of_scope is None:
        _out_of_scope(found, look)
    if rules.tax.none is None:
        _none(found, look)
    if edition.sales_tax and rules.tax.sales_tax is None:
        _sales_tax(found, look)
    said: set[tuple[Any, ...]] = set()
    for pair in sorted(pairs, key=lambda one: (-one.orders, one.country, one.rate)):
        for one in _pair(found, look, pair):
            key = tuple(sorted((name, str(value)) for name, value in one.value.items()))
            if key not in said:
                said.add(key)
                found.proposals.append(one if pair.orders else one.of_the_table())
    return found


def _out_of_scope(found: StoreProposals, look: _Look) -> None:
    """For rounding and gift cards: it must go with the account of rounding too."""
    rounding = look.rules.accounts.rounding or ""
    organisation = look.organisation
    posted_to = organisation.accounts.get(rounding) or organisation.rounding_account
    rate = organisation.tax_rates.get(look.edition.out_of_scope)
    if rate is None or rate.status != "ACTIVE" or rate.effective_rate != 0:
        text = said("The organisation has no tax type of this edition for what is no sale.")
        found.gaps.append(NoProposal(("tax", "out_of_scope"), _NO_SALE, text))
        return
    if posted_to is not None and not fits(posted_to, rate):
        return
    why = said("What is no sale is out of the tax's scope: Xero's own type for it.")
    found.proposals.append(_type(("tax", "out_of_scope"), _NO_SALE, rate, why,
                                 Sure.CERTAIN))  # fmt: skip


def _none(found: StoreProposals, look: _Look) -> None:
    rate = look.type(look.edition.none)
    item = said("Goods sold at home without tax")
    if rate is None or rate.effective_rate != 0:
        text = said("The organisation has no tax type of this edition for sales without tax.")
        found.gaps.append(NoProposal(("tax", "none"), item, text))
        return
    says = look.edition.says.get("none", "")
    why = f"{says[:1].upper()}{says[1:]}." if says else said("Xero's own type for it.")
    found.proposals.append(_type(("tax", "none"), item, rate, why, Sure.LIKELY))


def _sales_tax(found: StoreProposals, look: _Look) -> None:
    """All tax of an order as one line: the shop determines thousands of local rates."""

    def fit(account: AccountFacts) -> bool:
        return account.account_class == _SALES_TAX.account_class

    listed = by_name(usable(look.organisation), _SALES_TAX.words, fit)
    if not listed:
        code = free_code(look.organisation, _SALES_TAX.from_code, found.missing)
        found.missing.append(
            NewAccount(
                code,
                _SALES_TAX.new_name,
                _SALES_TAX.new_type,
                _SALES_TAX.item,
                said(
                    "Tax of thousands of local rates is posted as one line on a liability, and no "
                    "such account was found that may be posted to."
                ),
            )
        )
        return
    why = said(
        "The shop determines local sales tax: it is one line on this liability, and sales bear no "
        "tax in Xero."
    )
    shown = said("One line on %(account)s", account=called(listed[0]))
    value = {"as": "line", "account": named_by(listed[0])}
    found.proposals.append(
        MappingProposal(("tax", "sales_tax"), value, _SALES_TAX.item, shown, why, Sure.LIKELY)
    )  # fmt: skip


def _pair(found: StoreProposals, look: _Look, pair: TaxPair) -> Iterator[MappingProposal]:
    if _answered(look, pair):
        return
    if pair.percent is None:
        if look.rules.tax.default is None:
            text = said("The shop does not state this tax: name a tax type for all others by hand.")
            found.gaps.append(NoProposal(("tax", "default"), _item(pair), text))
        return
    if look.edition.sales_tax and pair.country == look.home:
        return  # the one line has it
    if pair.percent == 0:
        yield from _untaxed(look, pair)
    elif pair.country == look.home:
        yield from _at_home(found, look, pair)
    else:
        yield from _abroad(found, look, pair)


def _answered(look: _Look, pair: TaxPair) -> bool:
    """Whether the rules answer already; what is untaxed at home `tax.none` does, proposed by
    itself."""
    if pair.percent == 0 and pair.country == look.home:
        return True
    return isinstance(answer_of(look.snapshot, look.organisation, pair), Resolution)


def _untaxed(look: _Look, pair: TaxPair) -> Iterator[MappingProposal]:
    """Without tax abroad: an export, or a sale to a business elsewhere in the EU."""
    if look.home in EU and pair.country in EU:
        listed = [one for one in _sales_types(look) if one.effective_rate == 0]
        named = [
            one for one in listed
            if any(holds(one.name, word) for word in ("ec", "eu", "reverse", "intra"))
        ]  # fmt: skip
        if named and pair.vat_number:
            value = {"country": "EU", "rate": "0", "vat_number": True,
                     "tax_type": named[0].tax_type}  # fmt: skip
            why = said("Untaxed, to an EU business with a VAT number; by the type's name.")
            item = said("Businesses in the EU, without tax")
            yield _rule(value, item, named[0], why, Sure.GUESS)
        return
    rate = look.type(look.edition.export)
    if rate is not None and rate.effective_rate == 0:
        value = {"country": "export", "rate": "0", "tax_type": rate.tax_type}
        why = said("Delivered abroad without tax: an export, for which this is Xero's own type.")
        yield _rule(value, said("Exports without tax"), rate, why, Sure.LIKELY)


def _at_home(found: StoreProposals, look: _Look, pair: TaxPair) -> Iterator[MappingProposal]:
    percent = pair.percent
    usual = look.type(look.edition.rates.get(pair.rate, ""))
    same = [one for one in _sales_types(look) if one.effective_rate == percent]
    if usual is not None and usual.effective_rate == percent:
        why = said(
            "Xero's own type for %(rate)s %% on sales, and its rate is %(rate)s %%.", rate=pair.rate
        )
        chosen, sure = usual, Sure.CERTAIN
    elif len(same) == 1:
        why = said("The one type for sales with a rate of %(rate)s %%.", rate=pair.rate)
        chosen, sure = same[0], Sure.LIKELY
    elif same:
        named = [one for one in same if pair.name and holds(one.name, pair.name)]
        home = [one for one in same if holds(one.name, name_of(look.home))]
        chosen = next(iter([*named, *home, *same]))
        others = ", ".join(one.name for one in same if one is not chosen)
        why = said(
            "Its rate is %(rate)s %%; so is that of %(others)s.", rate=pair.rate, others=others
        )
        sure = Sure.LIKELY if named or home else Sure.GUESS
    else:
        found.gaps.append(NoProposal(_RULES, _item(pair), _lacking(look, pair)))
        return
    value = {"rate": pair.rate, "tax_type": chosen.tax_type}
    yield _rule(value, _item(pair), chosen, why, sure)


def _abroad(found: StoreProposals, look: _Look, pair: TaxPair) -> Iterator[MappingProposal]:
    """Tax of another country is returned there, or through a one-stop shop: a type of its own."""
    same = [
        one for one in _sales_types(look, foreign=True)
        if one.effective_rate == pair.percent and one.tax_type != look.edition.rates.get(pair.rate)
    ]  # fmt: skip
    named = [one for one in same if holds(one.name, name_of(pair.country))]
    named = named or [one for one in same if holds(one.name, pair.country)]
    if not named:
        text = said(
            "Tax of %(country)s is returned elsewhere, so it needs a tax type of its own: add one "
            "of %(rate)s %% in Xero that names the country, then refresh.",
            country=name_of(pair.country), rate=pair.rate,
        )  # fmt: skip
        found.gaps.append(NoProposal(_RULES, _item(pair), text))
        return
    value = {"country": pair.country, "rate": pair.rate, "tax_type": named[0].tax_type}
    why = said("A type of %(rate)s %% that names the country.", rate=pair.rate)
    yield _rule(value, _item(pair), named[0], why, Sure.LIKELY)


def _sales_types(look: _Look, *, foreign: bool = False) -> list[TaxRateFacts]:
    """Types that sales may bear and that are not named for something else. Xero's Global types for
    purchases may be used with sales too: their name tells."""
    others = tuple(word for word in _OTHERS if not (foreign and word in ("oss", "moss")))
    return [
        one for one in look.organisation.tax_rates.values()
        if look.for_sales(one)
        and not any(word in plain_words(one.name).split() for word in others)
    ]  # fmt: skip


def _lacking(look: _Look, pair: TaxPair) -> str:
    if pair.rate in look.edition.charged.get(look.home, ()):
        return said(
            "The organisation has no tax type for sales with a rate of %(rate)s %%, which is one "
            "of %(country)s: add it in Xero, then refresh.",
            rate=pair.rate, country=name_of(look.home),
        )  # fmt: skip
    return said(
        "The organisation has no tax type for sales with a rate of %(rate)s %%: add it in Xero, "
        "then refresh, or correct the rate in the shop.",
        rate=pair.rate,
    )


def _rule(
    value: dict[str, Any], item: str, rate: TaxRateFacts, why: str, sure: Sure
) -> MappingProposal:  # fmt: skip
    return MappingProposal(_RULES, value, item, _shown(rate), why, sure, adds=True)


def _type(path: Path, item: str, rate: TaxRateFacts, why: str, sure: Sure) -> MappingProposal:
    return MappingProposal(path, rate.tax_type, item, _shown(rate), why, sure)


def _shown(rate: TaxRateFacts) -> str:
    return f"{rate.name} ({plain(rate.effective_rate)} %)"


def _item(pair: TaxPair) -> str:
    tax = f"{pair.name} {pair.rate} %".strip()
    if not pair.rate:
        tax = said("%(name)s tax", name=pair.name) if pair.name else said("tax")
    return said("%(tax)s in %(country)s", tax=tax, country=name_of(pair.country))
