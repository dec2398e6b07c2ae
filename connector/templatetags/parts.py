"""The parts that every page is built of; `/styleguide/` shows each. Tables are in `tables.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from connector.pages.parts.ways import Step, Tab

register = template.Library()

_NOTICES = frozenset({"info", "success", "warning", "error"})


@register.simple_tag
def state(shape: str, word: str, title: str = "") -> SafeString:
    """A state: a word, and a shape in the state's colour (`posted`, `held`, `dead`, …)."""
    more = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="state {}"{}>{}</span>', shape, more, word)


@register.simple_block_tag
def section(
    content: str, title: str, *, id: str = "", note: str = "", more: str = "",
    more_label: str = "", panel: bool = False, quiet: bool = False, first: bool = False,
) -> str:  # fmt: skip
    """A part of a page under its heading. `note` stands beside the heading, `more` is an address
    that leads on; `panel` frames it, `quiet` is a heading that is only heard, `first` begins a
    column: no room above."""
    return _drawn(
        "section",
        content=content, title=title, id=id or slugify(title) or "section", note=note, more=more,
        more_label=more_label, panel=panel, quiet=quiet, first=first,
    )  # fmt: skip


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, kind: str = "info", *, alert: bool = False) -> str:
    """A message in the page; `alert` is read out at once."""
    if kind not in _NOTICES:
        raise template.TemplateSyntaxError(f"a notice is one of {sorted(_NOTICES)}, not {kind}")
    return _drawn("notice", content=content, kind="" if kind == "info" else kind, alert=alert)


@register.simple_block_tag(end_name="endnothing")
def nothing(content: str, title: str = "") -> str:
    """Where a list is empty: what will appear here, and the button that makes it appear."""
    return _drawn("nothing", content=content, title=title)


@register.simple_tag
def tabs(label: str, items: Iterable[Tab]) -> str:
    """Pages beside each other: links, of which one is current. `label` names the whole."""
    return _drawn("tabs", label=label, items=items)


@register.simple_tag
def stepper(label: str, steps: Iterable[Step]) -> str:
    """How far somebody is on a way of several pages: each step is a link."""
    return _drawn("stepper", label=label, steps=list(steps))


@register.simple_tag
def field(bound: BoundField, *, optional: bool = True, inline: bool = False) -> str:
    """A form's field with label, help and error. `optional=False`: does not say that it is;
    `inline`: a box with its label beside it. A form's `anchors` are ids by which links lead to a
    field that bears another of its own."""
    inline = inline or getattr(bound.field.widget, "input_type", "") == "checkbox"
    at = getattr(bound.form, "anchors", {}).get(bound.name, "")
    return _drawn("field", field=bound, says_optional=optional, inline=inline, at=at)


@register.simple_block_tag(end_name="endfieldset")
def fieldset(content: str, legend: str, *, help: str = "", error: str = "") -> str:
    """Fields that belong together, under one heading."""
    return _drawn("fieldset", content=content, legend=legend, help=help, error=error)


@register.simple_tag(takes_context=True)
def filter_bar(
    context: template.Context, form: BaseForm, address: str, *, target: str,
    keep: str = "q", clear: str = "", refresh: str = "condition", live: bool = False,
) -> str:  # fmt: skip
    """The filters over a list. `target` is the id of what is fetched anew as they change, with
    `refresh`, more ids; `keep` names the fields that a phone shows without "More filters"; `clear`
    is the address without filters; `live`: as somebody types in the search field, too."""
    keeps = keep.split()
    return _drawn(
        "filter_bar",
        form=form, address=address, target=target, clear=clear or address, live=live,
        refresh=[*refresh.split(), f"{target}-clear"],
        fields=[(bound, bound.name not in keeps) for bound in form],
        active=bool(getattr(form, "active", False)),
        narrow=bool(getattr(form, "narrow", getattr(form, "active", False))),
    )  # fmt: skip


@register.simple_block_tag(end_name="endselection")
def selection(content: str, *, one: str, many: str, hint: str) -> str:
    """The bar over a selection: the actions on the rows that are ticked, and their count. `one`
    and `many` hold {count}; `hint` stands there without a script. A button's own words by count are
    its `data-one` and `data-many`."""
    return _drawn("selection", content=content, one=one, many=many, hint=hint)


@register.simple_tag
def rows(formset: Any, *, noun: str, add: str) -> str:
    """Rows that can be added, removed and put in order: `connector.pages.parts.rows.Rows`.
    `noun` is what one is called for those who hear it, `add` the words on the button."""
    return _drawn("rows", formset=formset, noun=noun, add=add)


@register.simple_tag
def choices_of(form_field: BoundField) -> str:
    """The list that pickers share by `shared=`, once on a page."""
    return _drawn("choices", widget=form_field.field.widget)


def _drawn(name: str, **given: Any) -> SafeString:
    return render_to_string(f"parts/{name}.html", given)
