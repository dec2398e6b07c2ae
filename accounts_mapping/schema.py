"""The rules of one store, as the configuration file writes them and the mapping pages edit them.

Every class is a section of a store in the file; a field's default is the documented default.
`StoreRules` is also the snapshot that the pure modules work with: frozen, without a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

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
from stores.profile import PlatformProfile

ACCOUNT_KEYS = (
    "sales", "shipping", "discounts", "other_income", "rounding", "gift_cards", "store_credit",
    "refund_adjustments", "inventory", "cogs", "purchases", "fixed_tax", "gift_card_expense",
    "rewards", "stock_adjustment",
)  # fmt: skip
ROW_MEANINGS = ("discount", "gift_card", "store_credit", "ignore")
PLACEHOLDERS = frozenset(
    [
        "order_number",
        "order_id",
        "store_view",
        "website",
        "customer_group",
        "customer_id",
        "first_name",
        "last_name",
        "company",
        "email",
        "payment_method",
        "transaction_id",
        "invoice_number",
        "country",
        "state",
        "po_number",
    ]
)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _template(value: str) -> str:
    """A text with `{placeholders}`; each must be known, a lookup names table and key."""
    for name in _PLACEHOLDER.findall(value):
        kind, _, rest = name.partition(":")
        table, _, key = rest.partition(":")
        if name in PLACEHOLDERS or (kind == "lookup" and table and key in PLACEHOLDERS):
            continue
        raise ValueError(f"unknown placeholder {{{name}}}")
    if "{" in _PLACEHOLDER.sub("", value) or "}" in _PLACEHOLDER.sub("", value):
        raise ValueError("has a brace that is not a {placeholder}")
    return value


def _auto_or_flag(value: object) -> object:
    if value == "auto" or isinstance(value, bool):
        return value
    raise ValueError("must be auto, true or false")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) > 3650:
        raise ValueError("must be a whole number of days from 0 to 3650")
    return int(str(value))


def _day_of_month(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(str(value)) <= 31:
        raise ValueError("must be a day from 1 to 31")
    return int(str(value))


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of texts."""
    items = value if isinstance(value, list | tuple) else [value]
    texts = [item.strip() for item in items if isinstance(item, str)]
    if not texts or len(texts) != len(items) or not all(texts):
        raise ValueError("must be a text or a list of texts")
    return tuple(texts)


def _one_or_many(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


Template = Annotated[Text, AfterValidator(_template)]
Days = Annotated[int, BeforeValidator(_whole), PlainSerializer(str, return_type=str)]
Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    PlainSerializer(_one_or_many),
    WithJsonSchema({"type": "string"}),
]


class DayOfMonth(Section):
    """`{day: 20, of: next_month}`: a day of the month after the invoice's."""

    day: Annotated[int, BeforeValidator(_day_of_month)]
    of: Literal["next_month"]


class AfterMonth(Section):
    """`{days: 14, from: end_of_month}`: so long after the end of the invoice's month."""

    days: Days
    from_: Literal["end_of_month"] = Field(alias="from")


_DUE = (
    "must be a whole number of days from 0 to 3650, {day: 20, of: next_month}, "
    "{days: 14, from: end_of_month} or contact"
)


def _due(value: object) -> object:
    if isinstance(value, DayOfMonth | AfterMonth) or value == "contact":
        return value
    if isinstance(value, dict):
        shape = DayOfMonth if "day" in value else AfterMonth
        try:
            return shape.model_validate(value, by_alias=True, by_name=False)
        except ValidationError:
            raise ValueError(_DUE) from None
    if re.fullmatch(r"[-+]?[\d.]+", str(value)):
        return _whole(value)
    raise ValueError(_DUE)


def _due_out(value: Any) -> Any:
    if isinstance(value, Section):
        return value.model_dump(mode="json", by_alias=True)
    return str(value)


Due = int | DayOfMonth | AfterMonth | Literal["contact"]
DueDays = Annotated[Any, BeforeValidator(_due), PlainSerializer(_due_out)]


class Posting(Section):
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


class Contacts(Section):
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


class GiftCards(Section):
    voucher: Literal["multi", "single"] = "multi"
    unknown: Literal["hold", "liability", "discount", "expense"] = "hold"
    opening_balance: Number = ZERO

    @field_validator("opening_balance")
    @classmethod
    def _not_negative(cls, value: Any) -> Any:
        if value < 0:
            raise ValueError("must not be negative")
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


