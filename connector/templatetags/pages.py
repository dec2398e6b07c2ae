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

from connector.lib import clock
from connector.lib.money import ZERO, known_currency, minor_digits

register = template.Library()

COUNT_LIMIT = 10_000
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of `static/icons.svg`. Decoration: the word stands beside it."""
    address = f"{static('icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.filter
def capped(count: int) -> str:
    """A count as it is shown: it stops at 10,000+."""
    return f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else f"{count:,}"


@register.filter
def of(count: int, noun: str) -> str:
    """`{{ 1|of:"order" }}` is "1 order", `{{ 2|of:"order" }}` "2 orders"."""
    return f"{capped(count)} {noun}" if count == 1 else f"{capped(count)} {noun}s"


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """1,234.50: as many decimals as the currency has, more only where the amount has more."""
    if amount is None:
        return ""
    places = minor_digits(currency) if known_currency(currency) else 2
    exponent = amount.normalize().as_tuple().exponent if amount else 0
    needed = -exponent if isinstance(exponent, int) else 0
    return f"{amount if amount else ZERO:,.{max(places, needed)}f}"


@register.filter
def quantity(amount: Decimal) -> str:
    """A number without trailing zeros: 2, 0.5, 1,000."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _short(local: datetime, now: datetime) -> str:
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == now.year else f"{local.day} {local:%b %Y}"


@register.simple_tag
def moment(value: datetime | None, zone: str = "UTC", style: str = "short") -> SafeString | str:
    """A `<time>` in a time zone, the full one on hover.

    Styles: short (14:05 today, else 20 Nov), stamp (20 Nov, 14:05), full (20 Nov 2026, 14:05),
    day (20 Nov 2026).
    """
    if value is None:
        return ""
    local = value.astimezone(_zone(zone))
    full = f"{local.day} {local:%B %Y, %H:%M %Z}"
    if style == "full":
        shown = f"{local.day} {local:%b %Y, %H:%M}"
    elif style == "stamp":
        shown = f"{local.day} {local:%b, %H:%M}"
    elif style == "day":
        shown = f"{local.day} {local:%b %Y}"
    else:
        shown = _short(local, clock.now().astimezone(local.tzinfo))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(UTC).isoformat(timespec="seconds"), full, shown,
    )  # fmt: skip


@register.filter
def day(value: date | None) -> str:
    """30 June 2026."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


@register.filter
def ago(value: datetime) -> str:
    """How long ago, in the largest unit that fits: 3 minutes ago."""
    seconds = max(0, int((clock.now() - value).total_seconds()))
    return "just now" if seconds < 60 else f"{_span(seconds)} ago"


@register.filter
def until(value: datetime) -> str:
    """How long until then: in 5 minutes; "now" if it has passed."""
    seconds = int((value - clock.now()).total_seconds())
    return "now" if seconds <= 0 else f"in {_span(max(seconds, 1))}"


def _span(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds} seconds" if seconds != 1 else "1 second"


@register.filter
def as_json_text(text: str) -> SafeString:
    """Text for a `<pre>`, escaped; quotes stay as they are, which makes JSON half as long."""
    return mark_safe(text.translate(_HTML))  # noqa: S308 - what matters in text is escaped


@register.simple_tag
def nobody_has_an_account() -> bool:
    """Whether the first administrator is still to be made."""
    return not get_user_model().objects.exists()


@register.simple_tag
def field_attributes(bound: Any, extra: str = "") -> SafeString:
    """A form field's widget, tied to its help and its error for those who hear the page."""
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    attributes: dict[str, Any] = {}
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    rendered: SafeString = bound.as_widget(attrs=attributes)
    return rendered
