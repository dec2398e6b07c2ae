"""Filters over the chart of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from xero.models import Account, Organisation

_CLASSES = [
    ("", gettext_lazy("Any class")),
    ("ASSET", gettext_lazy("Asset")),
    ("EQUITY", gettext_lazy("Equity")),
    ("EXPENSE", gettext_lazy("Expense")),
    ("LIABILITY", gettext_lazy("Liability")),
    ("REVENUE", gettext_lazy("Revenue")),
]
_STATUSES = [
    ("", gettext_lazy("Any status")),
    ("ACTIVE", gettext_lazy("Active")),
    ("ARCHIVED", gettext_lazy("Archived")),
]


class ChartFilters(forms.Form):
    organisation = forms.ChoiceField(label=gettext_lazy("Organisation"), required=False)
    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search", "placeholder": gettext_lazy("Code or name"),
                "autocomplete": "off",
            }
        ),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Class"), required=False, choices=_CLASSES)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False, choices=_STATUSES)
    payable = forms.ChoiceField(
        label=gettext_lazy("Payments"), required=False,
        choices=[("", gettext_lazy("Any")), ("yes", gettext_lazy("Takes payments"))],
    )  # fmt: skip

    def __init__(self, data: Any, *, organisations: list[Organisation]) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(o.pk), str(o)) for o in organisations]
        if len(organisations) < 2:
            del self.fields["organisation"]

    @property
    def active(self) -> bool:
        self.is_valid()
        return any(v for name, v in self.cleaned_data.items() if name != "organisation")

    def apply(self, accounts: QuerySet[Account]) -> QuerySet[Account]:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q", "").strip():
            accounts = accounts.filter(Q(code__istartswith=text) | Q(name__icontains=text))
        if kind := chosen.get("kind"):
            accounts = accounts.filter(account_class=kind)
        if status := chosen.get("status"):
            accounts = accounts.filter(status=status)
        if chosen.get("payable"):
            accounts = accounts.filter(Q(type="BANK") | Q(payments_enabled=True))
        return accounts
