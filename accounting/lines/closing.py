"""How a document is closed to the shop's total: its tax basis, and the accounts for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounting.books import Books
from accounting.discounts import discount_fits
from accounting.postable import (
    account_target,
    found,
    line_account_fits,
    out_of_scope,
    untaxed_type,
)
from accounting.reasons import Hold
from accounts_mapping.rules.resolve import Resolution
from connector.lib.money import minor_digits
from connector.lib.texts.said import said
from stores.canonical.order import Order
from xero.documents.lines import TaxMode


def tax_mode(books: Books, order: Order) -> TaxMode:
    """The basis of the document: the setting, else what the shop's own amounts say."""
    setting = books.snapshot.rules.tax.prices_include_tax
    if books.snapshot.rules.tax.sales_tax is not None:
        return TaxMode.EXCLUSIVE
    inclusive = order.prices_include_tax if setting == "auto" else setting
    return TaxMode.INCLUSIVE if inclusive else TaxMode.EXCLUSIVE


def overrides(books: Books, currency: str) -> bool:
    """Whether the shop's tax of each line is posted as it is in a document of this currency, by
    posting.rounding.

    `auto` does where the platform states the tax of each line as it was charged, and in
    currencies without a minor unit: Xero computes hundredths of every currency, which nobody
    charged, and which no line for rounding may hold.
    """
    rounding = books.snapshot.rules.posting.rounding
    stated = books.snapshot.platform.tax_per_line or not minor_digits(currency)
    return rounding == "tax_override" or (rounding == "auto" and stated)


def states_tax(books: Books) -> bool:
    """Whether a line states its tax where Xero's own differs from the shop's inside the same
    total, so that no rounding line would show it: unless the setting says that Xero computes."""
    return books.snapshot.rules.posting.rounding != "rounding_line"


@dataclass(frozen=True, slots=True)
class ClosingAccounts:
    """Accounts of discount and rounding lines, checked when such a line is made."""

    books: Books

    def discounts(self, tax_type: str) -> tuple[str, bool]:
        """A discount is a negative sale, and bears the tax of the sale."""
        organisation = self.books.organisation
        answer = found(self.books.snapshot.accounts["discounts"])
        discount_fits(organisation, answer, tax_type)
        return account_target(organisation, answer.value)

    def rounding(self, gap: Decimal) -> tuple[str, bool, str]:
        """The account mapped, else Xero's own for rounding."""
        snapshot, organisation = self.books.snapshot, self.books.organisation
        own = organisation.rounding_account
        mapped = snapshot.rules.accounts.rounding or (own and (own.code or own.account_id))
        if not mapped:
            raise Hold(
                "account_unmapped",
                said(
                    "%(gap)s of rounding needs an account. Choose one as accounts.rounding.",
                    gap=gap,
                ),
                "accounts.rounding",
            )
        account = Resolution(mapped, "accounts.rounding")
        facts = line_account_fits(organisation, account)
        title = said("%(gap)s of rounding", gap=gap)
        scope = out_of_scope(snapshot, title)
        kind = untaxed_type(snapshot, organisation, facts, scope, title)
        return *account_target(organisation, mapped), kind


def closing_accounts(books: Books) -> ClosingAccounts:
    """Where discount and rounding lines go."""
    return ClosingAccounts(books)
