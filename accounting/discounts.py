"""Whether discounts may stand on the account that is mapped for them: asked before posting, and
said before an order is held for it. Pure.

An expense account (429 in many charts) is taken where the tax of the sales fits it; Xero lets
most types of sales be used with revenue alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accounting.postable import line_account_fits, tax_fits
from accounting.reasons import Hold
from accounts_mapping.rules.resolve import Resolution
from accounts_mapping.rules.schema import StoreRules
from connector.lib.texts.said import at_field, said, said_of
from xero.documents.facts import AccountFacts, OrganisationFacts

_MOST_NAMED = 5


def discount_account(organisation: OrganisationFacts, answer: Resolution) -> AccountFacts | None:
    """As `line_account_fits`, of discounts: best of class REVENUE, being negative sales; one of
    class EXPENSE is taken where the tax of the line fits it."""
    facts = line_account_fits(organisation, answer)
    if facts is None or facts.account_class in ("REVENUE", "EXPENSE"):
        return facts
    raise Hold(
        "account_not_allowed",
        said(
            "Discounts are negative sales: account %(value)s %(name)s must be of class REVENUE, "
            "not %(account_class)s. %(instead)s",
            value=answer.value,
            name=facts.name,
            account_class=facts.account_class,
            instead=_instead(organisation, answer, ()),
        ),
        answer.source,
    )


def discount_fits(organisation: OrganisationFacts, answer: Resolution, tax_type: str) -> None:
    """Whether a discount on sales of this tax type may stand on the account of discounts."""
    facts = discount_account(organisation, answer)
    if facts is not None and barred(organisation, facts, tax_type):
        text = discount_barred(organisation, facts, answer, (tax_type,))
        raise Hold("tax_not_allowed", text, answer.source)
    tax_fits(organisation, facts, Resolution(tax_type, answer.source))


def barred(organisation: OrganisationFacts, account: AccountFacts, tax_type: str) -> bool:
    """Whether Xero does not let an active tax type be used with the account."""
    rate = organisation.tax_rates.get(tax_type)
    known = rate is not None and rate.status == "ACTIVE"
    return known and account.account_class not in rate.applies_to  # type: ignore[union-attr]


def discount_barred(
    organisation: OrganisationFacts, account: AccountFacts, answer: Resolution,
    tax_types: Sequence[str],
) -> str:  # fmt: skip
    """That discounts of these sales cannot be posted, and where they could be."""
    return said_of(
        "Discounts are negative sales: account %(code)s %(name)s must be of class REVENUE, not "
        "%(class)s, for the tax type %(types)s, which Xero does not allow with it. %(instead)s",
        "Discounts are negative sales: account %(code)s %(name)s must be of class REVENUE, not "
        "%(class)s, for the tax types %(types)s, which Xero does not allow with it. %(instead)s",
        len(tax_types),
        code=account.code or answer.value, name=account.name, types=", ".join(tax_types),
        instead=_instead(organisation, answer, tax_types), **{"class": account.account_class},
    )  # fmt: skip


def _instead(
    organisation: OrganisationFacts, answer: Resolution, tax_types: Sequence[str]
) -> str:  # fmt: skip
    """Accounts that discounts of these sales fit: those that are named for it first."""
    distinct = {one.account_id: one for one in organisation.accounts.values()}
    fitting = [
        one
        for one in distinct.values()
        if one.status == "ACTIVE" and one.account_class == "REVENUE" and not one.system_account
        and not any(barred(organisation, one, kind) for kind in tax_types)
    ]  # fmt: skip
    fitting.sort(key=lambda one: ("discount" not in one.name.casefold(), one.code, one.name))
    if not fitting:
        return said(
            "Add an account of class REVENUE in Xero, and map it as %(source)s.",
            source=answer.source,
        )
    names = ", ".join(f"{one.code or one.account_id} {one.name}" for one in fitting[:_MOST_NAMED])
    return said("Map one of these as %(source)s: %(names)s.", source=answer.source, names=names)


# --- before an order is held for it ------------------------------------------------------------


def misfits(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """Sales whose discounts Xero bars from the account: orders with such a discount are held."""
    account = _expense_account(rules, organisation)
    if account is None:
        return
    types = [one for one in _sales_types(rules) if barred(organisation, account, one)]
    if types:
        answer = Resolution(rules.accounts.discounts or "", "accounts.discounts")
        text = discount_barred(organisation, account, answer, types)
        yield at_field("accounts.discounts", text)


def doubts(rules: StoreRules, organisation: OrganisationFacts) -> Iterator[str]:
    """That an expense account is taken, where none of the sales is barred from it."""
    account = _expense_account(rules, organisation)
    if account is None:
        return
    if any(barred(organisation, account, one) for one in _sales_types(rules)):
        return
    text = said(
        "%(code)s %(name)s is an expense account: discounts stand among the costs, and sales are "
        "shown as if nothing had been taken off. An account of class REVENUE shows them as what "
        "they are, negative sales.",
        code=account.code,
        name=account.name,
    )
    yield at_field("accounts.discounts", text)


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
