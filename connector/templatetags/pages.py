"""How figures, moments and codes are written on every page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.contrib.auth import get_user_model
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connector.lib import clock
from connector.lib.money import ZERO, known_currency, minor_digits
from connector.lib.texts import locale_formats
from connector.pages.parts import core_texts

register = template.Library()

COUNT_LIMIT = 10_000


def _noun(one: str, many: str) -> tuple[str, str]:
    """Marks both for `make messages`; they are translated as they are used."""
    return one, many


# What is counted in a sentence, in the singular and the plural of the reader's language.
NOUNS = {
    "account": _noun("%(count)s account", "%(count)s accounts"),
    "answer": _noun("%(count)s answer", "%(count)s answers"),
    "code": _noun("%(count)s code", "%(count)s codes"),
    "day": _noun("%(count)s day", "%(count)s days"),
    "document": _noun("%(count)s document", "%(count)s documents"),
    "draft": _noun("%(count)s draft", "%(count)s drafts"),
    "figure": _noun("%(count)s figure", "%(count)s figures"),
    "hour": _noun("%(count)s hour", "%(count)s hours"),
    "incoming call": _noun("%(count)s incoming call", "%(count)s incoming calls"),
    "invoice": _noun("%(count)s invoice", "%(count)s invoices"),
    "level": _noun("%(count)s level", "%(count)s levels"),
    "minute": _noun("%(count)s minute", "%(count)s minutes"),
    "order": _noun("%(count)s order", "%(count)s orders"),
    "organisation": _noun("%(count)s organisation", "%(count)s organisations"),
    "pair": _noun("%(count)s pair", "%(count)s pairs"),
    "record": _noun("%(count)s record", "%(count)s records"),
    "second": _noun("%(count)s second", "%(count)s seconds"),
    "store": _noun("%(count)s store", "%(count)s stores"),
    "time": _noun("%(count)s time", "%(count)s times"),
    "try": _noun("%(count)s try", "%(count)s tries"),
}
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@register.filter
def core(text: str) -> str:
    """A text of the packages that know no framework, in the reader's language."""
    return core_texts.shown(text)


@register.filter
def in_words(text: str) -> str:
    """The same where what is shown may be data too."""
    return core_texts.in_words(text)


@register.filter
def message(reason: dict[str, Any] | str) -> str:
    """What a stored reason, or a warning, says."""
    return core_texts.message_of(reason)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of `static/icons.svg`. Decoration: the word stands beside it."""
    address = f"{static('icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.filter
def whole(count: int) -> str:
    """A whole number in the reader's locale: 1,234."""
    return locale_formats.number(count)


@register.filter
def capped(count: int) -> str:
    """A count as it is shown: it stops at 10,000+."""
    return f"{whole(COUNT_LIMIT)}+" if count > COUNT_LIMIT else whole(count)


@register.filter
def of(count: int, noun: str) -> str:
    """`{{ 1|of:"order" }}` is "1 order", `{{ 2|of:"order" }}` "2 orders": a noun of `NOUNS`."""
    one, many = NOUNS[noun]
    return ngettext(one, many, count) % {"count": capped(count)}


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """1,234.50: as many decimals as the currency has, more only where the amount has more."""
    if amount is None:
        return ""
    places = minor_digits(currency) if known_currency(currency) else 2
    return locale_formats.number(amount.normalize() if amount else ZERO, least=places)


@register.filter
def quantity(amount: Decimal) -> str:
    """A number without trailing zeros: 2, 0.5, 1,000."""
    return locale_formats.number(amount.normalize() if amount else ZERO)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _short(local: datetime, now: datetime) -> str:
    if local.date() == now.date():
        return locale_formats.clock_time(local)
    return locale_formats.day(local, "MMMd" if local.year == now.year else "yMMMd")


def _with_time(local: datetime, skeleton: str = "") -> str:
    return _("%(day)s, %(time)s") % {
        "day": locale_formats.day(local, skeleton), "time": locale_formats.clock_time(local),
    }  # fmt: skip


@register.simple_tag
def moment(value: datetime | None, zone: str = "UTC", style: str = "short") -> SafeString | str:
    """A `<time>` in a time zone, the full one on hover.

    Styles: short (14:05 today, else 20 Nov), stamp (20 Nov, 14:05), full (20 Nov 2026, 14:05),
    day (20 Nov 2026).
    """
    if value is None:
        return ""
    local = value.astimezone(_zone(zone))
    full = f"{_with_time(local)} {local:%Z}"
    if style == "full":
        shown = _with_time(local, "yMMMd")
    elif style == "stamp":
        shown = _with_time(local, "MMMd")
    elif style == "day":
        shown = locale_formats.day(local, "yMMMd")
    else:
        shown = _short(local, clock.now().astimezone(local.tzinfo))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(UTC).isoformat(timespec="seconds"), full, shown,
    )  # fmt: skip


@register.filter
def day(value: date | None) -> str:
    """30 June 2026."""
    return "" if value is None else locale_formats.day(value)


@register.filter
def short_day(value: date) -> str:
    """30 Jun."""
    return locale_formats.day(value, "MMMd")


@register.filter
def ago(value: datetime) -> str:
    """How long ago, in the largest unit that fits: 3 minutes ago."""
    seconds = max(0, int((clock.now() - value).total_seconds()))
    return _("just now") if seconds < 60 else _("%(span)s ago") % {"span": _span(seconds)}


@register.filter
def until(value: datetime) -> str:
    """How long until then: in 5 minutes; "now" if it has passed."""
    seconds = int((value - clock.now()).total_seconds())
    return _("now") if seconds <= 0 else _("in %(span)s") % {"span": _span(max(seconds, 1))}


def _span(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return of(seconds // size, unit)
    return of(seconds, "second")


@register.filter
def as_json_text(text: str) -> SafeString:
    """Text for a `<pre>`, escaped; quotes stay as they are, which makes JSON half as long."""
    return mark_safe(text.translate(_HTML))  # noqa: S308 - what matters in text is escaped


@register.simple_tag
def nobody_has_an_account() -> bool:
    """Whether the first administrator is still to be made."""
    return not get_user_model().objects.exists()
