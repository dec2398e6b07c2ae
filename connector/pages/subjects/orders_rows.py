"""Tracking options of all lines, tables that texts look up, and rules with conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts_mapping.rules.conditions import When
from connector.pages.parts.fields import AccountField, TaxTypeField
from connector.pages.subjects.around import Around
from connector.pages.subjects.editors import Editor, Row, RowsEditor, RowsOf
from connector.pages.subjects.page import page_of
from connector.pages.subjects.settings import Due
from connector.pages.subjects.texts import FLAG_ANSWERS, flag_of, flag_text, listed, said
from connector.pages.subjects.try_rules import TryRules


def _tracking_form(around: Around) -> type[forms.Form]:
    class TrackingRow(forms.Form):
        category = forms.CharField(label=_("Tracking category"), required=False)
        option = forms.CharField(
            label=_("Option"), required=False,
            help_text=_("A text with {placeholders}, such as {store_view} or "
                        "{lookup:region:state}."),
        )  # fmt: skip

    return TrackingRow


TRACKING = RowsOf(
    path=("tracking",),
    form=_tracking_form,
    split=lambda value: ({"category": k, "option": v} for k, v in (value or {}).items()),
    join=lambda rows: {row["category"]: row["option"] for row in rows},
    place=lambda number, row: f"tracking.{row.get('category', '')}",
    title=_("Options of all lines"),
    noun=_("category"),
    add=_("Add a category"),
    ordered=False,
    key=lambda row: (row["category"],),
    help=_("Xero has two tracking categories at most. Rules may name other options."),
)


def _lookup_form(around: Around) -> type[forms.Form]:
    class LookupRow(forms.Form):
        table = forms.CharField(label=_("Table"), required=False)
        key = forms.CharField(label=_("What is looked up"), required=False)
        value = forms.CharField(label=_("What stands there"), required=False)

    return LookupRow


def _split_lookups(value: dict[str, dict[str, str]] | None) -> Iterable[Row]:
    for table, rows in (value or {}).items():
        for key, text in rows.items():
            yield {"table": table, "key": key, "value": text}


def _join_lookups(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["table"], {})[row["key"]] = row["value"]
    return found


LOOKUPS = RowsOf(
    path=("lookups",),
    form=_lookup_form,
    split=_split_lookups,
    join=_join_lookups,
    place=lambda number, row: f"lookups.{row.get('table', '')}.{row.get('key', '')}",
    title=_("Tables"),
    noun=_("entry"),
    add=_("Add an entry"),
    ordered=False,
    key=lambda row: (row["table"], row["key"]),
    help=_("Texts use them as {lookup:table:placeholder}: with a table “region”, "
           "{lookup:region:state} is what stands there for the state of the order."),
)  # fmt: skip

# What a rule may ask for, in the order of its page.
CONDITIONS = {
    "category": _("Category"),
    "sku": _("SKU"),
    "customer_group": _("Customer group"),
    "store_view": _("Store view"),
    "website": _("Website"),
    "vendor": _("Vendor"),
    "payment_method": _("Payment method"),
    "shipping_method": _("Shipping method"),
    "country": _("Country of delivery"),
    "state": _("State of delivery"),
    "currency": _("Currency"),
    "status": _("Status"),
    "coupon": _("Coupon"),
    "total_over": _("Total over"),
    "total_under": _("Total under"),
    "vat_number": _("VAT number given"),
}
assert set(CONDITIONS) == set(When.model_fields)
_NUMBERS = ("total_over", "total_under")
_APPROVED = [
    ("", _("as all others")),
    ("true", _("post it approved, with its payment")),
    ("false", _("post it as a draft")),
]
_DUE = Due(path=("due_days",), label=_("Due"))


class RuleRow(forms.Form):
    """A field for each condition, named `when_<condition>`, and for each action."""

    drawn_by = "subjects/_rule.html"

    # What a rule without anything yet begins with.
    _FIRST = ("when_category", "when_sku", "account", "tax_type")

    def parts(self) -> list[tuple[Any, list[Any], list[Any]]]:
        """Conditions and actions: a title, the fields that are used, and the others."""
        return [
            (_("When"), *self._sorted(conditions=True)),
            (_("Then"), *self._sorted(conditions=False)),
        ]

    def _sorted(self, *, conditions: bool) -> tuple[list[Any], list[Any]]:
        names = [name for name in self.fields if name.startswith("when_") == conditions]
        used = [name for name in names if self._is_used(name)]
        used = used or [name for name in names if name in self._FIRST]
        return [self[name] for name in used], [self[name] for name in names if name not in used]

    def _is_used(self, name: str) -> bool:
        if name == "due_days":
            name = "due"
        return bool(self[name].value() or self[name].errors)


def _rule_form(around: Around) -> type[forms.Form]:
    return type("RuleRow", (RuleRow,), _actions(around) | _conditions())


def _conditions() -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        f"when_{name}": forms.CharField(label=label, required=False)
        for name, label in CONDITIONS.items()
    }
    label = CONDITIONS["vat_number"]
    found["when_vat_number"] = forms.ChoiceField(label=label, required=False, choices=FLAG_ANSWERS)
    return found


def _actions(around: Around) -> dict[str, forms.Field]:
    return {
        "account": AccountField(
            around.organisation, "accounts.sales", shared="rule-accounts", label=_("Account"),
            required=False, help_text=_("Of goods lines."),
        ),
        "tax_type": TaxTypeField(
            around.organisation, shared="rule-taxes", label=_("Tax type"), required=False
        ),
        "tracking": forms.CharField(
            label=_("Tracking"), required=False,
            help_text=_("Category=option, and a comma between two."),
        ),
        "due": forms.BooleanField(label=_("Due otherwise than other orders"), required=False),
        "due_days": _DUE.field(around),
        "contact": forms.CharField(label=_("Contact"), required=False),
        "item": forms.ChoiceField(
            label=_("The line names its item"), required=False, choices=FLAG_ANSWERS
        ),
        "approve": forms.ChoiceField(label=_("Approved"), required=False, choices=_APPROVED),
        "hold": forms.CharField(
            label=_("Have the order wait for you"), required=False,
            help_text=_("With this text as the reason."),
        ),
    }  # fmt: skip


def split_order_rules(value: list[dict[str, Any]] | None) -> Iterable[Row]:
    for rule in value or []:
        row = dict(rule)
        for name, condition in row.pop("when", {}).items():
            row[f"when_{name}"] = (
                flag_text(condition) if isinstance(condition, bool) else said(condition)
            )
        row["tracking"] = said([f"{k}={v}" for k, v in rule.get("tracking", {}).items()])
        row["due"] = "due_days" in rule
        row["due_days"] = _DUE.shown(rule.get("due_days"))
        row["item"], row["approve"] = flag_text(rule.get("item")), flag_text(rule.get("approve"))
        yield row


def join_order_rules(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_rule(row) for row in rows]


def _rule(row: Row) -> dict[str, Any]:
    when: dict[str, Any] = {}
    for name in CONDITIONS:
        typed = row[f"when_{name}"]
        read = flag_of(typed) if name == "vat_number" else typed
        when[name] = listed(typed) if name not in (*_NUMBERS, "vat_number") else read
    given = {
        "when": _given(when),
        "account": row["account"],
        "tax_type": row["tax_type"],
        "tracking": _options(row["tracking"]),
        "due_days": _DUE.given(row["due_days"]) if row["due"] else None,
        "contact": row["contact"],
        "item": flag_of(row["item"]),
        "approve": flag_of(row["approve"]),
        "hold": row["hold"],
    }
    return {"when": given["when"]} | _given(given)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}


def _options(typed: str) -> dict[str, str]:
    found = listed(typed) or []
    pairs = (one.partition("=") for one in ([found] if isinstance(found, str) else found))
    return {category.strip(): option.strip() for category, _equals, option in pairs}


RULES = RowsOf(
    path=("rules",),
    form=_rule_form,
    split=split_order_rules,
    join=join_order_rules,
    place=lambda number, row: f"rules[{number}]",
    title=_("Rules"),
    noun=_("rule"),
    add=_("Add a rule"),
    help=_("All conditions of a rule must hold; several values are separated by commas, * and ? "
           "stand for anything. Of each kind of action the first rule that fits wins."),
)  # fmt: skip


def _only(of: RowsOf) -> Any:
    def parts(around: Around, sent: QueryDict | None) -> Sequence[Editor]:
        return (RowsEditor(around, of, sent),)

    return parts


tracking = page_of("tracking", _only(TRACKING))
lookups = page_of("lookups", _only(LOOKUPS))
rules = page_of("rules", _only(RULES), "subjects/rules.html", beside=TryRules())
