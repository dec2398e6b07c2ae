"""Rows of fields that people add, remove and put in order, with a script or without one.

A view draws them by `{% rows formset noun=… add=… %}` and asks first whether one of their own
buttons was pressed:

    rules = RuleRows.after_button(request.POST, prefix="rules")
    if rules is None:
        rules = RuleRows(request.POST, prefix="rules")
        if rules.is_valid():
            …  # save `rules.rows()`, in the order in which they stand
    return render(request, …, {"rules": rules})
"""

from __future__ import annotations

import re
from typing import Any, Self

from django.forms import BaseFormSet, Form
from django.forms.formsets import TOTAL_FORM_COUNT
from django.forms.utils import ErrorDict
from django.http import QueryDict

_AT_MOST = 1_000


class Rows(BaseFormSet):
    """A formset whose rows stand in the order in which they are sent.

    Made by `formset_factory(RowForm, formset=Rows, extra=0)`. `ordered` False: rows whose order
    means nothing, which cannot be moved.
    """

    ordered = True
    _checked = True

    @classmethod
    def after_button(cls, data: QueryDict, prefix: str, **given: Any) -> Self | None:
        """The rows after "Add", "Remove", "Move up" or "Move down"; None where none of them was
        pressed. What was typed stays, and nothing is judged yet."""
        pressed = data.get(f"{prefix}-change", "")
        if not pressed:
            return None
        formset = cls(_changed(data, prefix, pressed), prefix=prefix, **given)
        formset._checked = False
        return formset

    def initial_form_count(self) -> int:
        """None of the rows that are sent is more than what was typed: one that was emptied goes."""
        return 0 if self.is_bound else super().initial_form_count()

    def _construct_form(self, i: int, **kwargs: Any) -> Form:
        form: Form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if not self._checked:
            form._errors = ErrorDict()  # type: ignore[attr-defined]
            form.cleaned_data = {}
        return form

    def full_clean(self) -> None:
        if self._checked:
            super().full_clean()
            return
        self._errors: list[ErrorDict] = [ErrorDict() for _ in self.forms]
        self._non_form_errors = self.error_class()

    def rows(self) -> list[dict[str, Any]]:
        """What was typed, row by row; a row that was left empty is none."""
        return [form.cleaned_data for form in self.forms if form.has_changed()]


def _changed(data: QueryDict, prefix: str, pressed: str) -> QueryDict:
    """The form's data with one row added, removed or moved, and numbered anew."""
    rows = _by_row(data, prefix)
    act, _, place = pressed.partition(":")
    at = int(place) if re.fullmatch(r"[0-9]{1,4}", place) else -1
    if act == "add" and len(rows) < _AT_MOST:
        rows.append({})
    elif act == "remove" and 0 <= at < len(rows):
        del rows[at]
    elif act == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    elif act == "down" and 0 <= at < len(rows) - 1:
        rows[at + 1], rows[at] = rows[at], rows[at + 1]
    changed = data.copy()
    for name in [name for name in changed if _place(name, prefix) is not None]:
        del changed[name]
    for number, row in enumerate(rows):
        for field, values in row.items():
            changed.setlist(f"{prefix}-{number}-{field}", values)
    changed[f"{prefix}-{TOTAL_FORM_COUNT}"] = str(len(rows))
    return changed


def _by_row(data: QueryDict, prefix: str) -> list[dict[str, list[str]]]:
    """Field and values of each row that the form says it has."""
    total = data.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")
    count = min(int(total), _AT_MOST) if re.fullmatch(r"[0-9]{1,4}", total) else 0
    rows: list[dict[str, list[str]]] = [{} for _ in range(count)]
    for name, values in data.lists():
        place = _place(name, prefix)
        if place is not None and place[0] < count:
            rows[place[0]][place[1]] = list(values)
    return rows


def _place(name: str, prefix: str) -> tuple[int, str] | None:
    """The number of the row and the field that a name belongs to; None: to no row."""
    found = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-(.+)", name)
    return (int(found[1]), found[2]) if found else None
