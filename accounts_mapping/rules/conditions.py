"""Rules with conditions, as the configuration writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import model_validator

from accounts_mapping.rules.due import DueDays
from accounts_mapping.rules.fields import Template, Texts
from connector.lib.schema import Code, Flag, Number, Section, Text
from connector.lib.texts.said import at_field, said


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
    vendor: Texts | None = None
    total_over: Number | None = None
    total_under: Number | None = None
    vat_number: Flag | None = None

    @model_validator(mode="after")
    def _something(self) -> When:
        if not self.model_fields_set:
            raise ValueError(said("needs at least one condition"))
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
            raise ValueError(said("needs an action: account, tax_type, tracking, due_days, …"))
        return self


def check_categories(used: Iterable[Mapping[str, object]]) -> None:
    """Raise ValueError if these options by category are of more than Xero's two categories."""
    names = list(dict.fromkeys(name for options in used for name in options))
    if len(names) > 2:
        text = said(
            "Xero has at most two tracking categories, these are %(count)s: %(names)s",
            count=len(names), names=", ".join(names),
        )  # fmt: skip
        raise ValueError(at_field("tracking", text))
