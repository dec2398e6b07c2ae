"""An organisation of one of Xero's editions, as a new one is: the chart and the rates of its file,
with nothing added but the rates that merchants of Global countries have."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from sandbox.xero.books.organisation import Organisation
from sandbox.xero.books.state import State
from sandbox.xero.documents.reference import CLASSES
from sandbox.xero.wire import Doc

_FOLDER = Path(__file__).parent
_AREAS = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
_WHERE = {
    "all": _AREAS,
    "sales": ("Assets", "Equity", "Liabilities", "Revenue"),
    "costs": ("Assets", "Equity", "Expenses", "Liabilities"),
    "revenue": ("Liabilities", "Revenue"),
    "liabilities": ("Liabilities",),
}
# Edition files by country.
COUNTRIES = {
    "AU": "au", "NZ": "nz", "GB": "gb", "US": "us",
    "IE": "global", "DE": "global", "FR": "global", "CA": "global", "ZA": "global",
}  # fmt: skip


def edition(country: str) -> dict[str, Any]:
    """The file of a country's edition."""
    loaded: dict[str, Any] = yaml.safe_load((_FOLDER / f"{COUNTRIES[country]}.yaml").read_text())
    return loaded


def changes(country: str) -> Doc:
    """What the facts of an organisation are in this edition."""
    data = edition(country)
    return {
        "CountryCode": country,
        "BaseCurrency": data["currencies"][country],
        "Version": data["version"],
        "Timezone": data["timezone"],
    }


def fill(organisation: Organisation, country: str) -> None:
    """The accounts and the tax rates; the merchant's own come after Xero's."""
    data = edition(country)
    for code, name, kind, tax, *system in data["accounts"]:
        organisation.save("Accounts", _account(organisation, code, name, kind, tax, *system))
    own = data.get("own", {}).get(country, [])
    rates = [*data["tax_rates"], *([f"TAX{n:03d}", *one, "sales"] for n, one in enumerate(own, 1))]
    for kind, name, percent, where in rates:
        organisation.save("TaxRates", _rate(data["component"], kind, name, percent, where))


def _account(
    organisation: Organisation, code: str, name: str, kind: str, tax: str, system: str | None = None
) -> Doc:
    account = {
        "AccountID": organisation.new_id(), "Code": code, "Name": name, "Type": kind,
        "Class": CLASSES[kind], "Status": "ACTIVE", "TaxType": tax,
        "EnablePaymentsToAccount": False, "ShowInExpenseClaims": False, "SystemAccount": system,
        "ReportingCode": CLASSES[kind][:3], "HasAttachments": False, "AddToWatchlist": False,
    }  # fmt: skip
    if kind == "BANK":
        account |= {
            "BankAccountType": "BANK", "BankAccountNumber": f"0129{code}",
            "CurrencyCode": organisation.base_currency,
        }  # fmt: skip
    return account


def _rate(component: str, kind: str, name: str, percent: str, where: str) -> Doc:
    rate = Decimal(percent).quantize(Decimal("0.0000"))
    part = {"Name": component, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}
    doc = {
        "_id": kind.lower(), "Name": name, "TaxType": kind, "Status": "ACTIVE",
        "DisplayTaxRate": rate, "EffectiveRate": rate, "TaxComponents": [part],
    }  # fmt: skip
    return doc | {f"CanApplyTo{area}": area in _WHERE[where] for area in _AREAS}


def name_of(country: str) -> str:
    """What the organisation is called: `New Shop (NZ)`."""
    return f"New Shop ({country})"


def add(state: State, facts: Doc, country: str) -> Organisation:
    """Add the organisation; `facts` are those of any."""
    organisation = state.add(facts | changes(country))
    fill(organisation, country)
    return organisation
