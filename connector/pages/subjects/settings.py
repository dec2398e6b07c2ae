"""Single settings of a page: each says how it is asked for, and what the answer is in the file.

A setting is one subject of a store's section. `shown` turns the section's value into what its
field shows, `given` turns what was typed back: as the file has it, None where nothing is set.
What was typed is judged by the schema of the section, and not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts_mapping.sections.paths import Path
from connector.pages.parts.fields import AccountField, PickerField, TaxTypeField
from connector.pages.parts.widgets import Offered
from connector.pages.subjects.around import Around

Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A text. `help` is a sentence below it."""

    path: Path
    label: Words
    help: Words = ""

    def field(self, around: Around) -> forms.Field:
        return forms.CharField(label=str(self.label), help_text=str(self.help), required=False)

    def shown(self, value: Any) -> Any:
        return "" if value is None else value

    def given(self, typed: Any) -> Any:
        return typed or None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Setting):
    """One of a few answers, each in words; `true` and `false` stand for the flags."""

    options: Mapping[str, Words]

    _FLAGS: ClassVar = {"true": True, "false": False}

    def field(self, around: Around) -> forms.Field:
        return forms.ChoiceField(
            label=str(self.label), help_text=str(self.help), required=False,
            choices=list(self.options.items()), widget=forms.RadioSelect,
        )  # fmt: skip

    def shown(self, value: Any) -> Any:
        return str(value).lower() if isinstance(value, bool) else value

    def given(self, typed: Any) -> Any:
        return self._FLAGS.get(typed, typed) or None if typed != "false" else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(OneOf):
    """Any of a few answers."""

    def field(self, around: Around) -> forms.Field:
        return forms.MultipleChoiceField(
            label=str(self.label), help_text=str(self.help), required=False,
            choices=list(self.options.items()), widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    def shown(self, value: Any) -> Any:
        return value or []

    def given(self, typed: Any) -> Any:
        return list(typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers(Setting):
    """A text of which there is a list: `offers` are those that may be typed, and `shared` is the
    id of the list, which other settings of the page may have too."""

    offers: Callable[[Around], Sequence[Offered]]
    shared: str

    def field(self, around: Around) -> forms.Field:
        offered = tuple(self.offers(around))
        return PickerField(
            offered, shared=self.shared, unknown=_("not in the list"), label=str(self.label),
            help_text=str(self.help), required=False,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Setting):
    """Yes or no."""

    def field(self, around: Around) -> forms.Field:
        return forms.BooleanField(label=str(self.label), help_text=str(self.help), required=False)

    def shown(self, value: Any) -> Any:
        return bool(value)

    def given(self, typed: Any) -> Any:
        return bool(typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCode(Setting):
    """An account of the organisation; only those that posting would take there can be chosen."""

    def field(self, around: Around) -> forms.Field:
        return AccountField(
            around.organisation, ".".join(self.path), label=str(self.label),
            help_text=str(self.help), required=False,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxType(Setting):
    """A tax type of the organisation."""

    def field(self, around: Around) -> forms.Field:
        return TaxTypeField(
            around.organisation, label=str(self.label), help_text=str(self.help), required=False
        )


class _Lines(forms.Textarea):
    """A list as lines."""

    def format_value(self, value: Any) -> str | None:
        return "\n".join(value) if isinstance(value, list) else super().format_value(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes(Setting):
    """Some of what the shop has, by its codes: boxes where the shop was asked what it has
    (`fact` of the store), and one line a code where it was not. `all_of` is what `"*"` is called,
    where that may be chosen."""

    fact: str
    all_of: Words = ""

    def field(self, around: Around) -> forms.Field:
        offered = list(self._offered(around))
        if not offered:
            return forms.CharField(
                label=str(self.label), required=False, widget=_Lines({"rows": 3}),
                help_text=str(self.help or _("One code a line.")),
            )  # fmt: skip
        return forms.MultipleChoiceField(
            label=str(self.label), help_text=str(self.help), required=False, choices=offered,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    def _offered(self, around: Around) -> Sequence[tuple[str, Words]]:
        has = around.names(self.fact)
        if not has:
            return []
        kept = around.drafted.value(*self.path) or []
        gone = {code: _unlisted(code) for code in kept if code not in has and code != "*"}
        every = {"*": self.all_of} if self.all_of else {}
        return list((every | has | gone).items())

    def shown(self, value: Any) -> Any:
        return value or []

    def given(self, typed: Any) -> Any:
        if isinstance(typed, str):
            typed = [line.strip() for line in typed.splitlines() if line.strip()]
        return list(typed)


def _unlisted(code: str) -> str:
    return _("%(code)s (the shop does not list it)") % {"code": code}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCode(Codes):
    """One of what the shop has; `nothing` is what none of them is called."""

    nothing: Words = field(default=_("None"))

    def field(self, around: Around) -> forms.Field:
        offered = list(self._offered(around))
        if not offered:
            return forms.CharField(label=str(self.label), help_text=str(self.help), required=False)
        return forms.ChoiceField(
            label=str(self.label), help_text=str(self.help), required=False,
            choices=[("", self.nothing), *offered],
        )  # fmt: skip

    def _offered(self, around: Around) -> Sequence[tuple[str, Words]]:
        has = around.names(self.fact)
        kept = around.drafted.value(*self.path)
        gone = {kept: _unlisted(kept)} if kept and has and kept not in has else {}
        return list((has | gone).items())

    def shown(self, value: Any) -> Any:
        return value or ""

    def given(self, typed: Any) -> Any:
        return typed or None


class _DueWidget(forms.MultiWidget):
    """A number, and what it counts from."""

    template_name = "parts/beside.html"

    def decompress(self, value: Any) -> list[Any]:
        return list(value or ("0", Due.AFTER))


class _DueField(forms.MultiValueField):
    def compress(self, typed: list[Any]) -> Any:
        return tuple(typed) or ("", Due.AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Setting):
    """When an invoice is due: a number, and what it counts from."""

    AFTER: ClassVar = "after"
    NEXT_MONTH: ClassVar = "next_month"
    MONTH_END: ClassVar = "end_of_month"
    CONTACT: ClassVar = "contact"
    WAYS: ClassVar = {
        AFTER: _("days after the invoice's date"),
        NEXT_MONTH: _("as the day of the next month"),
        MONTH_END: _("days after the end of the month"),
        CONTACT: _("by the contact's own terms in Xero"),
    }

    def field(self, around: Around) -> forms.Field:
        number = forms.CharField(required=False)
        way = forms.ChoiceField(choices=list(self.WAYS.items()), required=False)
        numbered = forms.TextInput({"inputmode": "numeric", "size": 4, "aria-label": _("Number")})
        counted = forms.Select({"aria-label": _("Counted from")}, choices=list(self.WAYS.items()))
        return _DueField(
            (number, way), label=str(self.label), help_text=str(self.help), required=False,
            require_all_fields=False, widget=_DueWidget((numbered, counted)),
        )  # fmt: skip

    def shown(self, value: Any) -> Any:
        if value == self.CONTACT:
            return ("", self.CONTACT)
        if isinstance(value, dict) and "day" in value:
            return (value["day"], self.NEXT_MONTH)
        if isinstance(value, dict):
            return (value["days"], self.MONTH_END)
        return (value or "0", self.AFTER)

    def given(self, typed: Any) -> Any:
        number, way = typed
        number = (number or "").strip()
        if way == self.CONTACT:
            return self.CONTACT
        if way == self.NEXT_MONTH:
            return {"day": number, "of": "next_month"}
        if way == self.MONTH_END:
            return {"days": number, "from": "end_of_month"}
        return number or "0"


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Settings that belong together, under one heading; `title` "" is none."""

    title: Words
    settings: Sequence[Setting]
    help: Words = ""


def offered_accounts(around: Around, place: str, *extra: Offered) -> tuple[Offered, ...]:
    """All accounts as a picker of that place offers them, for a list that rows share."""
    return AccountField(around.organisation, place, extra=extra, required=False).offered
