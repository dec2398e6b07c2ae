"""Accounts by what they are for: by Xero's own mark, the edition's code, and the name. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts_mapping.editions.read import Edition
from accounts_mapping.proposals.codes import free_code
from accounts_mapping.proposals.proposal import (
    MappingProposal,
    NewAccount,
    StoreProposals,
    Sure,
    by_name,
    called,
    named_by,
    usable,
)
from accounts_mapping.rules.schema import StoreRules
from connector.lib.texts.said import said
from xero.documents.facts import AccountFacts, OrganisationFacts


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an account of a store is for: its words in names of accounts, the class that it must
    have, and how one is made where there is none."""

    key: str
    item: str
    words: tuple[str, ...]
    account_class: str
    new_name: str = ""
    new_type: str = ""
    from_code: int = 0
    pays: bool = False


_ALWAYS = (
    Purpose(
        "sales", said("Goods that are sold"),
        ("online sales", "web sales", "product sales", "sales revenue", "sales", "sales income"),
        "REVENUE", "Online sales", "REVENUE", 210,
    ),
    Purpose(
        "shipping", said("Shipping that buyers pay"),
        ("shipping income", "shipping revenue", "shipping charged", "delivery income",
         "freight income", "postage income", "shipping", "delivery", "freight", "postage"),
        "REVENUE", "Shipping income", "REVENUE", 220,
    ),
    Purpose(
        "discounts", said("Discounts that are given"),
        ("sales discounts", "discounts given", "discount given", "discounts allowed", "discounts",
         "discount", "promotions"),
        "REVENUE", "Discounts given", "REVENUE", 230,
    ),
    Purpose(
        "other_income", said("Fees, wrapping, surcharges"),
        ("other revenue", "other income", "sundry income", "miscellaneous income"),
        "REVENUE", "Other online income", "REVENUE", 240,
    ),
)  # fmt: skip
# Only where an order showed such a row: a liability that takes payments.
OF_ROWS = {
    "gift_card": Purpose(
        "gift_cards", said("Gift cards"),
        ("gift card liability", "gift cards", "gift card", "gift vouchers", "vouchers", "voucher"),
        "LIABILITY", "Gift card liability", "CURRLIAB", 835, pays=True,
    ),
    "store_credit": Purpose(
        "store_credit", said("Store credit"),
        ("store credit", "customer credit", "customer credits"),
        "LIABILITY", "Store credit", "CURRLIAB", 840, pays=True,
    ),
    "reward": Purpose(
        "rewards", said("Reward points"), ("reward points", "loyalty points", "rewards"),
        "LIABILITY", "Reward points", "CURRLIAB", 845, pays=True,
    ),
}  # fmt: skip
_ROUNDING = said("Cents of rounding")


def accounts(
    rules: StoreRules, organisation: OrganisationFacts, edition: Edition, meanings: frozenset[str]
) -> StoreProposals:
    """What is not mapped yet. `meanings` are those that rows of orders have had."""
    found = StoreProposals()
    wanted = [*_ALWAYS, *(one for name, one in OF_ROWS.items() if name in meanings)]
    for purpose in wanted:
        if getattr(rules.accounts, purpose.key) is None:
            _one(found, purpose, organisation, edition)
    if rules.accounts.rounding is None:
        _rounding(found, organisation)
    if rules.accounts.refund_adjustments is None:
        _adjustments(found, rules, organisation)
    return found


def _one(
    found: StoreProposals, purpose: Purpose, organisation: OrganisationFacts, edition: Edition
) -> None:
    fit = _fitting(purpose)
    listed = usable(organisation)
    usual = [
        one for code in edition.accounts.get(purpose.key, ()) for one in listed
        if one.code == code and fit(one)
    ]  # fmt: skip
    named = by_name(listed, purpose.words, fit)
    if purpose.key == "sales":
        named = [one for one in named if not _is_special(one)] or named
    chosen = next(iter(usual or named), None)
    if chosen is None:
        code = free_code(organisation, purpose.from_code, found.missing)
        found.missing.append(
            NewAccount(
                code,
                purpose.new_name,
                purpose.new_type,
                purpose.item,
                _not_found(purpose),
                purpose.pays,
            )
        )
        return
    if usual and chosen in named:
        why = said("By its name, and %(code)s is the code of Xero's own chart.", code=chosen.code)
    elif usual:
        why = said("%(code)s is the code of Xero's own chart for it.", code=chosen.code)
    elif len(named) == 1:
        of_class = purpose.account_class
        why = said("The one account of class %(class)s named for it.", **{"class": of_class})
    else:
        others = ", ".join(called(one) for one in named[1:4])
        why = said("By its name; %(others)s would also fit.", others=others)
    sure = Sure.CERTAIN if usual and chosen in named else Sure.LIKELY
    found.proposals.append(_proposal(purpose.key, purpose.item, chosen, why, sure))


def _not_found(purpose: Purpose) -> str:
    of_class = {"class": purpose.account_class}
    if purpose.pays:
        return said(
            "No account of class %(class)s that is named for it and takes payments was found.",
            **of_class,
        )
    return said("No account of class %(class)s that is named for it was found.", **of_class)


def _fitting(purpose: Purpose) -> Callable[[AccountFacts], bool]:
    def fit(account: AccountFacts) -> bool:
        pays = account.takes_payments or not purpose.pays
        return account.account_class == purpose.account_class and pays

    return fit


def _is_special(account: AccountFacts) -> bool:
    """Sales of one kind only."""
    words = ("discount", "shipping", "wholesale", "export", "old", "service", "asset")
    return any(word in account.name.casefold() for word in words)


def _rounding(found: StoreProposals, organisation: OrganisationFacts) -> None:
    own = organisation.rounding_account
    if own is not None and own.status == "ACTIVE":
        why = said("Xero's own account for rounding.")
        found.proposals.append(_proposal("rounding", _ROUNDING, own, why, Sure.CERTAIN))
        return
    named = by_name(
        usable(organisation), ("rounding",), lambda one: one.account_class in ("REVENUE", "EXPENSE")
    )
    if named:
        why = said("By its name; the organisation has no rounding account of Xero's own.")
        found.proposals.append(_proposal("rounding", _ROUNDING, named[0], why, Sure.LIKELY))
        return
    code = free_code(organisation, 861, found.missing)
    found.missing.append(
        NewAccount(
            code,
            "Rounding of online orders",
            "OTHERINCOME",
            _ROUNDING,
            said("The organisation has no account for rounding."),
        )
    )


def _adjustments(found: StoreProposals, rules: StoreRules, organisation: OrganisationFacts) -> None:
    """Fees kept and goodwill go where other income goes: without an account they are held."""
    other = rules.accounts.other_income
    proposed = next((one.value for one in found.proposals if one.path[-1] == "other_income"), None)
    account = organisation.accounts.get(other or proposed or "")
    if account is None or account.account_class != "REVENUE" or account.status != "ACTIVE":
        return
    why = said("The account of other income: fees kept are such, goodwill takes from it.")
    found.proposals.append(
        _proposal("refund_adjustments", said("Goodwill and fees kept on refunds"), account, why,
                  Sure.LIKELY)
    )  # fmt: skip


def _proposal(key: str, item: str, account: AccountFacts, why: str, sure: Sure) -> MappingProposal:
    return MappingProposal(("accounts", key), named_by(account), item, called(account), why, sure)
