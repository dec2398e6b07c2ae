"""Payment methods, and the other rows of an order's total: which account each goes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts_mapping.rules.schema import NO_PAYMENT, ROW_MEANINGS
from connector.pages.parts.fields import AccountField, TaxTypeField
from connector.pages.parts.widgets import Offered
from connector.pages.subjects import seen
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, Row, RowsEditor, RowsOf
from connector.pages.subjects.page import page_of


def _payment_form(around: Around) -> type[forms.Form]:
    open_invoice = Offered(NO_PAYMENT, str(_("No payment: leave the invoice open")))

    class PaymentRow(forms.Form):
        method = forms.CharField(label=_("Payment method"), required=False)
        currency = forms.CharField(
            label=_("Currency"), required=False, max_length=3,
            widget=forms.TextInput({"size": 4, "autocapitalize": "characters"}),
        )  # fmt: skip
        account = AccountField(
            around.organisation, "payment_accounts", extra=(open_invoice,),
            shared="payment-accounts", label=_("Account"), required=False,
        )  # fmt: skip

    return PaymentRow


def split_payments(value: dict[str, Any] | None) -> Iterable[Row]:
    """A row for each method, and of one with several accounts for each currency."""
    for method, answer in (value or {}).items():
        by_currency = answer if isinstance(answer, dict) else {"": answer}
        for currency, account in by_currency.items():
            yield {"method": method, "currency": currency, "account": account}


def join_payments(rows: Sequence[Row]) -> dict[str, Any]:
    """Rows of one method with currencies are one answer; beside them, one without a currency is
    that of all others. A row without an account is left to be refused."""
    found: dict[str, Any] = {}
    several = {row["method"] for row in rows if row["currency"]}
    for row in rows:
        method, account = row["method"], row["account"]
        if method in several:
            currency = row["currency"].upper() or "*"
            found[method] = found.get(method, {}) | {currency: account}
        else:
            found[method] = account
    return found


def _payment_place(number: int, row: Row) -> str:
    return f"payment_accounts.{row.get('method', '')}"


def _new_payment(around: Around, rows: Sequence[Row]) -> Row:
    """Of a method with accounts by currency, what stands behind its name is one."""
    method, _, currency = around.new.rpartition(".")
    if any(row["method"] == method and row["currency"] for row in rows):
        return {"method": method, "currency": currency}
    return {"method": around.new, "currency": ""}


PAYMENTS = RowsOf(
    path=("payment_accounts",),
    form=_payment_form,
    split=split_payments,
    join=join_payments,
    place=_payment_place,
    title=_("Where the money goes"),
    noun=_("method"),
    add=_("Add a payment method"),
    ordered=False,
    help=_(
        "A method is its code or title in the shop; * stands for all others. Fill in a currency "
        "only where each has an account of its own."
    ),
    key=lambda row: (row["method"], row["currency"].upper() or "*"),
    new=_new_payment,
    answer="account",
)

_MEANINGS = {
    "account": _("an amount of its own, on an account"),
    "discount": _("a discount"),
    "gift_card": _("paid by gift card"),
    "store_credit": _("paid by store credit"),
    "ignore": _("left out"),
}
assert {"account", *ROW_MEANINGS} == set(_MEANINGS)


def _total_form(around: Around) -> type[forms.Form]:
    class TotalRow(forms.Form):
        code = forms.CharField(label=_("Row"), required=False)
        meaning = forms.ChoiceField(
            label=_("Is"), required=False, choices=[("", "—"), *_MEANINGS.items()]
        )
        account = AccountField(
            around.organisation, "total_rows.account", shared="row-accounts", label=_("Account"),
            required=False,
        )  # fmt: skip
        tax_type = TaxTypeField(
            around.organisation, shared="row-taxes", label=_("Tax type"), required=False
        )
        class_ = forms.CharField(label=_("Tax class"), required=False)

    return TotalRow


def split_totals(value: dict[str, Any] | None) -> Iterable[Row]:
    for code, meaning in (value or {}).items():
        if isinstance(meaning, dict):
            rest = {"class_": meaning.get("class", "")}
            yield {"code": code, "meaning": "account"} | meaning | rest
        else:
            yield {"code": code, "meaning": meaning}


def join_totals(rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        given = {"account": row["account"], "tax_type": row["tax_type"], "class": row["class_"]}
        if row["meaning"] == "account" or any(given.values()):
            found[row["code"]] = {key: value for key, value in given.items() if value}
        else:
            found[row["code"]] = row["meaning"]
    return found


TOTAL_ROWS = RowsOf(
    path=("total_rows",),
    form=_total_form,
    split=split_totals,
    join=join_totals,
    place=lambda number, row: f"total_rows.{row.get('code', '')}",
    title=_("What each row is"),
    noun=_("row"),
    add=_("Add a row"),
    ordered=False,
    key=lambda row: (row["code"],),
    help=_(
        "What the platform's own rows mean is known; here stands what your shop adds to them, by "
        "the shop's code of the row."
    ),
    new=lambda around, rows: {"code": around.new},
    answer="meaning",
)


def _payments(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
    return (RowsEditor(around, PAYMENTS, sent),)


def _totals(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
    return (RowsEditor(around, TOTAL_ROWS, sent),)


payments = page_of("payments", _payments, "subjects/seen.html", beside=seen.METHODS)
total_rows = page_of("total-rows", _totals, "subjects/seen.html", beside=seen.TOTAL_ROWS)
