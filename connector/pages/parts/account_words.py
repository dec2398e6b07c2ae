"""What Xero's types and classes of accounts are called, and why one cannot be chosen."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounting.choosable import PAYMENTS, TRACKED, AccountChoice, TaxChoice
from connector.pages.parts.widgets import Words
from xero.documents.facts import AccountFacts

_CLASSES: dict[str, Words] = {
    "REVENUE": gettext_lazy("Revenue"),
    "EXPENSE": gettext_lazy("Expense"),
    "ASSET": gettext_lazy("Asset"),
    "LIABILITY": gettext_lazy("Liability"),
    "EQUITY": gettext_lazy("Equity"),
}
_TYPES: dict[str, Words] = {
    "BANK": gettext_lazy("Bank"),
    "CURRENT": gettext_lazy("Current asset"),
    "CURRLIAB": gettext_lazy("Current liability"),
    "DEPRECIATN": gettext_lazy("Depreciation"),
    "DIRECTCOSTS": gettext_lazy("Direct costs"),
    "EQUITY": gettext_lazy("Equity"),
    "EXPENSE": gettext_lazy("Expense"),
    "FIXED": gettext_lazy("Fixed asset"),
    "INVENTORY": gettext_lazy("Inventory"),
    "LIABILITY": gettext_lazy("Liability"),
    "NONCURRENT": gettext_lazy("Non-current asset"),
    "OTHERINCOME": gettext_lazy("Other income"),
    "OVERHEADS": gettext_lazy("Overhead"),
    "PREPAYMENT": gettext_lazy("Prepayment"),
    "REVENUE": gettext_lazy("Revenue"),
    "SALES": gettext_lazy("Sales"),
    "TERMLIAB": gettext_lazy("Non-current liability"),
    "PAYGLIABILITY": gettext_lazy("PAYG liability"),
    "SUPERANNUATIONEXPENSE": gettext_lazy("Superannuation"),
    "SUPERANNUATIONLIABILITY": gettext_lazy("Superannuation liability"),
    "WAGESEXPENSE": gettext_lazy("Wages"),
}
# The keys of `accounts` in a store's rules, as a bookkeeper calls them.
_PLACES: dict[str, Words] = {
    "sales": gettext_lazy("Sales"),
    "shipping": gettext_lazy("Shipping"),
    "discounts": gettext_lazy("Discounts"),
    "other_income": gettext_lazy("Other income"),
    "rounding": gettext_lazy("Rounding"),
    "gift_cards": gettext_lazy("Gift cards"),
    "store_credit": gettext_lazy("Store credit"),
    "refund_adjustments": gettext_lazy("Refund adjustments"),
    "inventory": gettext_lazy("Inventory"),
    "cogs": gettext_lazy("Cogs"),
    "purchases": gettext_lazy("Purchases"),
    "fixed_tax": gettext_lazy("Fixed tax"),
    "gift_card_expense": gettext_lazy("Gift card expense"),
    "rewards": gettext_lazy("Rewards"),
    "stock_adjustment": gettext_lazy("Stock adjustment"),
}
# The class that is looked for first, by place; else revenue.
_FIRST = {
    "accounts.inventory": "ASSET",
    "accounts.cogs": "EXPENSE",
    "accounts.purchases": "EXPENSE",
    "accounts.gift_card_expense": "EXPENSE",
    "accounts.rounding": "EXPENSE",
    "accounts.gift_cards": "LIABILITY",
    "accounts.store_credit": "LIABILITY",
}


def class_name(account_class: str) -> Words:
    """Revenue, Expense, …; as Xero says it where it is none of these."""
    return _CLASSES.get(account_class, account_class.capitalize())


def place_name(key: str) -> str:
    """What a key of `accounts` is for: Sales, Gift cards, …"""
    return str(_PLACES.get(key, key.replace("_", " ").capitalize()))


def type_name(account_type: str) -> str:
    """Bank, Current asset, …; as Xero says it where it is none of these."""
    return str(_TYPES.get(account_type, account_type.capitalize()))


def classes_first(place: str) -> list[str]:
    """The classes in the order in which somebody looks for an account for that place."""
    first = "ASSET" if place.startswith(PAYMENTS) else _FIRST.get(place, "REVENUE")
    return [first, *(one for one in _CLASSES if one != first)]


def barred_words(choice: AccountChoice, place: str) -> str:
    """Why an account cannot be chosen there, in a few words."""
    account, code = choice.account, choice.barred.code if choice.barred else ""
    if code == "account_archived":
        return _("archived in Xero")
    if code == "payment_account_unfit":
        return _("takes no payments in Xero")
    if code == "bank_account_needed":
        return _("not a bank account")
    if account.system_account:
        return _("one of Xero's own accounts")
    if place == "accounts.discounts":
        return _("discounts need an account of class Revenue")
    _fits, what = TRACKED[place.removeprefix("accounts.")]
    return _("tracked items need an account of %(what)s") % {"what": what}


def tax_barred_words(choice: TaxChoice, account: AccountFacts | None) -> str:
    """Why a tax type cannot be chosen, in a few words."""
    if choice.barred is None or choice.barred.code == "tax_type_unknown" or account is None:
        return _("not active in Xero")
    return _("Xero does not allow it with account %(code)s %(name)s (class %(class)s)") % {
        "code": account.code, "name": account.name, "class": class_name(account.account_class),
    }  # fmt: skip
