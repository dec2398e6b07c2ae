"""`/styleguide/`: every part of a page, in both themes. Under DEBUG or SANDBOX only.

What is shown is made up: no row is read, and nothing that is sent is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connector.lib.rights import right
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.fields import AccountField, SecretField, TaxTypeField
from connector.pages.parts.rows import Rows
from connector.pages.parts.ways import Tab, steps
from xero.documents.facts import AccountFacts, OrganisationFacts, TaxRateFacts


def _account(code: str, name: str, kind: str, of_class: str, **more: Any) -> AccountFacts:
    return AccountFacts(f"id-{code}", code, name, kind, of_class, **({"status": "ACTIVE"} | more))


_CHART = (
    _account("090", "Business Bank Account", "BANK", "ASSET", currency="AUD"),
    _account("200", "Sales", "REVENUE", "REVENUE"),
    _account("260", "Other Revenue", "REVENUE", "REVENUE"),
    _account("299", "Sales until 2024", "REVENUE", "REVENUE", status="ARCHIVED"),
    _account("310", "Cost of Goods Sold", "DIRECTCOSTS", "EXPENSE"),
    _account("610", "Accounts Receivable", "CURRENT", "ASSET", system_account="DEBTORS"),
    _account("835", "Card clearing", "CURRENT", "ASSET", payments_enabled=True),
)
_RATES = (
    TaxRateFacts("OUTPUT", "GST on Income", Decimal(10), "ACTIVE", frozenset({"REVENUE"})),
    TaxRateFacts("INPUT", "GST on Expenses", Decimal(10), "ACTIVE", frozenset({"EXPENSE"})),
)
SAMPLE = OrganisationFacts(
    connected=True,
    name="Demo Company (AU)",
    base_currency="AUD",
    accounts={one.code: one for one in _CHART},
    tax_rates={one.tax_type: one for one in _RATES},
)

_STATES = (
    ("posted", gettext_lazy("In Xero")),
    ("draft", gettext_lazy("Draft")),
    ("part", gettext_lazy("Part refunded")),
    ("refunded", gettext_lazy("Refunded")),
    ("held", gettext_lazy("Needs you")),
    ("dead", gettext_lazy("Refused")),
    ("mismatch", gettext_lazy("Differs")),
    ("working", gettext_lazy("Working")),
    ("unknown", gettext_lazy("Checking")),
    ("skipped", gettext_lazy("Not synced")),
    ("cancelled", gettext_lazy("Cancelled")),
    ("voided", gettext_lazy("Voided")),
)


class SampleForm(forms.Form):
    """A field of each kind; one is shown with its error."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    prefix_of_numbers = forms.CharField(
        label=gettext_lazy("Prefix of numbers"), required=False, max_length=4,
        help_text=gettext_lazy("Stands before the order's number on each document."),
    )  # fmt: skip
    on = forms.BooleanField(label=gettext_lazy("Read orders every five minutes"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["sales"] = AccountField(
            SAMPLE, "accounts.sales", label=_("Sales"), help_text=_("Goods that were sold."),
        )  # fmt: skip
        self.fields["paid_to"] = AccountField(
            SAMPLE, "payment_accounts", label=_("Card payments"), required=False,
        )  # fmt: skip
        self.fields["tax"] = TaxTypeField(SAMPLE, SAMPLE.accounts["200"], label=_("Tax type"))
        self.fields["key"] = SecretField(label=_("API key"), kept=True)


class SampleRow(forms.Form):
    """A row of a list of methods, with a picker that all rows share."""

    method = forms.CharField(label=gettext_lazy("Method"))
    account = AccountField(
        SAMPLE, "payment_accounts", shared="sample-accounts", label=gettext_lazy("Account")
    )


SampleRows = formset_factory(SampleRow, formset=Rows, extra=0)


@dataclass(frozen=True, slots=True)
class _Line:
    pk: int
    number: str
    customer: str
    total: Decimal
    shape: str
    word: str
    why: str = ""


def _lines() -> list[_Line]:
    why = _("No tax rule fits 15 % in NZ. Add one, or change the order in the shop.")
    return [
        _Line(1, "000000042", "Ines Almeida", Decimal("1240.50"), "posted", _("In Xero")),
        _Line(2, "000000043", "Tama Ngata", Decimal("86.25"), "held", _("Needs you"), why),
    ]


@right()
def styleguide(request: HttpRequest) -> HttpResponse:
    """`?confirm` shows the page that asks before something is done."""
    if not (settings.DEBUG or settings.SANDBOX):
        raise Http404
    if "confirm" in request.GET:
        return confirm(request, _question(request.path))
    pressed = SampleRows.after_button(request.POST, "rows")  # type: ignore[attr-defined]
    rows = pressed or SampleRows(
        prefix="rows",
        initial=[{"method": "stripe", "account": "835"}, {"method": "bank", "account": "090"}],
    )
    context = {
        "samples": [_sample(theme) for theme in ("light", "dark")],
        "rows": rows,
        "states": _STATES,
    }
    return render(request, "styleguide.html", context)


def _sample(theme: str) -> dict[str, Any]:
    data = {"name": "", "sales": "299", "paid_to": "", "tax": "OUTPUT"}
    typed = {f"{theme}-{name}": value for name, value in data.items()}
    ways = [(_("Access"), "#"), (_("Configure"), "#"), (_("Validate"), "#"), (_("Launch"), "#")]
    return {
        "theme": theme,
        "way": _("A way of four steps, %(theme)s") % {"theme": theme},
        "subject": _("Parts of a subject, %(theme)s") % {"theme": theme},
        "lines": _lines(),
        "form": SampleForm(typed, prefix=theme),
        "tabs": [
            Tab(_("Accounts"), "#", current=True), Tab(_("Payments"), "#", count=2),
            Tab(_("Taxes"), "#"),
        ],
        "steps": steps(ways, current=1, done=frozenset({0})),
    }  # fmt: skip


def _question(address: str) -> Question:
    return Question(
        title=_("Switch to the production organisation"),
        sentence=_("The store's orders go to Harbour Goods Pty Ltd from then on."),
        button=_("Switch to Harbour Goods Pty Ltd"),
        address=address,
        back=address,
        happens=[_("Orders that are new or change are posted there.")],
        stays=[_("What stands in the demo company stays there.")],
    )
