"""Texts of the packages that know no framework: written there in English, translated as they are
shown. `make messages` takes them from `all_texts`, as no call of gettext marks them there.

What such a package makes of parts is translated by its template (`connector.lib.texts.said`), also
when it was stored, such as the message of a reason, with its parts beside it. What was stored
without them is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from accounting.reason_kinds import REASONS
from accounting.reconcile.causes import CAUSES
from accounts_mapping.rules.places import CONDITIONS
from connector.lib.texts import locale_formats
from connector.lib.texts.said import Day, Figure, Said, put_together
from stores import registry
from stores.canonical.records import Stream
from stores.profile import PlatformProfile
from xero.documents.kinds import SPECS
from xero.models.organisation import SCOPE_USES

# What `accounting.sale.explained` and `accounts_mapping.rules.places` say in so many words.
_ANSWERS = (
    "A line of its own", "Account", "All other payment methods", "Branding theme", "Contact",
    "Date", "Default of the store", "Discount", "Discounts", "Due", "Fee", "Fixed tax",
    "Gift card", "Goods", "Held by a rule", "Item", "Left out", "Meaning", "None", "Not mapped",
    "Payment method", "Posted", "Products that are not known yet", "Reference", "Reward points",
    "Row of the total", "Shipping", "Status", "Store credit", "Taken off the goods", "Tax type",
    "The shop names it for the product", "Waits", "What the platform means by it",
)  # fmt: skip


def shown(text: str) -> str:
    """A text of the core in the reader's language."""
    return in_words(text) if isinstance(text, Said) else gettext(text) if text else ""


def in_words(text: str) -> str:
    """The same of one that may be data too, such as a name that the shop gave: that stays."""
    if not isinstance(text, Said):
        return text
    template = (
        ngettext(text.template, text.many, text.number) if text.many else gettext(text.template)
    )
    english = template in (text.template, text.many)
    values = {key: in_words(one) if isinstance(one, Said) else one if english else _by_locale(one)
              for key, one in text.values.items()}  # fmt: skip
    return template % values


def errors_shown(errors: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What is wrong with a configuration, by field, in the reader's language."""
    return {place: list(map(in_words, messages)) for place, messages in errors.items()}


def message_of(stored: Mapping[str, Any] | str) -> str:
    """The message of a stored reason or warning in the reader's language. Warnings were texts once,
    which stay as they are."""
    if isinstance(stored, str):
        return stored
    return in_words(put_together(stored.get("message") or "", stored.get("said")))


def _by_locale(value: object) -> object:
    """Figures and dates as the reader's language writes them: only in a sentence that is in it, for
    1.234,50 within an English sentence is read wrongly by somebody."""
    if isinstance(value, Figure):
        return locale_formats.number(Decimal(value), least=len(value.partition(".")[2]))
    return locale_formats.day(date.fromisoformat(value)) if isinstance(value, Day) else value


def all_texts() -> Iterator[str]:
    """Every text that `shown` is asked for, with repetitions."""
    for kind in REASONS.values():
        yield from (kind.title, kind.fix)
    for cause in CAUSES.values():
        yield from (cause.title, cause.fix)
    for spec in SPECS.values():
        yield spec.name
    yield from _ANSWERS
    yield from CONDITIONS.values()
    yield from SCOPE_USES.values()
    for platform in map(registry.profile, registry.platforms()):
        yield from _of_platform(platform)


def _of_platform(platform: PlatformProfile) -> Iterator[str]:
    for way in platform.ways_in:
        yield from (one.title for one in way.credentials)
        yield from way.clicks
    yield platform.hooks.text
    if platform.pairing is not None:
        yield platform.pairing.where
    yield from (text for stream in Stream if (text := platform.covers(stream).text))
