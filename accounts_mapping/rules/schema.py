"""The rules of one store, as the configuration file writes them and the mapping pages edit them.

Every class is a section of a store in the file; a field's default is the documented default.
`StoreRules` is also the snapshot that the pure modules work with: frozen, without a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

from accounts_mapping.rules.conditions import ProductOverride, Rule, check_categories
from accounts_mapping.rules.due import DueDays
from accounts_mapping.rules.fields import Template
from accounts_mapping.rules.tax_schema import Tax
from connector.lib.money import ZERO
from connector.lib.schema import (
    Code,
    Duration,
    Flag,
    Number,
    Section,
    Text,
    TimeOfDay,
)
from connector.lib.texts.said import said
from stores.profile import PlatformProfile

ACCOUNT_KEYS = (
    "sales", "shipping", "discounts", "other_income", "rounding", "gift_cards", "store_credit",
    "refund_adjustments", "inventory", "cogs", "purchases", "fixed_tax", "gift_card_expense",
    "rewards", "stock_adjustment",
)  # fmt: skip
ROW_MEANINGS = ("discount", "gift_card", "store_credit", "ignore")


class PostingRules(Section):
    mode: Literal["per_order", "daily_summary"] = "per_order"
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "AUTHORISED"
    date: Literal["ordered", "paid", "shipped"] = "ordered"
    due_days: DueDays = 0
    zero_orders: Literal["skip", "post"] = "skip"
    locked_period: Literal["hold", "next_open_day"] = "hold"
    currency_not_enabled: Literal["hold", "convert"] = "hold"
    rounding: Literal["auto", "tax_override", "rounding_line"] = "auto"
    discounts: Literal["separate", "folded"] = "separate"
    cancel: Literal["void", "credit_note"] = "void"
    edits: Literal["update", "ignore"] = "update"
    reference: Template = "{order_number}"
    settle_delay: Duration = "0m"
    summary_after: TimeOfDay = "03:00"
    tracking_options: Literal["create", "skip", "hold"] = "create"
    branding_theme: Text | None = None
    send_to_contact: Flag = False
    number: Literal["order", "invoice"] = "order"
    delivery_address: Literal["contact", "lines"] = "contact"
    history_notes: Literal["deviations", "all", "off"] = "deviations"


class Statuses(Section):
    """Shop statuses by what they cause; `"*"` means all. Compared with status, then state."""

    invoice: tuple[Code, ...] = ()
    reverse: tuple[Code, ...] = ()
    refunded: tuple[Code, ...] = ()
    paid: tuple[Code, ...] = ()
    on_paid: Code | None = None

    @classmethod
    def proposed(cls, platform: PlatformProfile) -> Statuses:
        """Those that the platform proposes."""
        given = {name: said for name, said in asdict(platform.statuses).items() if said}
        return cls.model_validate(given)


class ContactRules(Section):
    strategy: Literal["per_customer", "single", "per_company"] = "per_customer"
    guests: Literal["by_email", "one_contact"] = "by_email"
    unique: Literal["email", "customer_id", "name"] = "email"
    name: Template = "{first_name} {last_name}"
    guest: Template = "Web sales"
    summary: Template = "Web sales"
    archived: Literal["restore", "suffix"] = "restore"
    account_number: Flag = False


class Items(Section):
    tracked: Flag = False
    oversell: Literal["post_untracked", "hold"] = "post_untracked"


class Refunds(Section):
    adjustment_tax: Literal["as_goods", "none"] = "as_goods"
    restock: Literal["as_store", "always", "never"] = "as_store"
    before_cut_over: Literal["hold", "standalone"] = "hold"
    return_actions: tuple[Code, ...] = ()
    lowered_total: Literal["open", "refunded"] = "open"


class GiftCards(Section):
    voucher: Literal["multi", "single"] = "multi"
    unknown: Literal["hold", "liability", "discount", "expense"] = "hold"
    opening_balance: Number = ZERO

    @field_validator("opening_balance")
    @classmethod
    def _not_negative(cls, value: Any) -> Any:
        if value < 0:
            raise ValueError(said("must not be negative"))
        return value


class Accounts(Section):
    """Account codes (or AccountIDs) by what they are for; None is unmapped."""

    sales: Code | None = None
    shipping: Code | None = None
    discounts: Code | None = None
    other_income: Code | None = None
    rounding: Code | None = None
    gift_cards: Code | None = None
    store_credit: Code | None = None
    refund_adjustments: Code | None = None
    inventory: Code | None = None
    cogs: Code | None = None
    purchases: Code | None = None
    fixed_tax: Code | None = None
    gift_card_expense: Code | None = None
    rewards: Code | None = None
    stock_adjustment: Code | None = None


class RowAccount(Section):
    account: Code
    tax_type: Code | None = None
    class_: Code | None = Field(default=None, alias="class")


# In place of an account: money of this method is never posted; a person enters it in Xero.
NO_PAYMENT = "none"


def _payment_account(value: object) -> object:
    if isinstance(value, dict):
        if not value or not all(isinstance(code, str) and code.strip() for code in value.values()):
            raise ValueError(said("must be an account, or accounts by currency"))
        return {str(currency): _one_account(code) for currency, code in value.items()}
    if isinstance(value, str) and value.strip():
        return _one_account(value)
    raise ValueError(said("must be an account, or accounts by currency"))


def _one_account(code: str) -> str:
    code = code.strip()
    return NO_PAYMENT if code.casefold() == NO_PAYMENT else code


def payment_accounts(rules: StoreRules) -> Iterator[tuple[str, str, str]]:
    """Each account that money is posted to: the method, the currency ("" for all), the account."""
    for method, answer in rules.payment_accounts.items():
        by_currency = answer if isinstance(answer, dict) else {"": answer}
        for currency, code in by_currency.items():
            if code != NO_PAYMENT:
                yield method, currency, code


def _row(value: object) -> object:
    if isinstance(value, RowAccount) or value in ROW_MEANINGS:
        return value
    if isinstance(value, dict):
        return RowAccount.model_validate(value, by_alias=True, by_name=False)
    raise ValueError(
        said("must be {account: …} or one of %(meanings)s", meanings=", ".join(ROW_MEANINGS))
    )


def _row_out(value: Any) -> Any:
    if isinstance(value, RowAccount):
        return value.model_dump(by_alias=True, exclude_unset=True)
    return value


PaymentAccount = Annotated[Any, BeforeValidator(_payment_account)]
RowMeaning = Annotated[Any, BeforeValidator(_row), PlainSerializer(_row_out)]


class StoreRules(Section):
    """Everything that decides how an order of one store is posted."""

    posting: PostingRules = PostingRules()
    statuses: Statuses = Statuses()
    contacts: ContactRules = ContactRules()
    items: Items = Items()
    refunds: Refunds = Refunds()
    gift_cards: GiftCards = GiftCards()
    accounts: Accounts = Accounts()
    payment_accounts: dict[Code, PaymentAccount] = {}
    tax: Tax = Tax()
    total_rows: dict[Code, RowMeaning] = {}
    products: tuple[ProductOverride, ...] = ()
    lookups: dict[Text, dict[Text, Text]] = {}
    rules: tuple[Rule, ...] = ()
    tracking: dict[Text, Template] = {}

    @model_validator(mode="after")
    def _two_categories(self) -> StoreRules:
        check_categories([self.tracking, *(rule.tracking or {} for rule in self.rules)])
        return self
