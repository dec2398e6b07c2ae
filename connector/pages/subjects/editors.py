"""What a page of the mapping edits: single settings, and lists of rows.

Both are editors: they show a part of the draft, take what was typed, give it as edits of the
draft, and show beside its field what the draft refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts_mapping.sections.paths import Path, name_of
from connector.configuration.versions.edit import Edits
from connector.configuration.versions.refusals import Errors
from connector.pages.mapping.subjects import anchor, new_anchor
from connector.pages.parts.rows import Rows
from connector.pages.subjects.around import Around
from connector.pages.subjects.settings import Setting, SettingGroup, Words

Row = dict[str, Any]


class Editor(Protocol):
    """One part of a page. `template` draws it; `paths` are what it shows and edits."""

    template: str

    @property
    def paths(self) -> Sequence[Path]: ...

    def is_valid(self) -> bool: ...

    def edits(self) -> Edits:
        """What was typed, once it is valid. Values are as the file has them."""
        ...

    def refuse(self, errors: Errors) -> set[str]:
        """Show what is refused of it; the places of those that found a field."""
        ...


class SettingsForm(forms.Form):
    """Groups of single settings, as a form: a field's name and id are the setting's path."""

    template = "subjects/_settings.html"

    def __init__(
        self, around: Around, groups: Sequence[SettingGroup], data: QueryDict | None = None
    ) -> None:
        super().__init__(data, auto_id="%s")
        self._settings = [one for group in groups for one in group.settings]
        self.fields |= {name_of(one.path): one.field(around) for one in self._settings}
        for one in self._settings:
            self.initial[name_of(one.path)] = one.shown(around.drafted.value(*one.path))
        self.groups = [
            (group.title, group.help, [self._bound(around, one) for one in group.settings])
            for group in groups
        ]

    def _bound(self, around: Around, setting: Setting) -> tuple[Any, Any]:
        """The field, and the change of it in the draft, if there is one."""
        return self[name_of(setting.path)], around.drafted.change_at(*setting.path)

    @property
    def paths(self) -> Sequence[Path]:
        return [one.path for one in self._settings]

    def edits(self) -> Edits:
        typed = self.cleaned_data
        return {one.path: one.given(typed[name_of(one.path)]) for one in self._settings}

    def refuse(self, errors: Errors) -> set[str]:
        told = set()
        for name in self.fields:
            for place in _at(errors, name):
                for message in errors[place]:
                    self.add_error(name, message)
                told.add(place)
        return told


@dataclass(frozen=True, slots=True)
class RowsOf:
    """A list, or a mapping, of the section as rows of fields.

    `form` makes the class of a row; `split` and `join` turn the section's value into rows and
    back. `place` names the path of a row within the section: `rules[2]`, and by it what is refused
    finds its row; a row's own field is found by what follows. `key` is what no two rows of a
    mapping may have in common. `new` makes the row of what a link names, of which `answer` is the
    field that is left to be filled in.
    """

    path: Path
    form: Callable[[Around], type[forms.Form]]
    split: Callable[[Any], Iterable[Row]]
    join: Callable[[Sequence[Row]], Any]
    place: Callable[[int, Row], str]
    title: Words
    noun: Words
    add: Words
    help: Words = ""
    ordered: bool = True
    key: Callable[[Row], tuple[str, ...]] | None = None
    template: str = "subjects/_rows.html"
    new: Callable[[Around, Sequence[Row]], Row] | None = None
    answer: str = ""


class RowsEditor:
    """Rows of one page. `name` is the section's path, `prefix` what its fields are named by."""

    def __init__(self, around: Around, of: RowsOf, data: QueryDict | None = None) -> None:
        self.of, self.template = of, of.template
        self.name = name_of(of.path)
        self.prefix = self.name.replace(".", "-")
        kind: type[Rows] = formset_factory(
            of.form(around), formset=Rows, extra=0, max_num=1_000, absolute_max=1_000
        )  # type: ignore[assignment]
        kind.ordered = of.ordered
        self.pressed = data is not None and bool(data.get(f"{self.prefix}-change"))
        rows = kind.after_button(data, self.prefix) if data is not None else None
        asked_at = -1
        if rows is None and data is not None:
            rows = kind(data, prefix=self.prefix)
        if rows is None:
            shown = list(of.split(around.drafted.value(*of.path)))
            asked = of.new(around, shown) if of.new and around.new else {}
            asked_at = _place_of(asked, shown)
            rows = kind(prefix=self.prefix, initial=[*shown, *[asked][: asked_at == len(shown)]])
        self.rows = rows
        self.changed = [one for one in around.drafted.changes if self._holds(one.path)]
        # Of rows with an order, the place alone names them.
        if data is None or of.ordered:
            for number, form in enumerate(rows.forms):
                _name(form, of.place(number, form.initial))
        if asked_at >= 0:
            rows.forms[asked_at].fields[of.answer].widget.attrs["id"] = new_anchor(self.name)

    def _holds(self, path: Path) -> bool:
        return path[: len(self.of.path)] == self.of.path

    @property
    def shares(self) -> list[Any]:
        """Of the pickers whose list all rows have in common, one each."""
        empty = self.rows.empty_form
        found = {getattr(one.field.widget, "list_id", ""): one for one in empty.visible_fields()}
        found.pop("", None)
        return list(found.values())

    @property
    def paths(self) -> Sequence[Path]:
        return [self.of.path]

    def is_valid(self) -> bool:
        return bool(self.rows.is_valid()) and not self._twice()

    def _twice(self) -> bool:
        """Whether two rows answer one question: in a mapping the second would hide the first."""
        if self.of.key is None:
            return False
        first: dict[tuple[str, ...], forms.Form] = {}
        clash = False
        for form in self._kept():
            key = self.of.key(form.cleaned_data)
            if first.setdefault(key, form) is not form:
                form.add_error(None, _("This stands here twice. Keep one of the two."))
                clash = True
        return clash

    def _kept(self) -> list[forms.Form]:
        return [form for form in self.rows.forms if form.has_changed()]

    def edits(self) -> Edits:
        return {self.of.path: self.of.join(self.rows.rows())}

    def refuse(self, errors: Errors) -> set[str]:
        """Each at its row, and in it at its field; what is of no row above them all."""
        told = set()
        for number, form in enumerate(self._kept()):
            here = self.of.place(number, form.cleaned_data)
            for place in _at(errors, here):
                told.add(place)
                inner = place.removeprefix(here).lstrip(".")
                for message in errors[place]:
                    self._add(form, inner, message)
        for place in _at(errors, self.name):
            if place not in told:
                told.add(place)
                inner = place.removeprefix(self.name).lstrip(".")
                above = [f"{inner}: {one}" if inner else one for one in errors[place]]
                self.rows.non_form_errors().extend(above)
        return told

    @staticmethod
    def _add(form: forms.Form, inner: str, message: str) -> None:
        field = inner.replace(".", "_").partition("[")[0]
        if field in form.fields:
            form.add_error(field, message)
        else:
            form.add_error(None, f"{inner}: {message}" if inner else message)


def _place_of(asked: Row, shown: Sequence[Row]) -> int:
    """Where the row stands that a link asked for, or is to stand; -1 where it asked for none."""
    if not asked:
        return -1
    alike = (
        at
        for at, row in enumerate(shown)
        if all((row.get(name) or "") == value for name, value in asked.items())
    )
    return next(alike, len(shown))


def _name(form: forms.Form, place: str) -> None:
    """Give a row, and each field of it, the id by which links lead there: a field's path is its
    row's, and its own name."""
    form.anchor = anchor(place)  # type: ignore[attr-defined]
    form.anchors = {  # type: ignore[attr-defined]
        name: anchor(f"{place}.{name.replace('when_', 'when.', 1)}") for name in form.fields
    }


def _at(errors: Errors, name: str) -> list[str]:
    """The places at this one, or inside it."""
    return [one for one in errors if one == name or one.startswith((f"{name}.", f"{name}["))]
