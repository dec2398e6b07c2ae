"""Which tax type a line gets, or that its tax is a line of its own: pure look-ups.

The most specific rule wins; the first difference decides: name, class, state, country (one
or home, a list, EU or export, "*"), vat_number, rate. Of two that tie, the first listed.
"""

from __future__ import annotations

from decimal import Decimal

from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    Resolution,
    Rules,
    Unmapped,
    home_country,
    is_gift_card,
    like,
    on_line,
    states,
)
from accounts_mapping.rules.tax_schema import TaxRule
from connector.lib.texts.said import figure, said
from stores.canonical.order import Line, LineKind, Order, TaxShare
from xero.documents.facts import OrganisationFacts

EU = frozenset([
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
])  # fmt: skip


def country_rank(rule: TaxRule, country: str, home: str) -> int | None:
    """3 one or home, 2 list, 1 EU/export, 0 "*"; None where the rule does not fit."""
    if rule.country is None:
        return 3 if home and country == home else None
    if len(rule.country) > 1:
        ranks = [_one_country(name, country, home) for name in rule.country]
        return 2 if any(rank is not None for rank in ranks) else None
    return _one_country(rule.country[0], country, home)


def _one_country(name: str, country: str, home: str) -> int | None:
    if name == "*":
        return 0
    if name == "EU":
        return 1 if country in EU else None
    if name == "export":
        abroad = bool(home and country) and country != home
        return 1 if abroad and not (home in EU and country in EU) else None
    return 3 if name == country else None


def fits_but_class(
    rule: TaxRule, order: Order, rate: Decimal | None, names: tuple[str, ...]
) -> bool:
    """Whether all conditions but country and class hold."""
    if rule.rate is not None and rule.rate != rate:
        return False
    if rule.state is not None and not like(rule.state, *states(order)):
        return False
    if rule.vat_number is not None and rule.vat_number != bool(order.customer.tax_number):
        return False
    return rule.name is None or like(rule.name, *names)


def _most_specific(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    *,
    as_line: bool,
    tax_class: str,
    rate: Decimal | None,
    names: tuple[str, ...],
) -> int | None:
    """The index of the rule that applies, among those that give a type or a line."""
    home = home_country(snapshot, organisation)
    best: tuple[tuple[int, ...], int] | None = None
    for index, rule in enumerate(snapshot.rules.tax.rules):
        if (rule.as_ == "line") != as_line or rule.class_ not in (None, tax_class):
            continue
        if not fits_but_class(rule, order, rate, names):
            continue
        rank = country_rank(rule, order.country, home)
        if rank is None:
            continue
        named, classed = rule.name is not None, rule.class_ is not None
        key = (named, classed, rule.state is not None, rank,
               rule.vat_number is not None, rule.rate is not None)  # fmt: skip
        if best is None or key > best[0]:
            best = (key, index)
    return best and best[1]


def tax_type(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    *,
    tax_class: str,
    rate: Decimal | None,
    names: tuple[str, ...] = (),
    title: str = "",
) -> Resolution | Unmapped:
    """The tax type for something taxed at `rate` percent, or with a tax that the shop does not
    state (None): then a rule that asks for a rate does not fit.

    Where no rule fits: `tax.none` for what is untaxed and delivered at home, then
    `tax.default`, then no answer.
    """
    index = _most_specific(
        snapshot, organisation, order, as_line=False, tax_class=tax_class, rate=rate, names=names
    )
    tax = snapshot.rules.tax
    if index is not None:
        chosen = tax.rules[index]
        assert chosen.tax_type is not None
        return Resolution(chosen.tax_type, f"tax.rules[{index}]", chosen.as_charged)
    home = home_country(snapshot, organisation)
    if rate is not None and not rate and tax.none and home and order.country == home:
        return Resolution(tax.none, "tax.none")
    if tax.default:
        return Resolution(tax.default, "tax.default")
    return Unmapped("tax_unmapped", _no_rule(order.country, tax_class, rate, title), "tax.rules")


def _no_rule(country: str, tax_class: str, rate: Decimal | None, title: str) -> str:
    """What was sold, how it was taxed and where to, that no rule of the store fits."""
    where = country or said("an unknown country")
    if tax_class:
        where = said("%(country)s (class %(class)s)", country=where, **{"class": tax_class})
    names = {"title": title or said("A line"), "where": where}
    if rate is None:
        return said(
            "%(title)s was sold with a tax that the shop does not state to %(where)s, and no tax "
            "rule fits. Add a rule for it under tax.rules.",
            **names,
        )
    if not rate:
        return said(
            "%(title)s was sold without tax to %(where)s, and no tax rule fits. Add a rule for it "
            "under tax.rules.",
            **names,
        )
    return said(
        "%(title)s was sold at %(rate)s %% to %(where)s, and no tax rule fits. Add a rule for it "
        "under tax.rules.",
        rate=figure(rate.normalize()),
        **names,
    )


def line_tax_type(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    line: Line,
    rules: Rules,
) -> Resolution | Unmapped:
    """Products beat rules (those that apply to the line) beat tax rules. A gift card sold is out
    of scope."""
    if line.kind is LineKind.GOODS:
        for index, product in enumerate(snapshot.rules.products):
            if product.sku == line.sku and product.tax_type:
                return Resolution(product.tax_type, f"products[{index}].tax_type")
    for index, rule in rules:
        if rule.tax_type and (line.kind is LineKind.GOODS or not on_line(rule.when)):
            return Resolution(rule.tax_type, f"rules[{index}].tax_type")
    if is_gift_card(snapshot, line):
        return out_of_scope(snapshot, line.name)
    return tax_type(
        snapshot,
        organisation,
        order,
        tax_class=line.tax_class,
        rate=line.rate,
        names=tuple(share.name for share in line.taxes),
        title=line.name,
    )


def out_of_scope(snapshot: MappingSnapshot, title: str) -> Resolution | Unmapped:
    """The type for what is no sale: rounding, gift cards, taxes that are lines."""
    return snapshot.scope or no_scope(title)


def no_scope(title: str) -> Unmapped:
    """That what `title` names has no such type."""
    text = said(
        "%(title)s needs the tax type for what is out of the tax's scope, and none is mapped. "
        "Choose one as tax.out_of_scope.",
        title=title,
    )
    return Unmapped("tax_unmapped", text, "tax.out_of_scope")


def tax_as_line(
    snapshot: MappingSnapshot,
    organisation: OrganisationFacts,
    order: Order,
    line: Line,
    share: TaxShare,
) -> Resolution | None:
    """The account of a rule that posts this tax as a line of its own, if one fits."""
    index = _most_specific(
        snapshot, organisation, order,
        as_line=True, tax_class=line.tax_class, rate=share.rate, names=(share.name,),
    )  # fmt: skip
    if index is None:
        return None
    account = snapshot.rules.tax.rules[index].account
    assert account is not None
    return Resolution(account, f"tax.rules[{index}].account")
