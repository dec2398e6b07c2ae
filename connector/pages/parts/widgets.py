"""What pickers and secrets look like. A picker is a plain `<select>`, or a text field with a
`<datalist>`; `static/app.js` makes a combobox of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Offered:
    """One row of a picker. `value` is what is kept, `text` what is read and may be typed, `kind`
    stands behind it, `group` above its like; `barred` says why it cannot be chosen here."""

    value: str
    text: str
    kind: Words = ""
    group: Words = ""
    barred: Words = ""

    @property
    def label(self) -> str:
        whole = f"{self.text} · {self.kind}" if self.kind else self.text
        return f"{whole}: {self.barred}" if self.barred else whole


class PickerSelect(forms.Select):
    """All that there is in groups; last what cannot be chosen, each with why."""

    template_name = "parts/picker.html"
    option_template_name = "parts/picker_option.html"
    offered: Sequence[Offered] = ()
    empty_label: Words | None = None
    unknown: Words = ""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        chosen = str(value[0]) if value and value[0] is not None else ""
        groups: dict[str, list[tuple[str, str]]] = {}
        if self.empty_label is not None or not chosen:
            groups[""] = [("", str(self.empty_label or _("Choose one")))]
        if chosen and chosen not in {one.value for one in self.offered}:
            # What was mapped and is gone: it stays visible until somebody chooses another.
            groups.setdefault("", []).append((chosen, f"{chosen}: {self.unknown}"))
        for one in sorted(self.offered, key=lambda one: bool(one.barred)):
            group = str(_("Cannot be chosen here") if one.barred else one.group)
            groups.setdefault(group, []).append((one.value, one.label))
        self.choices = [
            pair
            for group, rows in groups.items()
            for pair in (rows if not group else [(group, rows)])
        ]
        return super().optgroups(name, [chosen], attrs)

    def create_option(
        self, name: str, value: Any, label: Any, selected: Any, *rest: Any, **more: Any
    ) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, label, selected, *rest, **more)
        barred = {one.value for one in self.offered if one.barred}
        # A disabled option is not sent: what is mapped already would be lost without a word.
        if value in barred and not selected:
            option["attrs"]["disabled"] = True
        return option


class PickerInput(forms.TextInput):
    """A text field with suggestions that all pickers of a page share, by the id of their list."""

    template_name = "parts/picker_input.html"
    offered: Sequence[Offered] = ()

    def __init__(self, list_id: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.list_id = list_id

    def format_value(self, value: Any) -> str | None:
        text = super().format_value(value)
        return next((one.text for one in self.offered if one.value == text), text)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["list_id"] = self.list_id if self.offered else ""
        return context


class SecretInput(forms.PasswordInput):
    """Write-only: what is kept is never shown, and an empty field keeps it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "new-password", "spellcheck": "false"} | (attrs or {}))
