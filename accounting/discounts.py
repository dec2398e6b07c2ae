"""Whether discounts may stand on the account that is mapped for them: said before an order is
held for it. Pure.

An expense account (429 in many charts) is taken where the tax of the sales fits it; Xero lets
most types of sales be used with revenue alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounting.postable import barred, discount_barred
from accounts_mapping.rules.resolve import Resolution
from accounts_mapping.rules.schema import StoreRules
from xero.documents.facts import AccountFacts, OrganisationFacts


def misfits(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """Sales whose discounts Xero bars from the account: orders with such a discount are held."""
    account = _expense_account(rules, organisation)
    if account is None:
        return
    types = [one for one in _sales_types(rules) if barred(organisation, account, one)]
    if types:
        answer = Resolution(rules.accounts.discounts or "", "accounts.discounts")
        text = discount_barred(organisation, account, answer, types)
        yield f"accounts.discounts: {text}"


def doubts(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """That an expense account is taken, where none of the sales is barred from it."""
    account = _expense_account(rules, organisation)
    if account is None:
        return
    if any(barred(organisation, account, one) for one in _sales_types(rules)):
        return
    yield (
        f"accounts.discounts: {account.code} {account.name} is an expense account: discounts "
        "stand among the costs, and sales are shown as if nothing had been taken off. An account "
        "of class REVENUE shows them as what they are, negative sales."
    )


def _expense_account(rules: StoreRules, organisation: OrganisationFacts) -> AccountFacts | None:
    """The account of discounts, where that is an expense account and is used."""
    account = organisation.accounts.get(rules.accounts.discounts or "")
    separate = rules.posting.discounts == "separate"
    if account is None or account.status != "ACTIVE" or account.system_account or not separate:
        return None
    return account if account.account_class == "EXPENSE" else None


def _sales_types(rules: StoreRules) -> list[str]:
    """The tax types that lines of sales, and so discounts on them, may bear."""
    found = [rule.tax_type for rule in rules.tax.rules if rule.as_ != "line"]
    found += [rules.tax.none, rules.tax.default]
    found += [product.tax_type for product in rules.products]
    found += [rule.tax_type for rule in rules.rules]
    return sorted({one for one in found if one})
