"""Tax rules as the configuration writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from accounts_mapping.rules.fields import Texts, _auto_or_flag
from connector.lib.schema import Code, Flag, Number, Section, Text
from connector.lib.texts.said import said


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
                raise ValueError(said('must be alpha-2 codes, "EU", "export" or "*"'))
        return value

    @model_validator(mode="after")
    def _one_answer(self) -> TaxRule:
        if self.as_ == "line":
            if self.account is None:
                raise ValueError(said("`as: line` needs an `account`"))
        elif self.tax_type is None:
            raise ValueError(said("needs a `tax_type`, or `as: line` with an `account`"))
        return self


class Tax(Section):
    prices_include_tax: Annotated[Literal["auto"] | bool, BeforeValidator(_auto_or_flag)] = "auto"
    none: Code | None = None
    out_of_scope: Code | None = None
    default: Code | None = None
    rates: dict[Code, Number] = {}
    sales_tax: SalesTax | None = None
    rules: tuple[TaxRule, ...] = ()

    @property
    def has_lines(self) -> bool:
        """Whether a rule posts a tax as a line of its own."""
        return any(rule.as_ == "line" for rule in self.rules)
