"""Texts of the packages that know no framework: written there in English, translated as they are
shown. `make messages` takes them from `all_texts`, as no call of gettext marks them there.

What such a package makes of parts is translated by its template (`accounts_mapping.said`). What is
stored of it, such as the message of a reason, stays in English.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext

from accounting.reason_kinds import REASONS
from accounting.reconcile.causes import CAUSES
from accounts_mapping.rules.places import CONDITIONS
from accounts_mapping.said import Said
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
    values = {key: in_words(one) if isinstance(one, str) else one
              for key, one in text.values.items()}  # fmt: skip
    return gettext(text.template) % values


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
