"""Rows of fields, changed by buttons that a page without scripts has too."""

from __future__ import annotations

from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from connector.pages.parts.rows import Rows


class _Row(forms.Form):
    name = forms.CharField()
    on = forms.BooleanField(required=False)


MadeRows = formset_factory(_Row, formset=Rows, extra=0)


def sent(names: list[str], change: str = "") -> QueryDict:
    data = QueryDict(mutable=True)
    data["r-TOTAL_FORMS"], data["r-INITIAL_FORMS"] = str(len(names)), str(len(names))
    for number, name in enumerate(names):
        data[f"r-{number}-name"] = name
    data["other"] = "stays"
    if change:
        data["r-change"] = change
    return data


def after(names: list[str], change: str) -> list[str]:
    rows = MadeRows.after_button(sent(names, change), "r")
    assert rows is not None
    assert rows.errors == [{} for _ in rows.forms]
    return [form["name"].value() or "" for form in rows.forms]


def test_the_buttons_of_rows() -> None:
    assert MadeRows.after_button(sent(["a"]), "r") is None
    assert after(["a", "b"], "add") == ["a", "b", ""]
    assert after(["a", "b", "c"], "remove:1") == ["a", "c"]
    assert after(["a", "b", "c"], "up:2") == ["a", "c", "b"]
    assert after(["a", "b", "c"], "down:0") == ["b", "a", "c"]
    assert after(["", "b"], "add") == ["", "b", ""]


@given(st.lists(st.text("ab", max_size=2), max_size=4), st.text("adremovupwn:0123-x²", max_size=9))
def test_no_button_loses_or_makes_up_a_row(names: list[str], change: str) -> None:
    if change:
        found = after(names, change)
        lost = [name for name in names if found.count(name) < names.count(name)]
        assert len(lost) <= change.startswith("remove:")
        assert abs(len(found) - len(names)) <= 1


def test_rows_stand_in_the_order_in_which_they_are_sent_and_emptied_ones_go() -> None:
    rows = MadeRows(sent(["b", "", "a"]), prefix="r")

    assert rows.is_valid()
    assert [row["name"] for row in rows.rows()] == ["b", "a"]


def test_a_row_that_is_not_whole_says_so() -> None:
    data = sent([""])
    data["r-0-on"] = "on"

    rows = MadeRows(data, prefix="r")

    assert not rows.is_valid()
    assert rows.errors == [{"name": ["This field is required."]}]
