"""Whether a store's rules fit its organisation: said before an order is held for it. Pure.

The same checks as before posting (`accounting.postable`), over everything that is mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from accounting import discounts
from accounting.choosable import TRACKED, Check, check_of
from accounting.eligibility import takes_back
from accounting.postable import active_account, line_account_fits, payable_account, tax_fits
from accounting.reasons import Hold
from accounting.unmapped import tracking
from accounts_mapping.rules.resolve import Resolution
from accounts_mapping.rules.schema import RowAccount, StoreRules, payment_accounts
from accounts_mapping.rules.tax_schema import TaxRule
from connector.lib.texts.said import at_field, figure, said
from stores.profile import PlatformProfile
from stores.settings import StoreSettings
from xero.documents.facts import AccountFacts, OrganisationFacts


def misfits(rules: StoreRules, organisation: OrganisationFacts) -> list[str]:
    """`accounts.sales: … has no account 299.`, one line each, paths within the store."""
    if not organisation.connected:
        return []
    found = _Misfits(rules, organisation)
    found.accounts()
    found.taxes()
    found.overrides()
    found.other()
    return found.lines


def doubts(
    profile: StoreSettings,
    rules: StoreRules,
    organisation: OrganisationFacts,
    platform: PlatformProfile | None = None,
) -> list[str]:
    """What posts, but perhaps not as it was meant; one line each, paths within the store."""
    return [
        *_foreign_tax_at_home(profile, rules, organisation),
        *tracking.doubts(rules, organisation),
        *_other_base_currency(profile, organisation),
        *_receipts_need_banks(profile, rules, organisation),
        *discounts.doubts(rules, organisation),
        *_status_of_paid_orders(rules),
        *_restock_untold(profile, rules, platform),
    ]


def _foreign_tax_at_home(
    profile: StoreSettings, rules: StoreRules, organisation: OrganisationFacts
) -> Iterator[str]:
    """Rules that put another country's tax under a tax type of the home country's sales.

    Foreign tax is returned elsewhere (one-stop shop): it needs a type of its own, or the
    return at home counts it too.
    """
    home = profile.country or organisation.country
    at_home = {
        rule.tax_type
        for rule in rules.tax.rules
        if rule.tax_type and rule.rate != 0 and _holds_at_home(rule, home)
    } | {rules.tax.default}
    for index, rule in enumerate(rules.tax.rules):
        if rule.tax_type in at_home and rule.rate != 0 and _holds_abroad(rule, home):
            text = said(
                "%(type)s is also the type of sales at home; tax of %(countries)s needs a type of "
                "its own",
                type=rule.tax_type,
                countries=", ".join(rule.country or ()),
            )
            yield at_field(f"tax.rules[{index}].tax_type", text)


def _other_base_currency(profile: StoreSettings, organisation: OrganisationFacts) -> Iterator[str]:
    books = organisation.base_currency
    if books and books != profile.base_currency:
        text = said(
            "the shop's is %(shops)s, that of the books %(books)s: the shop's exchange rates are "
            "not used.",
            shops=profile.base_currency,
            books=books,
        )
        yield at_field("base_currency", text)


def _receipts_need_banks(
    profile: StoreSettings, rules: StoreRules, organisation: OrganisationFacts
) -> Iterator[str]:
    """Without invoices orders are bank transactions, which only bank accounts take."""
    if profile.streams.invoices or not profile.streams.payments:
        return
    for method, _, code in payment_accounts(rules):
        account = organisation.accounts.get(code)
        if account is not None and account.type != "BANK":
            text = said(
                "account %(code)s %(name)s is not of type BANK; with streams.invoices: false its "
                "orders are held.",
                code=code,
                name=account.name,
            )
            yield at_field(f"payment_accounts.{method}", text)


def _status_of_paid_orders(rules: StoreRules) -> Iterator[str]:
    """The status that is set in the shop must not change what becomes of the order here."""
    statuses, status = rules.statuses, rules.statuses.on_paid
    if status is None:
        return
    if takes_back(statuses, status):
        text = said(
            "%(status)s takes a sale back (statuses.reverse, statuses.refunded): it is never set.",
            status=status,
        )
        yield at_field("statuses.on_paid", text)
    elif not {status, "*"} & set(statuses.invoice):
        text = said(
            "%(status)s is not in statuses.invoice: an order that has it before it was posted is "
            "not posted, unless the shop gives it a state that is named there. What is posted "
            "stays.",
            status=status,
        )
        yield at_field("statuses.on_paid", text)


def _restock_untold(
    profile: StoreSettings, rules: StoreRules, platform: PlatformProfile | None
) -> Iterator[str]:
    """Where items are credited, somebody must say whether the goods came back."""
    if platform is None or platform.tells_restock or rules.refunds.restock != "as_store":
        return
    if profile.streams.products or rules.items.tracked:
        text = said(
            "%(platform)s does not tell whether refunded goods went back to stock, so as_store "
            "never credits an item, as never does. Choose always where they do.",
            platform=platform.label,
        )
        yield at_field("refunds.restock", text)


def _holds_at_home(rule: TaxRule, home: str) -> bool:
    return rule.country is None or (bool(home) and home in rule.country)


def _holds_abroad(rule: TaxRule, home: str) -> bool:
    """Whether the rule names another place than home (`"*"` is not one)."""
    return bool(set(rule.country or ()) - {"*", home})


class _Misfits:
    def __init__(self, rules: StoreRules, organisation: OrganisationFacts) -> None:
        self.lines: list[str] = []
        self._rules = rules
        self._organisation = organisation
        self._sales: AccountFacts | None = organisation.accounts.get(rules.accounts.sales or "")

    def accounts(self) -> None:
        for key, value in self._rules.accounts:
            self._account(value, f"accounts.{key}", check_of(f"accounts.{key}"))
            if key == "discounts":
                self.lines += discounts.misfits(self._rules, self._organisation)
        self._of_tracked_items()
        for method, currency, code in payment_accounts(self._rules):
            self._payment_account(code, f"payment_accounts.{method}", currency)

    def _of_tracked_items(self) -> None:
        """Tracked items need an inventory account and one for the cost of goods sold."""
        accounts, known = self._rules.accounts, self._organisation.accounts
        for key, (fits, what) in TRACKED.items():
            code = getattr(accounts, key)
            if code and (facts := known.get(code)) and not fits(facts):
                text = said(
                    "Account %(code)s %(name)s is not of %(what)s, as tracked items need it.",
                    code=code,
                    name=facts.name,
                    what=what,
                )
                self._report(f"accounts.{key}", text)
            if not code and self._rules.items.tracked:
                self._report(f"accounts.{key}", said("Tracked items need this account."))

    def taxes(self) -> None:
        tax = self._rules.tax
        self._untaxed(tax.none, "tax.none", self._sales)
        self._tax(tax.default, "tax.default", self._sales)
        rounding = self._rules.accounts.rounding or ""
        posted_to = self._organisation.accounts.get(rounding) or self._organisation.rounding_account
        self._untaxed(tax.out_of_scope, "tax.out_of_scope", posted_to)
        if tax.sales_tax:
            self._account(tax.sales_tax.account, "tax.sales_tax.account")
        for index, rule in enumerate(tax.rules):
            path = f"tax.rules[{index}]"
            if rule.account:
                self._account(rule.account, f"{path}.account")
            self._tax(rule.tax_type, f"{path}.tax_type", self._sales)
            self._rate(rule, path)

    def overrides(self) -> None:
        """Products, rules and total rows: an account with, perhaps, a tax type of its own."""
        for index, product in enumerate(self._rules.products):
            path = f"products[{index}]"
            account = self._account(product.sales_account, f"{path}.sales_account")
            self._account(product.purchase_account, f"{path}.purchase_account", active_account)
            self._tax(product.tax_type, f"{path}.tax_type", account or self._sales)
        for index, rule in enumerate(self._rules.rules):
            account = self._account(rule.account, f"rules[{index}].account")
            self._tax(rule.tax_type, f"rules[{index}].tax_type", account or self._sales)
        for name, meaning in self._rules.total_rows.items():
            if isinstance(meaning, RowAccount):
                account = self._account(meaning.account, f"total_rows.{name}.account")
                self._tax(meaning.tax_type, f"total_rows.{name}.tax_type", account)

    def other(self) -> None:
        """Tracking categories and the branding theme."""
        organisation, posting = self._organisation, self._rules.posting
        self.lines += tracking.misfits(self._rules, organisation)
        theme = posting.branding_theme
        themes = organisation.branding_themes
        if theme and theme not in themes and theme not in themes.values():
            text = said(
                "%(called)s has no theme %(theme)s.", called=organisation.called, theme=theme
            )
            self._report("posting.branding_theme", text)

    def _account(
        self,
        code: str | None,
        path: str,
        check: Callable[[OrganisationFacts, Resolution], AccountFacts | None] = line_account_fits,
    ) -> AccountFacts | None:
        """The account if it exists and may be used; otherwise a line, and None."""
        if not code:
            return None
        try:
            return check(self._organisation, Resolution(code, path))
        except Hold as hold:
            self._report(path, hold.reason.message)
        return None

    def _payment_account(self, code: str, path: str, currency: str) -> None:
        path = f"{path}.{currency}" if currency else path
        if self._account(code, path, active_account):
            self._asked(payable_account, Resolution(code, path))

    def _tax(self, tax_type: str | None, path: str, account: AccountFacts | None) -> bool:
        """Whether lines on the account may bear it; otherwise a line. None mapped: neither."""

        def check(organisation: OrganisationFacts, answer: Resolution) -> None:
            tax_fits(organisation, account, answer)

        return bool(tax_type) and self._asked(check, Resolution(tax_type or "", path))

    def _untaxed(self, tax_type: str | None, path: str, account: AccountFacts | None) -> None:
        """What is not taxed is held where its type is."""
        if self._tax(tax_type, path, account) and tax_type:
            rate = self._organisation.tax_rates[tax_type].effective_rate
            if rate:
                text = said(
                    "Tax type %(type)s is %(rate)s %% in Xero, and what it is for bears no tax. "
                    "Choose one of 0 %%.",
                    type=tax_type,
                    rate=figure(rate),
                )
                self._report(path, text)

    def _asked(self, check: Check, answer: Resolution) -> bool:
        """Whether posting would take it; otherwise a line that says why not."""
        try:
            check(self._organisation, answer)
        except Hold as hold:
            self._report(answer.source, hold.reason.message)
            return False
        return True

    def _rate(self, rule: TaxRule, path: str) -> None:
        known = self._organisation.tax_rates.get(rule.tax_type or "")
        if known is None or rule.rate is None or rule.as_charged:
            return
        if known.effective_rate != rule.rate:
            text = said(
                "tax type %(type)s is %(known)s %% in Xero, so sales at %(charged)s %% are held "
                "unless the rule says `as_charged: true`.",
                type=rule.tax_type,
                known=figure(known.effective_rate),
                charged=figure(rule.rate),
            )
            self._report(f"{path}.rate", text)

    def _report(self, path: str, text: str) -> None:
        self.lines.append(at_field(path, text))
