"""Which accounts and tax type a product's item gets in Xero: pure look-ups, without an order.

As for lines: products beat the shop's own word, that beats rules, and they beat accounts. Of the
rules, those count that say nothing about an order: only `sku` and `category`.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts_mapping.rules.conditions import ProductOverride, Rule
from accounts_mapping.rules.resolve import (
    GIFT_CARD_TYPES,
    OF_SHOP,
    MappingSnapshot,
    Resolution,
    Unmapped,
    account_key,
    like,
)
from accounts_mapping.rules.tax_schema import TaxRule
from stores.canonical.product import Product


def product_rules(snapshot: MappingSnapshot, product: Product) -> Iterator[tuple[int, Rule]]:
    """Rules whose actions apply to the product whatever order it is sold in."""
    for index, rule in enumerate(snapshot.rules.rules):
        when = rule.when
        if any(getattr(when, name) is not None for name in when.model_fields_set - _ON_PRODUCTS):
            continue
        if when.sku is not None and not like(when.sku, product.sku):
            continue
        if when.category is None or like(when.category, *product.categories):
            yield index, rule


_ON_PRODUCTS = {"sku", "category"}


def _overrides(
    snapshot: MappingSnapshot, product: Product
) -> Iterator[tuple[int, ProductOverride]]:
    for index, override in enumerate(snapshot.rules.products):
        if override.sku == product.sku:
            yield index, override


def sales_account(snapshot: MappingSnapshot, product: Product) -> Resolution | Unmapped:
    """The account of the item's sales; of a multi-purpose voucher, the liability."""
    for index, override in _overrides(snapshot, product):
        if override.sales_account:
            return Resolution(override.sales_account, f"products[{index}].sales_account")
    if product.sales_account and not _is_voucher(snapshot, product):
        return Resolution(product.sales_account, OF_SHOP)
    for index, rule in product_rules(snapshot, product):
        if rule.account:
            return Resolution(rule.account, f"rules[{index}].account")
    if _is_voucher(snapshot, product):
        return account_key(snapshot, "gift_cards")
    return account_key(snapshot, "sales")


def _is_voucher(snapshot: MappingSnapshot, product: Product) -> bool:
    voucher = snapshot.rules.gift_cards.voucher == "multi"
    return voucher and product.product_type in GIFT_CARD_TYPES


def purchase_account(
    snapshot: MappingSnapshot, product: Product, key: str
) -> Resolution | Unmapped:
    """The account of the item's purchases; `key` is purchases, or cogs of a tracked item."""
    for index, override in _overrides(snapshot, product):
        if override.purchase_account:
            return Resolution(override.purchase_account, f"products[{index}].purchase_account")
    if product.purchase_account:
        return Resolution(product.purchase_account, OF_SHOP)
    return account_key(snapshot, key)


def sales_tax_type(snapshot: MappingSnapshot, product: Product) -> Resolution | None:
    """The tax type of sales at home, where it is certain without a rate; None leaves it to
    the account's own."""
    for index, override in _overrides(snapshot, product):
        if override.tax_type:
            return Resolution(override.tax_type, f"products[{index}].tax_type")
    for index, rule in product_rules(snapshot, product):
        if rule.tax_type:
            return Resolution(rule.tax_type, f"rules[{index}].tax_type")
    for at, tax_rule in enumerate(snapshot.rules.tax.rules):
        if tax_rule.tax_type and _by_class_alone(tax_rule) == product.tax_class:
            return Resolution(tax_rule.tax_type, f"tax.rules[{at}]")
    return None


def _by_class_alone(rule: TaxRule) -> str | None:
    """The class that a rule asks for at home, if it asks for nothing else."""
    others = (rule.country, rule.state, rule.rate, rule.name, rule.vat_number)
    return rule.class_ if all(condition is None for condition in others) else None
