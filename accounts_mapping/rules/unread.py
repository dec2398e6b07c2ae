"""Lines of products that are not known, where a rule asks for what only the product says: pure.

An order does not say of which category or tax class its products are. Where that is not known, a
rule that asks for it passes the line by; whether it might have reached it is told here.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts_mapping.rules.conditions import ProductOverride, Rule
from accounts_mapping.rules.resolve import (
    MappingSnapshot,
    about_products,
    home_country,
    like,
    order_matches,
)
from accounts_mapping.rules.tax_schema import TaxRule
from accounts_mapping.rules.taxes import country_rank, fits_but_class
from stores.canonical.order import Line, LineKind, Order
from xero.documents.facts import OrganisationFacts


@dataclass(frozen=True, slots=True)
class PassedBy:
    """SKUs that rules passed by for want of their products; `taxed` are those whose tax type
    might have been another one of the same rate."""

    skus: tuple[str, ...] = ()
    taxed: tuple[str, ...] = ()


def passed_by(snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order) -> PassedBy:
    """Which of the order's products would have to be known, and are not."""
    if not about_products(snapshot.rules):
        return PassedBy()
    skus: dict[str, None] = {}
    taxed: dict[str, None] = {}
    for line in order.lines:
        if line.kind is not LineKind.GOODS or line.product_known:
            continue
        override = _override(snapshot, line)
        rules = [
            rule
            for rule in snapshot.rules.rules
            if rule.when.category is not None
            and (rule.when.sku is None or like(rule.when.sku, line.sku))
            and order_matches(rule.when, order)
            and _does_more(rule, override)
        ]
        classes = [] if override.tax_type else _by_class(snapshot, organisation, order, line)
        if rules or classes:
            skus[line.sku] = None
        typed = [rule for rule in rules if rule.tax_type and not override.tax_type]
        same_rate = [one for one in classes if _may_apply(snapshot, organisation, one, line)]
        if typed or same_rate:
            taxed[line.sku] = None
    return PassedBy(tuple(skus), tuple(taxed))


def _override(snapshot: MappingSnapshot, line: Line) -> ProductOverride:
    """What is said of the SKU itself, which goes before every rule."""
    account = tax_type = None
    for product in snapshot.rules.products:
        if product.sku == line.sku:
            account = account or product.sales_account
            tax_type = tax_type or product.tax_type
    return ProductOverride(sku=line.sku or "-", sales_account=account, tax_type=tax_type)


def _does_more(rule: Rule, override: ProductOverride) -> bool:
    """Whether the rule decides something that the SKU's own account and tax type do not."""
    decided = {"when"}
    decided |= {"account"} if override.sales_account else set()
    decided |= {"tax_type"} if override.tax_type else set()
    return any(getattr(rule, name) is not None for name in rule.model_fields_set - decided)


def _by_class(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, order: Order, line: Line
) -> list[TaxRule]:
    """Tax rules by class that fit the line in everything but that."""
    home = home_country(snapshot, organisation)
    names = tuple(share.name for share in (*line.taxes, *line.fixed_taxes))
    return [
        rule
        for rule in snapshot.rules.tax.rules
        if rule.class_ is not None
        and country_rank(rule, order.country, home) is not None
        and fits_but_class(rule, order, None if rule.as_ == "line" else line.rate, names)
    ]


def _may_apply(
    snapshot: MappingSnapshot, organisation: OrganisationFacts, rule: TaxRule, line: Line
) -> bool:
    """Whether the line could have been posted by the rule: a type of another rate is held."""
    if rule.tax_type is None or rule.as_charged:
        return True
    known = organisation.tax_rates.get(rule.tax_type)
    rate = known.effective_rate if known else snapshot.rules.tax.rates.get(rule.tax_type)
    return rate is None or rate == line.rate