class SalesTax(Section):
    as_: Literal["line"] = Field(alias="as")
    account: Code


class TaxRule(Section):
    """When all given conditions hold for a line, its tax type; or the tax as its own line."""

    country: Texts | None = None
    state: Texts | None = None
    rate: Number | None = None
    class_: Code | None = Field(default=None, alias="class")
    name: Text | None = None
    vat_number: Flag | None = None
    tax_type: Code | None = None
    as_charged: Flag = False
    as_: Literal["line"] | None = Field(default=None, alias="as")
    account: Code | None = None

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for code in value or ():
            if code not in ("*", "EU", "export") and not (
                len(code) == 2 and code.isalpha() and code.isupper()
            ):
                raise ValueError('must be alpha-2 codes, "EU", "export" or "*"')
        return value

    @model_validator(mode="after")
    def _one_answer(self) -> TaxRule:
        if self.as_ == "line":
            if self.account is None:
                raise ValueError("`as: line` needs an `account`")
        elif self.tax_type is None:
            raise ValueError("needs a `tax_type`, or `as: line` with an `account`")
        return self


class Tax(Section):
    prices_include_tax: Annotated[Literal["auto"] | bool, BeforeValidator(_auto_or_flag)] = "auto"
    none: Code | None = None
    out_of_scope: Code | None = None
    default: Code | None = None
    rates: dict[Code, Number] = {}
    sales_tax: SalesTax | None = None
    rules: tuple[TaxRule, ...] = ()


class RowAccount(Section):
    account: Code
    tax_type: Code | None = None
    class_: Code | None = Field(default=None, alias="class")


class ProductOverride(Section):
    sku: Code
    sales_account: Code | None = None
    purchase_account: Code | None = None
    tax_type: Code | None = None


class When(Section):
    """Conditions of a rule; all given ones must hold. Texts match with `*` and `?`."""

    category: Texts | None = None
    sku: Texts | None = None
    customer_group: Texts | None = None
    store_view: Texts | None = None
    website: Texts | None = None
    payment_method: Texts | None = None
    shipping_method: Texts | None = None
    country: Texts | None = None
    state: Texts | None = None
    currency: Texts | None = None
    status: Texts | None = None
    coupon: Texts | None = None
    total_over: Number | None = None
    total_under: Number | None = None
    vat_number: Flag | None = None

    @model_validator(mode="after")
    def _something(self) -> When:
        if not self.model_fields_set:
            raise ValueError("needs at least one condition")
        return self


class Rule(Section):
    when: When
    account: Code | None = None
    tax_type: Code | None = None
    tracking: dict[Text, Template] | None = None
    due_days: DueDays | None = None
    contact: Template | None = None
    item: Flag | None = None
    approve: Flag | None = None
    hold: Text | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Rule:
        if self.model_fields_set == {"when"}:
            raise ValueError("needs an action: account, tax_type, tracking, due_days, …")
        return self


# In place of an account: money of this method is never posted; a person enters it in Xero.
NO_PAYMENT = "none"


def _payment_account(value: object) -> object:
    if isinstance(value, dict):
        if not value or not all(isinstance(code, str) and code.strip() for code in value.values()):
            raise ValueError("must be an account, or accounts by currency")
        return {str(currency): _one_account(code) for currency, code in value.items()}
    if isinstance(value, str) and value.strip():
        return _one_account(value)
    raise ValueError("must be an account, or accounts by currency")


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
    raise ValueError(f"must be {{account: …}} or one of {', '.join(ROW_MEANINGS)}")


def _row_out(value: Any) -> Any:
    if isinstance(value, RowAccount):
        return value.model_dump(by_alias=True, exclude_unset=True)
    return value


PaymentAccount = Annotated[Any, BeforeValidator(_payment_account)]
RowMeaning = Annotated[Any, BeforeValidator(_row), PlainSerializer(_row_out)]


class StoreRules(Section):
    """Everything that decides how an order of one store is posted."""

    posting: Posting = Posting()
    statuses: Statuses = Statuses()
    contacts: Contacts = Contacts()
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


def check_categories(used: Iterable[Mapping[str, object]]) -> None:
    """Raise ValueError if these options by category are of more than Xero's two categories."""
    names = list(dict.fromkeys(name for options in used for name in options))
    if len(names) > 2:
        raise ValueError(
            "tracking: Xero has at most two tracking categories, these are "
            f"{len(names)}: {', '.join(names)}"
        )
