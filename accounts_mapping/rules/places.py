"""Where in the configuration an answer stands, in words: pure.

An answer names the key that gave it, `rules[2].account`. A person asks which rule that is, and
what it goes by.
"""

from __future__ import annotations

import re

from accounts_mapping.rules.conditions import When
from accounts_mapping.rules.resolve import OF_SHOP
from accounts_mapping.rules.schema import StoreRules
from accounts_mapping.rules.tax_schema import TaxRule
from connector.lib.money import plain

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
        return f"Product {rules.products[index].sku}"
    if listed[1] == "rules":
        return f"Rule {index + 1}: {', '.join(_conditions(rules.rules[index].when))}"
    said = ", ".join(_conditions(rules.tax.rules[index])) or "every line at home"
    return f"Tax rule {index + 1}: {said}"


def _of_table(source: str) -> str:
    table, _, name = source.partition(".")
    if table == "payment_accounts":
        return "All other payment methods" if name.startswith("*") else "Payment method"
    if table == "total_rows":
        return "Row of the total"
    return "Default of the store"


def _conditions(rule: When | TaxRule) -> list[str]:
    """What a rule goes by, in the order in which the configuration lists it."""
    said = []
    for name in type(rule).model_fields:
        value = getattr(rule, name)
        if value is None or name in _ANSWERS:
            continue
        words = name.rstrip("_").replace("_", " ")
        if name == "vat_number":
            said.append(f"{'with' if value else 'without'} a VAT number")
        elif name == "rate":
            said.append(f"{plain(value)} %")
        elif isinstance(value, tuple):
            said.append(f"{words} {' or '.join(value)}")
        else:
            said.append(f"{words} {value if isinstance(value, str) else plain(value)}")
    return said


_ANSWERS = frozenset({"tax_type", "as_charged", "as_", "account"})
