"""Which accounts and tax types may be chosen where, and what is in the way of others. Pure.

The rules are those of posting (`accounting.postable`), asked before anything is mapped; the linter
asks them of what is mapped. A place is a key of a store's rules: `accounts.sales`,
`payment_accounts`, `tax.none`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounting.discounts import discount_account
from accounting.postable import (
    active_account,
    bank_account,
    line_account_fits,
    payable_account,
    tax_fits,
)
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.resolve import Resolution
from connector.lib.texts.said import said
from xero.documents.facts import AccountFacts, OrganisationFacts

Check = Callable[[OrganisationFacts, Resolution], object]

# Posted through items, never as the account of our lines.
ITEM_ACCOUNTS = ("inventory", "cogs", "purchases")
# What tracked items ask of an account, and how it is said.
TRACKED: dict[str, tuple[Callable[[AccountFacts], bool], str]] = {
    "inventory": (lambda facts: facts.type == "INVENTORY", "type INVENTORY"),
    "cogs": (lambda facts: facts.account_class == "EXPENSE", "class EXPENSE"),
}
PAYMENTS = "payment_accounts"
# The same where orders become bank transactions, which only bank accounts take.
BANKS = "payment_accounts.banks"


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account, and why it cannot be chosen; None: it can. `value` is what a mapping holds."""

    account: AccountFacts
    value: str
    barred: Reason | None = None


@dataclass(frozen=True, slots=True)
class TaxChoice:
    """A tax type by its name and percentage, and why it cannot be chosen; None: it can."""

    tax_type: str
    name: str
    rate: str
    barred: Reason | None = None


def check_of(place: str) -> Callable[[OrganisationFacts, Resolution], AccountFacts | None]:
    """What posting asks of an account as it is mapped there."""
    _, _, key = place.partition(".")
    if place.startswith("accounts.") and key in ITEM_ACCOUNTS:
        return active_account
    if place == "accounts.discounts":
        return discount_account
    return line_account_fits


def accounts_for(organisation: OrganisationFacts, place: str) -> list[AccountChoice]:
    """Every account by code, each with whether it may be chosen there."""
    distinct = {one.account_id: one for one in organisation.accounts.values()}
    rows = sorted(distinct.values(), key=lambda one: (one.code or "~", one.name))
    return [
        AccountChoice(one, value, _barred(organisation, place, one, value))
        for one in rows
        for value in [_named(organisation, one)]
    ]


def taxes_for(organisation: OrganisationFacts, account: AccountFacts | None) -> list[TaxChoice]:
    """Every tax type by name, each with whether lines on that account may bear it."""
    found = []
    for rate in sorted(organisation.tax_rates.values(), key=lambda one: (one.name, one.tax_type)):
        why = _refusal(lambda o, a: tax_fits(o, account, a), organisation, rate.tax_type, "tax")
        found.append(
            TaxChoice(rate.tax_type, rate.name, f"{rate.effective_rate.normalize():f}", why)
        )
    return found


def _named(organisation: OrganisationFacts, account: AccountFacts) -> str:
    """The code, or the AccountID where it has none, or an active account has the same."""
    meant = organisation.accounts.get(account.code)
    return account.code if meant is account else account.account_id


def _barred(
    organisation: OrganisationFacts, place: str, account: AccountFacts, value: str
) -> Reason | None:
    if place == PAYMENTS:
        return _refusal(payable_account, organisation, value, place)
    if place == BANKS:
        held_in = account.currency or organisation.base_currency
        return _refusal(
            lambda o, a: bank_account(o, a, held_in, said("A receipt")), organisation, value, place
        )
    return _refusal(check_of(place), organisation, value, place) or _untracked(place, account)


def _untracked(place: str, account: AccountFacts) -> Reason | None:
    """Tracked items need an inventory account and one for the cost of goods sold."""
    fits, what = TRACKED.get(place.removeprefix("accounts."), (lambda _: True, ""))
    if not place.startswith("accounts.") or fits(account):
        return None
    text = said(
        "Account %(code)s %(name)s is not of %(what)s, as tracked items need it.",
        code=account.code,
        name=account.name,
        what=what,
    )
    return Reason("account_not_allowed", text, place)


def _refusal(
    check: Check, organisation: OrganisationFacts, value: str, place: str
) -> Reason | None:
    try:
        check(organisation, Resolution(value, place))
    except Hold as hold:
        return hold.reason
    return None
