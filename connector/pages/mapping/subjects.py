"""Which page edits what: from a path of the configuration to the very field of a page.

A page of the mapping has one subject, and is `accounts:mapping-<slug>` at
`/mapping/<store>/<slug>/`. Its fields bear `anchor(path)` as their id, so that every reason, every
line of the inbox and every proposal leads to them by the path alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounting.reason_kinds import REASONS
from accounts_mapping.seen.pairs import pair_key
from stores.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Subject:
    """One page of a store's mapping: the section of the configuration that it edits, and what
    that decides."""

    slug: str
    title: str | Promise
    section: str
    decides: str | Promise

    @property
    def url_name(self) -> str:
        return f"accounts:mapping-{self.slug}"


# In the order of the tabs.
SUBJECTS = (
    Subject("accounts", _("Accounts"), "accounts", _("Which account each kind of amount goes to.")),
    Subject(
        "payments",
        _("Payment methods"),
        "payment_accounts",
        _("Which account the money of each payment method goes to."),
    ),
    Subject(
        "taxes", _("Taxes"), "tax", _("Which tax type in Xero stands for each tax of the shop.")
    ),
    Subject(
        "total-rows",
        _("Total rows"),
        "total_rows",
        _("What the other amounts of an order's total are: fees, discounts, vouchers."),
    ),
    Subject(
        "statuses",
        _("Statuses"),
        "statuses",
        _("At which statuses of the shop an order is posted, paid, cancelled or refunded."),
    ),
    Subject("posting", _("Posting"), "posting", _("How orders become documents in Xero.")),
    Subject("contacts", _("Contacts"), "contacts", _("Which contact in Xero an order goes to.")),
    Subject("items", _("Items and stock"), "items", _("How products become items in Xero.")),
    Subject("refunds", _("Refunds"), "refunds", _("How money that goes back is posted.")),
    Subject(
        "gift-cards",
        _("Gift cards"),
        "gift_cards",
        _("When gift cards are taxed, and how those are posted whose sale is not known."),
    ),
    Subject(
        "tracking", _("Tracking"), "tracking", _("Which tracking options in Xero the lines bear.")
    ),
    Subject(
        "lookups", _("Lookups"), "lookups", _("Tables that texts and tracking options look up.")
    ),
    Subject(
        "products",
        _("Products"),
        "products",
        _("Which products have an account or a tax type of their own."),
    ),
    Subject(
        "rules",
        _("Rules"),
        "rules",
        _("Which orders and lines are posted otherwise than the other pages say."),
    ),
)
# Whose members a shop names, so that one may have no row yet.
_GROWING = ("payment_accounts", "total_rows", "tax.rules")
# The reasons of such a member.
_UNMAPPED = ("payment_method_unmapped", "total_row_unmapped", "tax_unmapped")
_OPTION = re.compile(r"^(rules\[\d+\]\.tracking)\..*", re.DOTALL)
BY_SLUG = {subject.slug: subject for subject in SUBJECTS}
_BY_SECTION = {subject.section: subject for subject in SUBJECTS}

# What is not the mapping's: the store's own form, and pages of the organisation.
_STORE_FORM = "dashboard:store-edit"
_STORE = "dashboard:store"
_OWN_PAGES = {"credentials": "dashboard:store-keys", "enabled": _STORE}
_OTHER_PAGES = {"already_in_xero": "sync:already", "not_connected": "dashboard:xero"}


def anchor(path: str) -> str:
    """The id of the field that edits this path, and the fragment that leads to it: an id has no
    blanks, and codes of shops do."""
    return quote(path, safe="")


def subject_of(path: str) -> Subject | None:
    """The subject whose page edits this path of a store's section: `tax.rules[3].rate`."""
    return _BY_SECTION.get(_section(path))


def is_setting(path: str) -> bool:
    """Whether the path is one of a store's section, and not of a shop's record."""
    return _section(path) in _BY_SECTION or _section(path) in StoreSettings.model_fields


def field_url(store: str, path: str) -> str:
    """Where a person edits this path of the store (its slug); "" where no page does."""
    subject = subject_of(path)
    if subject is not None:
        names: tuple[str, ...] = (subject.url_name,)
    elif _section(path) in StoreSettings.model_fields:
        names = (_OWN_PAGES.get(_section(path), _STORE_FORM), _STORE)
    else:
        return ""
    page = next(filter(None, (_reversed(name, slug=store) for name in names)), "")
    # The tracking options of a rule are one field; `only` is several.
    field = _OPTION.sub(r"\1", path) if path != "only" else "only.websites"
    return f"{page}#{anchor(field)}" if page else ""


def new_anchor(section: str) -> str:
    """The id of the field that answers what a link named by `new`."""
    return anchor(f"new-{section}")


def missing_url(store: str, path: str, pair: str = "") -> str:
    """As `field_url`, of what may not be mapped yet: the page then has a row of that name, in
    which nothing but the answer is missing. `pair` is the key of a tax that no rule fits."""
    section = next((one for one in _GROWING if f"{path}.".startswith(f"{one}.")), "")
    member = path[len(section) + 1 :] or pair
    page = field_url(store, path).partition("#")[0]
    if not section or not member or not page:
        return field_url(store, path)
    return f"{page}?{urlencode({'new': member})}#{new_anchor(section)}"


def reason_url(store: str, reason: Mapping[str, Any]) -> str:
    """Where a person mends a stored reason (`Reason.as_json`) of this store; "" where none can.

    Its own field says it best, where the reason is one of the configuration: other reasons' fields
    are of the shop's records, whose names may be the same.
    """
    code, field = str(reason.get("code", "")), str(reason.get("field", ""))
    at = REASONS[code].at if code in REASONS else ""
    if at:
        path = field if is_setting(field) else at
        url = missing_url(store, path, _pair_of(reason)) if code in _UNMAPPED else ""
        return url or field_url(store, path)
    return _reversed(_OTHER_PAGES.get(code, ""))


def _pair_of(reason: Mapping[str, Any]) -> str:
    """The tax that no rule fits, of what the sentence was made of; "" where it names no rate, as a
    rule without one would fit any."""
    told = (reason.get("said") or {}).get("values", {})
    where, rate = told.get("where", ""), told.get("rate")
    of_class = where.get("values", {}) if isinstance(where, Mapping) else {"country": where}
    if not isinstance(rate, Mapping):
        return ""
    country = of_class.get("country", "")
    place = country if isinstance(country, str) else ""
    return pair_key(country=place, tax_class=of_class.get("class", ""), rate=rate["figure"])


def _section(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]


def _reversed(name: str, **kwargs: str) -> str:
    """The address of a page; "" while there is none of this name."""
    try:
        return reverse(name, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""
