"""Organisations of each edition of Xero, as new ones are."""

from __future__ import annotations

import pytest

from accounts_mapping.editions.read import edition_of
from sandbox.xero import StandIn
from sandbox.xero.charts import editions
from sandbox.xero.testing import Client, parsed

MONEY = {
    "AU": "AUD", "NZ": "NZD", "GB": "GBP", "US": "USD", "IE": "EUR", "DE": "EUR", "FR": "EUR",
    "CA": "CAD", "ZA": "ZAR",
}  # fmt: skip


@pytest.fixture(scope="module")
def xero():
    with StandIn(countries=tuple(editions.COUNTRIES), limits={"per_minute": 0}) as server:
        yield server


@pytest.mark.parametrize("country", editions.COUNTRIES)
def test_a_new_organisation_has_the_chart_and_the_rates_of_its_edition(xero, country):
    client = Client(xero, f"New Shop ({country})")
    (facts,) = parsed(client.send("GET", "Organisation"))["Organisations"]
    assert (facts["CountryCode"], facts["BaseCurrency"]) == (country, MONEY[country])
    accounts, rates = client.get("Accounts"), client.get("TaxRates")
    system = {one.get("SystemAccount") for one in accounts}
    assert system >= {"DEBTORS", "CREDITORS", "ROUNDING", "GST"}
    assert MONEY[country] in {one["Code"] for one in client.get("Currencies")}
    by_type = {one["TaxType"]: one for one in rates}
    areas = {"ASSET": "Assets", "LIABILITY": "Liabilities", "EXPENSE": "Expenses",
             "REVENUE": "Revenue", "EQUITY": "Equity"}  # fmt: skip
    for account in accounts:
        fits = by_type[account["TaxType"]][f"CanApplyTo{areas[account['Class']]}"]
        assert fits, (account["Code"], account["TaxType"])
    assert any(account["Name"] == "Sales" for account in accounts)


@pytest.mark.parametrize("country", editions.COUNTRIES)
def test_what_the_product_says_of_an_edition_its_organisations_have(country):
    told, data = edition_of(country), editions.edition(country)
    percents = {kind: percent for kind, _, percent, _ in data["tax_rates"]}
    for rate, kind in told.rates.items():
        assert percents[kind] == rate
    for kind in (told.none, told.export, told.out_of_scope):
        assert percents[kind] == "0"
    codes = {code for code, *_ in data["accounts"]}
    assert codes >= {code for named in told.accounts.values() for code in named}
    for own in data.get("own", {}).get(country, ()):
        assert own[1] in told.charged[country]
