"""Settings and their values in the words of the pages that edit them, for lists of changes.

`tax.rules[1].rate` is "Taxes, tax 2: Rate in %". The words are the labels of the fields, so that
whoever reads a change finds the field by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_mapping.sections.paths import name_of
from connector.configuration.differences import shown
from connector.pages.mapping.subjects import subject_of
from connector.pages.stores import settings as of_store
from connector.pages.subjects import money_rows, orders_rows, plain, products, taxes
from connector.pages.subjects.around import Around
from connector.pages.subjects.settings import OneOf, Setting, Words
from xero.documents.facts import NOT_CONNECTED


class RowWords(NamedTuple):
    """What the rows of a list, or the members of a mapping, are called, and their form."""

    noun: Words
    form: Any


_ROWS = {
    name_of(one.path): RowWords(one.noun, one.form)
    for one in (
        money_rows.PAYMENTS, money_rows.TOTAL_ROWS, taxes.RULES, taxes.RATES,
        orders_rows.TRACKING, orders_rows.LOOKUPS, orders_rows.RULES,
    )
} | {"products": RowWords(gettext_lazy("product"), products.form_of)}  # fmt: skip
_GROUPS = (
    plain.ACCOUNTS, plain.STATUSES, plain.POSTING, plain.CONTACTS, plain.ITEMS, plain.REFUNDS,
    plain.GIFT_CARDS, taxes.SETTINGS, of_store.GROUPS,
)  # fmt: skip
# Fields whose names are words of Python's.
_FIELDS = {"class": "class_", "as": "as_"}
_ENTRY = re.compile(r"\[(\d+)\](?:\.(.+))?", re.DOTALL)


@cache
def _settings() -> Mapping[str, Setting]:
    return {
        name_of(one.path): one for groups in _GROUPS for group in groups for one in group.settings
    }


def words_of(name: str) -> str:
    """A setting, by the path within a store's section that reasons and changes bear."""
    page = _page_of(name)
    known = _settings().get(name)
    if known is not None:
        return _("%(page)s: %(setting)s") % {"page": page, "setting": known.label}
    rows = _rows_of(name)
    if rows is None:
        rest = name.partition(".")[2] if subject_of(name) else name
        return f"{page}: {_plain(rest)}" if rest else page
    prefix, words = rows
    rest = name[len(prefix) :]
    if entry := _ENTRY.fullmatch(rest):
        number, field = int(entry[1]) + 1, entry[2]
        place = {"page": page, "noun": words.noun, "number": number}
        said = _("%(page)s, %(noun)s %(number)d") % place
        return f"{said}: {_label(words, field)}" if field else said
    return f"{page}: {rest.removeprefix('.')}" if rest else page


def value_of(name: str, value: Any) -> str:
    """What is set there, as its field shows it."""
    if value is None:
        return _("not set")
    known = _settings().get(name)
    if isinstance(known, OneOf):
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(str(known.options.get(str(one).lower(), one)) for one in chosen) or _(
            "none"
        )
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        rows = _rows_of(name)
        return "; ".join(_fields(rows[1] if rows else None, value)) or _("nothing")
    if isinstance(value, list):
        return ", ".join(value_of("", one) for one in value) or _("none")
    return shown(value)


def _fields(words: RowWords | None, value: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The fields of one entry, those that are set."""
    for key, item in value.items():
        if item is None:
            continue
        if isinstance(item, dict) and not above:
            yield from _fields(words, item, f"{key}.")
        else:
            yield f"{_label(words, f'{above}{key}')}: {value_of('', item)}"


def _page_of(name: str) -> str:
    subject = subject_of(name)
    return str(subject.title) if subject else _("Store")


def _rows_of(name: str) -> tuple[str, RowWords] | None:
    for prefix, words in _ROWS.items():
        if name == prefix or name.startswith((f"{prefix}.", f"{prefix}[")):
            return prefix, words
    return None


def _label(words: RowWords | None, field: str) -> str:
    """A field of a row: `when.country` has a field of its own, `tracking.Region` is one option."""
    first, _dot, rest = field.partition(".")
    if words is not None:
        # Nothing of a store is asked for labels: only what its lists offer.
        around = cast(Around, SimpleNamespace(organisation=NOT_CONNECTED))
        fields = words.form(around).base_fields
        for candidate in (field.replace(".", "_"), _FIELDS.get(first, first)):
            if candidate in fields:
                label = str(fields[candidate].label)
                whole = candidate != first or not rest
                return label if whole else f"{label} {rest}"
    return rest or _plain(first)


def _plain(name: str) -> str:
    """A setting that no page edits, by its name."""
    return name.replace("_", " ").replace(".", ": ")
