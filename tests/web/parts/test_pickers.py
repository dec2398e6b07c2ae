"""Pickers offer what posting takes, and say of all else why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django import forms

from accounting.choosable import BANKS, PAYMENTS, accounts_for
from connector.pages.parts.fields import AccountField, SecretField, TaxTypeField
from connector.pages.parts.styleguide import SAMPLE
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts


def barred(place: str, organisation: OrganisationFacts = SAMPLE) -> dict[str, str]:
    return AccountField(organisation, place).reasons


def test_each_place_bars_what_posting_would_refuse_there() -> None:
    assert barred("accounts.sales") == {
        "299": "archived in Xero", "610": "one of Xero's own accounts",
    }  # fmt: skip
    assert barred(PAYMENTS) == {
        **dict.fromkeys(("200", "260", "310"), "takes no payments in Xero"),
        "299": "archived in Xero", "610": "one of Xero's own accounts",
    }  # fmt: skip
    assert set(barred(BANKS)) == {"200", "260", "299", "310", "610", "835"}
    assert barred("accounts.discounts")["835"] == "discounts need an account of class Revenue"
    assert "310" not in barred("accounts.discounts")
    assert barred("accounts.cogs")["200"] == "tracked items need an account of class EXPENSE"


def test_of_two_accounts_with_one_code_the_active_one_is_offered() -> None:
    old = replace(SAMPLE.accounts["299"], account_id="old", code="200")
    twice = replace(SAMPLE, accounts=SAMPLE.accounts | {"old": old})

    rows = [(row.account.account_id, bool(row.barred)) for row in accounts_for(twice, PAYMENTS)
            if row.account.code == "200"]  # fmt: skip
    assert sorted(rows) == [("id-200", True), ("old", True)]
    assert AccountField(twice, "accounts.sales").clean("200") == "200"


@pytest.mark.parametrize("typed", ["200", "200 Sales", "sales", "200 Sales · Revenue"])
def test_an_account_may_be_typed_by_code_name_or_both(typed: str) -> None:
    assert AccountField(SAMPLE, "accounts.sales").clean(typed) == "200"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("299", "299 Sales until 2024 cannot be chosen here: archived in Xero. Choose another."),
        ("999", "“999”: not an account of Demo Company (AU). Choose one of the list."),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_its_reason(typed: str, says: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        AccountField(SAMPLE, "accounts.sales").clean(typed)
    assert refused.value.messages == [says]


def test_a_chart_that_is_not_known_takes_any_code() -> None:
    field = AccountField(NOT_CONNECTED, "accounts.sales")

    assert field.clean("417") == "417"
    assert "list=" not in field.widget.render("sales", "417")


def test_a_tax_type_must_go_with_the_class_of_the_account() -> None:
    sales = SAMPLE.accounts["200"]

    assert TaxTypeField(SAMPLE, sales).clean("GST on Income") == "OUTPUT"
    assert TaxTypeField(SAMPLE, sales).reasons == {
        "INPUT": "Xero does not allow it with account 200 Sales (class Revenue)"
    }
    assert TaxTypeField(SAMPLE).reasons == {}


def rendered(value: str, **given: Any) -> str:
    class Picking(forms.Form):
        account = AccountField(SAMPLE, "accounts.sales", **given)

    return Picking(initial={"account": value})["account"].as_widget()


def test_what_is_mapped_stays_chosen_even_where_it_cannot_be_chosen_any_more() -> None:
    archived, gone, fine = rendered("299"), rendered("417"), rendered("200")

    assert '<option value="299" selected>299 Sales until 2024' in archived
    assert "417: not an account of Demo Company (AU)" in gone
    assert '<option value="299" disabled>' in fine
    assert '<optgroup label="Cannot be chosen here">' in fine
    assert fine.index('label="Revenue"') < fine.index('label="Asset"')


def test_pickers_that_share_a_list_do_not_repeat_it() -> None:
    text = rendered("200", shared="chart")

    assert 'list="chart"' in text
    assert 'value="200 Sales"' in text
    assert "<option" not in text


def test_a_secret_is_never_shown_and_an_empty_field_keeps_it() -> None:
    class Keys(forms.Form):
        key = SecretField(kept=True)

    form = Keys({"key": ""}, initial={"key": "hush"})

    assert form.is_valid()
    assert form.cleaned_data == {"key": ""}
    assert "hush" not in f"{form}{Keys({'key': 'hush'})}"
    assert SecretField().clean("hush") == "hush"
