"""Taxes: which tax type of Xero stands for each tax of the shop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts_mapping.seen.pairs import rule_of
from connector.pages.parts.fields import AccountField, TaxTypeField
from connector.pages.subjects import seen
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, Row, RowsEditor, RowsOf, SettingsForm
from connector.pages.subjects.page import page_of
from connector.pages.subjects.settings import AccountCode, OneOf, SettingGroup, TaxType
from connector.pages.subjects.texts import FLAG_ANSWERS, flag_of, flag_text, listed, said


class SalesTaxAccount(AccountCode):
    """`tax.sales_tax` is a whole: its account, and that the tax is a line of its own."""

    def shown(self, value: Any) -> Any:
        return (value or {}).get("account", "")

    def given(self, typed: Any) -> Any:
        return {"as": "line", "account": typed} if typed else None


SETTINGS = (
    SettingGroup(
        "",
        (
            OneOf(
                path=("tax", "prices_include_tax"), label=_("Prices of the shop include tax"),
                options={
                    "auto": _("as the amounts of each order say"),
                    "true": _("always"), "false": _("never"),
                },
            ),
            TaxType(
                path=("tax", "none"), label=_("An untaxed line delivered at home"),
                help=_("Without it, orders with such a line wait for you."),
            ),
            TaxType(path=("tax", "out_of_scope"), label=_("Rounding and gift cards")),
            TaxType(
                path=("tax", "default"), label=_("What no rule below fits"),
                help=_("Empty: the order waits for you, and is not posted with a tax that nobody "
                       "chose."),
            ),
        ),
    ),
    SettingGroup(
        _("Sales tax as a line of its own"),
        (
            SalesTaxAccount(
                path=("tax", "sales_tax"), label=_("Account of the tax"),
                help=_("For the United States: the tax that the shop charged stands on a line of "
                       "its own, on this account. Empty: tax is part of its lines."),
            ),
        ),
    ),
)  # fmt: skip


def _rule_form(around: Around) -> type[forms.Form]:
    class TaxRuleRow(forms.Form):
        country = forms.CharField(label=_("Countries"), required=False)
        state = forms.CharField(label=_("States"), required=False)
        rate = forms.CharField(
            label=_("Rate in %"), required=False,
            widget=forms.TextInput({"inputmode": "decimal", "size": 6}),
        )  # fmt: skip
        class_ = forms.CharField(label=_("Tax class"), required=False)
        name = forms.CharField(label=_("Name of the tax"), required=False)
        vat_number = forms.ChoiceField(
            label=_("VAT number given"), required=False, choices=FLAG_ANSWERS
        )
        tax_type = TaxTypeField(
            around.organisation, shared="rule-taxes", label=_("Tax type in Xero"), required=False
        )
        as_charged = forms.BooleanField(
            label=_("Post the tax as charged, even if the type's rate differs"), required=False
        )
        as_ = forms.BooleanField(label=_("As a line of its own, on this account"), required=False)
        account = AccountField(
            around.organisation, "tax.rules.account", shared="rule-accounts", label=_("Account"),
            required=False,
        )  # fmt: skip

    return TaxRuleRow


def split_rules(value: list[dict[str, Any]] | None) -> Iterable[Row]:
    for rule in value or []:
        yield rule | {
            "country": said(rule.get("country")),
            "state": said(rule.get("state")),
            "class_": rule.get("class", ""),
            "vat_number": flag_text(rule.get("vat_number")),
            "as_": rule.get("as") == "line",
        }


def join_rules(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_rule(row) for row in rows]


def _rule(row: Row) -> dict[str, Any]:
    given = {
        "country": listed(row["country"]),
        "state": listed(row["state"]),
        "rate": row["rate"],
        "class": row["class_"],
        "name": row["name"],
        "vat_number": flag_of(row["vat_number"]),
        "tax_type": row["tax_type"],
        "as_charged": row["as_charged"] or None,
        "as": "line" if row["as_"] else None,
        "account": row["account"],
    }
    return {key: value for key, value in given.items() if value not in ("", None, [])}


def _new_rule(around: Around, rows: Sequence[Row]) -> Row:
    home = around.drafted.value("country") or around.organisation.country
    rule = rule_of(around.new, home)
    given = {name.replace("class", "class_"): value for name, value in rule.items()}
    return dict.fromkeys(("country", "state", "class_", "rate", "name"), "") | given if rule else {}


RULES = RowsOf(
    path=("tax", "rules"),
    form=_rule_form,
    split=split_rules,
    join=join_rules,
    place=lambda number, row: f"tax.rules[{number}]",
    title=_("Taxes of the shop"),
    noun=_("tax"),
    add=_("Add a tax"),
    help=_("The most specific row that fits a line wins: by name, class, state, country, VAT "
           "number and rate, in this order. Countries are codes such as DE, FR, or EU, export or "
           "*; empty is at home."),
    new=_new_rule,
    answer="tax_type",
)  # fmt: skip


def _rate_form(around: Around) -> type[forms.Form]:
    class RateRow(forms.Form):
        tax_type = forms.CharField(label=_("Tax type"), required=False)
        rate = forms.CharField(
            label=_("Rate in %"), required=False,
            widget=forms.TextInput({"inputmode": "decimal", "size": 6}),
        )  # fmt: skip

    return RateRow


RATES = RowsOf(
    path=("tax", "rates"),
    form=_rate_form,
    split=lambda value: ({"tax_type": k, "rate": v} for k, v in (value or {}).items()),
    join=lambda rows: {row["tax_type"]: row["rate"] for row in rows},
    place=lambda number, row: f"tax.rates.{row.get('tax_type', '')}",
    title=_("Rates while not connected"),
    noun=_("rate"),
    add=_("Add a rate"),
    ordered=False,
    key=lambda row: (row["tax_type"],),
    help=_("What previews reckon with until Xero's own rates are read."),
)


def _parts(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
    editors: list[Editor] = [SettingsForm(around, SETTINGS, sent), RowsEditor(around, RULES, sent)]
    if not around.organisation.connected or around.drafted.value("tax", "rates"):
        editors.append(RowsEditor(around, RATES, sent))
    return editors


taxes = page_of("taxes", _parts, "subjects/seen.html", beside=seen.TAXES)
