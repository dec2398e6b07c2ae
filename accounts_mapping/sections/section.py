"""A store's whole section of the configuration file, and what it looks like written out. Pure.

A version, a draft and the file have one shape: what `written_out` makes of a section. Secrets are
in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from accounts_mapping.rules.conditions import ProductOverride, Rule, When
from accounts_mapping.rules.schema import RowAccount, StoreRules
from accounts_mapping.rules.tax_schema import SalesTax, TaxRule
from connector.lib.money import plain
from connector.lib.schema import Section
from stores.settings import StoreSettings

SECRETS = ("credentials", "webhook_secret")
# Written without the fields that are at their defaults: most of theirs are.
_ENTRIES = (TaxRule, Rule, When, ProductOverride, RowAccount, SalesTax)
# Left out where empty: they have no default that a reader would want to see.
_NO_DEFAULT = frozenset(
    {"accounts", "payment_accounts", "total_rows", "products", "lookups", "rules", "tracking"}
)
_FIRST = (
    "slug", "name", "platform", "url", "organisation", "environment", "base_currency", "country",
    "timezone",
)  # fmt: skip

Document = dict[str, Any]


class StoreSection(StoreSettings, StoreRules):
    """A store as the file has it: how it is reached, and how its orders are posted."""

    @property
    def profile(self) -> StoreSettings:
        return StoreSettings.model_validate(self._given(StoreSettings))

    @property
    def store_rules(self) -> StoreRules:
        return StoreRules.model_validate(self._given(StoreRules))

    def _given(self, part: type[Section]) -> dict[str, object]:
        """What was set of these fields, so that the rest keeps counting as not set."""
        names = part.model_fields.keys() & self.model_fields_set
        return {name: getattr(self, name) for name in part.model_fields if name in names}


@dataclass(frozen=True, slots=True)
class Writing:
    """How numbers and texts are written; as they are, for JSON: numbers are texts there."""

    number: Callable[[str], str] = str
    text: Callable[[str], str] = str

    def section(self, profile: StoreSettings, rules: StoreRules) -> Document:
        """In the documented order, every default filled in; what is unmapped, or empty without a
        default, is left out, and so are secrets."""
        return dict(self._settings(profile)) | self.rules(rules)

    def rules(self, rules: StoreRules) -> Document:
        """The part of the section that are rules."""
        found = {}
        for key, value in rules:
            converted = self.value(value)
            if key == "tax":
                converted = {k: v for k, v in converted.items() if v not in ({}, [])}
            if converted or key not in _NO_DEFAULT:
                found[key] = converted
        return found

    def value(self, value: Any) -> Any:
        """One value of a setting; None is left out of mappings."""
        if isinstance(value, BaseModel):
            return self._model(value)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return self.number(plain(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(str(value))
        return value

    def _settings(self, profile: StoreSettings) -> Iterator[tuple[str, Any]]:
        rest = [key for key in type(profile).model_fields if key not in (*_FIRST, *SECRETS)]
        for key in (*_FIRST, *rest):
            value = self.value(getattr(profile, key))
            if value is not None and (value or key != "archived"):
                yield key, value

    def _model(self, model: BaseModel) -> Document:
        found = {}
        for name, field in type(model).model_fields.items():
            value = getattr(model, name)
            is_default = isinstance(model, _ENTRIES) and value == field.default
            if value is None or is_default:
                continue
            # A condition with one text is written as the text.
            if isinstance(model, When | TaxRule) and isinstance(value, tuple) and len(value) == 1:
                value = value[0]
            found[field.alias or name] = self.value(value)
        return found


def written_out(profile: StoreSettings, rules: StoreRules) -> Document:
    """The section as JSON values, as `config export` would write it; see `Writing.section`."""
    return Writing().section(profile, rules)


def read_back(document: Document) -> StoreSection:
    """The section of a document. Raises pydantic's ValidationError."""
    # By alias only: `class_`, the name in Python, is no key.
    return StoreSection.model_validate(document, by_alias=True, by_name=False)
