"""Fields that people choose accounts and tax types with, and type secrets into.

Their choices come from the copy of the organisation's chart and rates; what may be chosen where is
posting's own rule (`accounting.choosable`). `reasons` says of each that cannot be chosen why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounting.choosable import AccountChoice, TaxChoice, accounts_for, taxes_for
from connector.pages.parts.account_words import (
    barred_words,
    class_name,
    classes_first,
    tax_barred_words,
    type_name,
)
from connector.pages.parts.widgets import Offered, PickerInput, PickerSelect, SecretInput, Words
from xero.documents.facts import AccountFacts, OrganisationFacts


class PickerField(forms.CharField):
    """One of what is offered. It takes its value, or the text or name that people read.

    `shared` is the id of a list that several pickers of a page have in common: without it the
    page says everything once for each of them. The list is drawn by `{% choices_of %}`.
    """

    def __init__(
        self, offered: Sequence[Offered], *, shared: str = "", empty_label: Words | None = None,
        unknown: Words = "", **given: Any,
    ) -> None:  # fmt: skip
        widget: PickerInput | PickerSelect
        if shared or not offered:
            widget = PickerInput(shared)
        else:
            widget = PickerSelect()
            widget.empty_label = empty_label if not given.get("required", True) else None
            widget.unknown = unknown
        widget.offered = self.offered = tuple(offered)
        self._unknown = unknown
        super().__init__(widget=widget, **given)

    @property
    def reasons(self) -> dict[str, str]:
        """By value, why it cannot be chosen here."""
        return {one.value: str(one.barred) for one in self.offered if one.barred}

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if not typed or not self.offered:
            return typed
        chosen = self._meant(typed)
        if chosen is None:
            raise forms.ValidationError(
                _("“%(typed)s”: %(unknown)s. Choose one of the list."),
                params={"typed": typed, "unknown": self._unknown},
            )
        if chosen.barred:
            raise forms.ValidationError(
                _("%(what)s cannot be chosen here: %(why)s. Choose another."),
                params={"what": chosen.text, "why": chosen.barred},
            )
        return chosen.value

    def _meant(self, typed: str) -> Offered | None:
        """The one with this value or text, else the only one with this name."""
        keys: tuple[Callable[[Offered], str], ...] = (
            lambda one: one.value,
            lambda one: one.text,
            lambda one: one.label,
            lambda one: one.text.partition(" ")[2],
        )
        for key in keys:
            found = [one for one in self.offered if key(one).casefold() == typed.casefold()]
            if len(found) == 1:
                return found[0]
        return None


class AccountField(PickerField):
    """An account of the organisation, for a place in a store's rules such as `accounts.sales`.

    `extra` are answers that are no account, such as "No payment: leave the invoice open".
    """

    def __init__(
        self, organisation: OrganisationFacts, place: str, *, extra: Sequence[Offered] = (),
        **given: Any,
    ) -> None:  # fmt: skip
        choices = sorted(
            accounts_for(organisation, place),
            key=lambda choice: classes_first(place).index(choice.account.account_class)
            if choice.account.account_class in classes_first(place) else 9,
        )  # fmt: skip
        offered = [*extra, *(_account(choice, place) for choice in choices)]
        given.setdefault("empty_label", gettext_lazy("Not mapped"))
        unknown = _("not an account of %(organisation)s") % {"organisation": organisation.name}
        super().__init__(offered if choices else (), unknown=unknown, **given)


class TaxTypeField(PickerField):
    """A tax type of the organisation; of those that lines on `account` may bear."""

    def __init__(
        self, organisation: OrganisationFacts, account: AccountFacts | None = None, *,
        extra: Sequence[Offered] = (), **given: Any,
    ) -> None:  # fmt: skip
        choices = taxes_for(organisation, account)
        offered = [*extra, *(_tax(choice, account) for choice in choices)]
        given.setdefault("empty_label", gettext_lazy("Not mapped"))
        unknown = _("not a tax type of %(organisation)s") % {"organisation": organisation.name}
        super().__init__(offered if choices else (), unknown=unknown, **given)


class SecretField(forms.CharField):
    """A secret: never shown. Where one is kept already, an empty field keeps it."""

    def __init__(self, *, kept: bool = False, **given: Any) -> None:
        if kept:
            given["required"] = False
            given.setdefault("help_text", gettext_lazy("Kept. Leave it empty to keep it."))
        super().__init__(widget=SecretInput(), **given)
        self.kept = kept


def _account(choice: AccountChoice, place: str) -> Offered:
    account = choice.account
    kind = f"{type_name(account.type)} {account.currency}".strip()
    return Offered(
        choice.value,
        f"{account.code} {account.name}".strip(),
        kind,
        class_name(account.account_class),
        barred_words(choice, place) if choice.barred else "",
    )


def _tax(choice: TaxChoice, account: AccountFacts | None) -> Offered:
    return Offered(
        choice.tax_type,
        f"{choice.tax_type} {choice.name}",
        f"{choice.rate} %",
        _("Tax types"),
        tax_barred_words(choice, account) if choice.barred else "",
    )
