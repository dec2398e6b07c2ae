"""The pickers of the inbox: for each gap the field that closes it, and the edit that it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounting.unmapped.gaps import Gap, GapKind
from accounts_mapping.rules.schema import NO_PAYMENT
from accounts_mapping.sections.paths import name_of
from accounts_mapping.seen.pairs import rule_of
from connector.configuration.versions.refusals import Errors
from connector.pages.parts.core_texts import in_words
from connector.pages.parts.fields import AccountField, TaxTypeField
from connector.pages.parts.widgets import Offered
from xero.documents.facts import OrganisationFacts

# The id of the form to which the pickers in the table belong.
FORM = "answers"
Edits = dict[tuple[str, ...], Any]
# Lists that all pickers of a kind have in common.
_METHODS, _ROWS, _TAXES = "method-accounts", "row-accounts", "tax-types"
_MEANINGS = ("discount", "gift_card", "store_credit", "ignore")
_STATUSES = [
    ("", _("Leave such orders alone")), ("invoice", _("Post such orders")),
    ("reverse", _("Take such sales back")), ("refunded", _("Take them back: money returned")),
]  # fmt: skip
_CURRENCY = [("", _("Hold such orders")), ("convert", _("Post them in the books' currency"))]


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A gap with its picker, None where only its own page can close it."""

    gap: Gap
    url: str
    field: forms.BoundField | None


def mark_of(gap: Gap) -> str:
    """What the form calls a gap: equal for the same thing only."""
    text = "|".join((gap.kind, gap.field, gap.key, gap.what))
    return "g" + hashlib.sha256(text.encode()).hexdigest()[:16]


class InboxForm(forms.Form):
    """A field for each gap that one answer closes; what is left empty stays as it is."""

    def __init__(
        self, gaps: Sequence[Gap], facts: OrganisationFacts, home: str, data: Any = None
    ) -> None:
        super().__init__(data)
        self.gaps, self._home = gaps, home
        for gap in gaps:
            if field := _picker(gap, facts):
                field.widget.attrs["form"] = FORM
                self.fields[mark_of(gap)] = field

    @property
    def lists(self) -> list[forms.BoundField]:
        """The first picker of each list that several have in common."""
        first: dict[str, forms.BoundField] = {}
        for bound in self:
            shared = getattr(bound.field.widget, "list_id", "")
            if shared:
                first.setdefault(shared, bound)
        return list(first.values())

    def refuse(self, errors: Errors, edits: Edits) -> None:
        """Show what is refused beside the answer that brought it; the rest above them all."""
        told: set[str] = set()
        places: dict[str, str] = {}
        for gap in reversed(self.gaps):
            if chosen := self.cleaned_data.get(mark_of(gap), ""):
                path, _value, adds = _edit(gap, chosen, self._home)
                place = name_of(path)
                behind = sum(one.startswith(f"{place}[") for one in places)
                at = f"{place}[{len(edits[path]) - 1 - behind}]" if adds else place
                places[at] = mark_of(gap)
        for at, mark in places.items():
            for place in errors:
                if place == at or place.startswith((f"{at}.", f"{at}[")):
                    told.add(place)
                    for text in errors[place]:
                        self.add_error(mark, text)
        for place in errors:
            if place not in told:
                self.add_error(None, f"{place}: {' '.join(errors[place])}")

    def lines(self, urls: Iterable[str]) -> list[InboxLine]:
        return [
            InboxLine(gap, url, self[mark_of(gap)] if mark_of(gap) in self.fields else None)
            for gap, url in zip(self.gaps, urls, strict=True)
        ]

    def edits(self, value_of: Any) -> Edits:
        """What was chosen, as edits of the draft; `value_of` gives what stands at a path."""
        edits: Edits = {}
        for gap in self.gaps:
            chosen = self.cleaned_data.get(mark_of(gap), "")
            if chosen:
                path, value, adds = _edit(gap, chosen, self._home)
                if adds:
                    value = [*edits.get(path, value_of(*path) or ()), value]
                edits[path] = value
        return edits


def _picker(gap: Gap, facts: OrganisationFacts) -> forms.Field | None:
    given: dict[str, Any] = {"required": False, "label": in_words(gap.what)}
    if gap.kind is GapKind.ACCOUNT and gap.field.startswith("accounts."):
        return AccountField(facts, gap.field, **given)
    if gap.kind is GapKind.METHOD and gap.key:
        return AccountField(facts, "payment_accounts", extra=_by_hand(), shared=_METHODS, **given)
    if gap.kind is GapKind.ROW and gap.key:
        return AccountField(
            facts, "accounts.other_income", extra=_meanings(), shared=_ROWS, **given
        )
    if gap.kind is GapKind.TAX and (gap.field in ("tax.out_of_scope", "tax.none") or _is_pair(gap)):
        return TaxTypeField(facts, shared=_TAXES, **given)
    if gap.kind is GapKind.STATUS and gap.key:
        return forms.ChoiceField(choices=_STATUSES, **given)
    if gap.kind is GapKind.CURRENCY:
        return forms.ChoiceField(choices=_CURRENCY, **given)
    return None


def _by_hand() -> list[Offered]:
    return [Offered(NO_PAYMENT, gettext("No payment: leave the invoice open"))]


def _meanings() -> list[Offered]:
    words = (
        gettext("A discount"), gettext("A gift card that pays"),
        gettext("Store credit that pays"), gettext("Ignore: it is no amount of the total"),
    )  # fmt: skip
    return [Offered(value, text) for value, text in zip(_MEANINGS, words, strict=True)]


def _is_pair(gap: Gap) -> bool:
    """A pair that no rule fits: one more rule answers it."""
    return gap.field == "tax.rules" and bool(gap.key)


def _edit(gap: Gap, chosen: str, home: str) -> tuple[tuple[str, ...], Any, bool]:
    """The path, the value, and whether it is one more entry of the list there."""
    if gap.kind is GapKind.METHOD:
        return ("payment_accounts", gap.key), chosen, False
    if gap.kind is GapKind.ROW:
        value = chosen if chosen in _MEANINGS else {"account": chosen}
        return ("total_rows", gap.key), value, False
    if gap.kind is GapKind.STATUS:
        return ("statuses", chosen), gap.key, True
    if _is_pair(gap):
        return ("tax", "rules"), _rule(gap, chosen, home), True
    return tuple(gap.field.split(".")), chosen, False


def _rule(gap: Gap, tax_type: str, home: str) -> dict[str, Any]:
    """A rule for exactly this pair."""
    return rule_of(gap.key, home) | {"tax_type": tax_type}
