"""Where in the configuration an answer stands, in words: pure.

An answer names the key that gave it, `rules[2].account`. A person asks which rule that is, and
what it goes by.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import reduce

from accounts_mapping.rules.conditions import When
from accounts_mapping.rules.resolve import OF_SHOP
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.rules.tax_schema import TaxRule
from connector.lib.money import plain
from connector.lib.texts.said import said

_LISTED = re.compile(r"(rules|products|tax\.rules)\[(\d+)\]")


def place_of(rules: StoreRules, source: str) -> str:
    """`rules[2].account` is "Rule 3: category Services"; what stands in no list is a setting."""
    if source == OF_SHOP:
        return "The shop names it for the product"
    listed = _LISTED.match(source)
    if listed is None:
        return _of_table(source)
    index = int(listed[2])
    if listed[1] == "products":
        return said("Product %(sku)s", sku=rules.products[index].sku)
    if listed[1] == "rules":
        by = _conditions(rules.rules[index].when)
        return said("Rule %(number)s: %(by)s", number=index + 1, by=_listed(by))
    by = _conditions(rules.tax.rules[index])
    goes_by = _listed(by) if by else said("every line at home")
    return said("Tax rule %(number)s: %(by)s", number=index + 1, by=goes_by)


def _of_table(source: str) -> str:
    table, _, name = source.partition(".")
    if table == "payment_accounts":
        return "All other payment methods" if name.startswith("*") else "Payment method"
    if table == "total_rows":
        return "Row of the total"
    return "Default of the store"


def _conditions(rule: When | TaxRule) -> list[str]:
    """What a rule goes by, in the order in which the configuration lists it."""
    found: list[str] = []
    for name in type(rule).model_fields:
        value = getattr(rule, name)
        if value is None or name in _ANSWERS:
            continue
        if name == "vat_number":
            found.append(said("with a VAT number") if value else said("without a VAT number"))
        elif name == "rate":
            found.append(f"{plain(value)} %")
        else:
            found.append(said(CONDITIONS[name], value=_value(value)))
    return found


def _value(value: tuple[str, ...] | str | Decimal) -> str:
    if isinstance(value, tuple):
        return reduce(lambda one, other: said("%(one)s or %(other)s", one=one, other=other), value)
    return value if isinstance(value, str) else plain(value)


def _listed(texts: list[str]) -> str:
    """With commas; "" of none."""
    join = "%(one)s, %(other)s"
    return reduce(lambda one, other: said(join, one=one, other=other), texts) if texts else ""


_ANSWERS = frozenset({"tax_type", "as_charged", "as_", "account"})
# By a rule's key, how it is said; translated as texts of tables are.
CONDITIONS = {
    "category": "category %(value)s",
    "sku": "sku %(value)s",
    "customer_group": "customer group %(value)s",
    "store_view": "store view %(value)s",
    "website": "website %(value)s",
    "payment_method": "payment method %(value)s",
    "shipping_method": "shipping method %(value)s",
    "country": "country %(value)s",
    "state": "state %(value)s",
    "currency": "currency %(value)s",
    "status": "status %(value)s",
    "coupon": "coupon %(value)s",
    "vendor": "vendor %(value)s",
    "total_over": "total over %(value)s",
    "total_under": "total under %(value)s",
    "class_": "class %(value)s",
    "name": "name %(value)s",
}
