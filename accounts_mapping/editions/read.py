"""The editions' files, read once: which account and which tax type is meant by what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_GLOBAL = "GLOBAL"


@dataclass(frozen=True, slots=True)
class Edition:
    """One of Xero's editions. `rates` are tax types of sales by their percentage; `none`, `export`
    and `out_of_scope` those of what bears no tax; `sales_tax`: all tax is one line on a liability.
    `charged` are the percentages of countries for which it has no type. `says` are sentences."""

    edition: str
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)
    none: str = ""
    export: str = ""
    out_of_scope: str = ""
    sales_tax: bool = False
    charged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return "Global" if self.edition == _GLOBAL else self.edition


def edition_of(country: str) -> Edition:
    """The edition of organisations of a country, as Xero names it (GB, AU …)."""
    by_country = _editions()
    return by_country.get(country, by_country[_GLOBAL])


@cache
def _editions() -> dict[str, Edition]:
    found: dict[str, Edition] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text())
        one = _edition(data)
        found |= dict.fromkeys(data["countries"] or [_GLOBAL], one)
    return found


def _edition(data: Mapping[str, Any]) -> Edition:
    taxes = data["taxes"]
    return Edition(
        edition=data["edition"],
        accounts={key: tuple(codes) for key, codes in data["accounts"].items()},
        rates=dict(taxes["rates"]),
        none=taxes["none"], export=taxes["export"], out_of_scope=taxes["out_of_scope"],
        sales_tax=taxes.get("sales_tax") == "line",
        charged={country: tuple(rates) for country, rates in taxes.get("charged", {}).items()},
        says=dict(data["says"]),
    )  # fmt: skip
